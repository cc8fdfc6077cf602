"""The wording of what a run is worth (checking.md, assurance): never stronger than what was exercised."""

from __future__ import annotations

from harness.glossary import property_word
from harness.records.verdict import Exposure, Outcome, ScopeEntry

_CONFIDENCE = 0.95

_NO_GUARANTEE = (
    "本結果は、試験していない条件・構成・版数に欠陥がないことを保証しない。",
    "This result is no assurance that untested conditions, configurations or versions are free of defects.",
)
_NO_SENSITIVITY = (
    "既知の欠陥モデルに対する検出力は本実施では測定していない。",
    "How many known defect models the same procedure detects was not measured in this run.",
)


def bound_per_burst(bursts: int) -> float | None:
    """Return the 95 % upper bound of the misdelivery probability per burst after none in `bursts` of them.

    1 - 0.05^(1/n); valid at any stopping time as long as nothing was found. None without bursts.
    """
    return float(1 - (1 - _CONFIDENCE) ** (1 / bursts)) if bursts else None


def state(
    outcome: Outcome,
    exposure: Exposure,
    misdelivered: int,
    scope: tuple[ScopeEntry, ...],
    scenario: str,
    *,
    mingled: int = 0,
) -> tuple[str, str]:
    """Return the statement in Japanese and English; `mingled` own certificates show somebody else's items."""
    within, by_gap = _within(scope, exposure.updates), _by_gap(exposure)
    done = (
        f"条件「{scenario}」において、申請が実際に重なった独立なバースト {exposure.bursts:,} 回"
        f"(時間が重なり合った要求の対 {exposure.overlapping_pairs:,}、"
        f"同一秒に開始した要求の対 {exposure.same_second_pairs:,}{by_gap[0]})を実施し、",
        f'Under the conditions "{scenario}", {exposure.bursts:,} independent bursts were played whose applications '
        f"really overlapped ({exposure.overlapping_pairs:,} overlapping pairs, "
        f"{exposure.same_second_pairs:,} pairs begun in one second{by_gap[1]}); ",
    )
    result = _result(outcome, exposure, misdelivered)
    if mingled:
        result = (
            f"{result[0]}本人の証明書に他人の記載が混ざった申請は {mingled:,} 件であった。",
            f"{result[1]} In {mingled:,} applications somebody else's items stood on the applicant's own certificate.",
        )
    tail_ja = f"{_NO_SENSITIVITY[0]}{_NO_GUARANTEE[0]}(範囲: {within[0]})"
    tail_en = f"{_NO_SENSITIVITY[1]} {_NO_GUARANTEE[1]} (Scope: {within[1]}.)"
    return f"{done[0]}{result[0]}{tail_ja}", f"{done[1]}{result[1]} {tail_en}"


def _by_gap(exposure: Exposure) -> tuple[str, str]:
    """Tell how far apart the bursts really were, and how many of them overlapped, by their planned distance."""
    if not exposure.gaps:
        return "", ""
    ja, en, floor = [], [], 0.0
    for gap in exposure.gaps:
        planned = _planned(floor, gap.up_to_ms)
        ja.append(
            f"{planned[0]} {gap.bursts:,} 組中 {gap.overlapped:,} 組が重なった"
            f"[実測 中央値 {gap.median_ms:,.0f} ms・最大 {gap.longest_ms:,.0f} ms]"
        )
        en.append(
            f"{planned[1]}: {gap.overlapped:,} of {gap.bursts:,} overlapped, "
            f"measured median {gap.median_ms:,.0f} ms, longest {gap.longest_ms:,.0f} ms"
        )
        floor = gap.up_to_ms or floor
    apart = (
        f"。重ならなかった {exposure.bursts_apart:,} 組は数えない",
        f"; {exposure.bursts_apart:,} did not, not counted",
    )
    return "。計画した間隔別: " + "、".join(ja) + apart[0], "; by planned distance: " + "; ".join(en) + apart[1]


def _planned(floor_ms: float, up_to_ms: float | None) -> tuple[str, str]:
    if up_to_ms == 0:
        return "同時", "together"
    if up_to_ms is None:
        return f"{floor_ms:,.0f} ms 超", f"above {floor_ms:,.0f} ms"
    return f"{up_to_ms:,.0f} ms 以下", f"up to {up_to_ms:,.0f} ms"


def _result(outcome: Outcome, exposure: Exposure, misdelivered: int) -> tuple[str, str]:
    if misdelivered:
        return f"誤交付は {misdelivered:,} 件であった。", f"{misdelivered:,} misdeliveries were found."
    if outcome is Outcome.FAIL:
        return "誤交付は 0 件であったが、ほかの不具合を検出した。", "no misdelivery was found, but other defects were."
    if outcome is Outcome.INCONCLUSIVE:
        return (
            "確認できた範囲で誤交付は 0 件であった。ただし判定は保留であり、この件数を根拠にできない。",
            "no misdelivery was seen in what could be checked; the verdict is inconclusive, so nothing rests on that.",
        )
    bound = bound_per_burst(exposure.bursts)
    if bound is None:
        return (
            "誤交付は 0 件であった。バーストを含まないため、誤交付確率の上限は示せない。",
            "no misdelivery was found. Without bursts no bound of its probability can be given.",
        )
    return (
        "誤交付は 0 件であった。各バーストが独立・同一条件とみなせる場合、当該条件下の 1 バースト当たり誤交付確率は "
        f"95 % 信頼水準で {bound:.2g} 以下である(住民を繰り返し用いた場合も独立と仮定している)。",
        "no misdelivery was found. If the bursts are independent and alike, its probability per burst under these "
        f"conditions is at most {bound:.2g} at 95 % confidence (repeated residents are taken as independent).",
    )


def _within(scope: tuple[ScopeEntry, ...], updates: int) -> tuple[str, str]:
    tested = [s.property for s in scope if s.in_scope and s.exercised]
    idle = [s.property for s in scope if s.in_scope and not s.exercised]
    out = [s.property for s in scope if not s.in_scope]
    parts_ja = ["、".join(property_word(p, "ja", updates) for p in tested) or "なし"]
    parts_en = [", ".join(property_word(p, "en", updates) for p in tested) or "none"]
    if idle:
        parts_ja.append("実施なし: " + "、".join(property_word(p, "ja") for p in idle))
        parts_en.append("not exercised: " + ", ".join(property_word(p, "en") for p in idle))
    if out:
        parts_ja.append("対象外: " + "、".join(property_word(p, "ja") for p in out))
        parts_en.append("out of scope: " + ", ".join(property_word(p, "en") for p in out))
    return "。".join(parts_ja), "; ".join(parts_en)
