"""The wording of what a run is worth (checking.md, assurance): never stronger than what was exercised."""

from __future__ import annotations

from harness.assurance.bounds import DEFAULT_CONFIDENCE, bound_after, percent, rounded_up
from harness.glossary import property_word
from harness.records.verdict import Exposure, Outcome, People, ScopeEntry

_NOBODY = People()

_NO_GUARANTEE = (
    "本結果は、試験していない条件・構成・版数に欠陥がないことを保証しない。",
    "This result is no assurance that untested conditions, configurations or versions are free of defects.",
)
_NO_SENSITIVITY = (
    "既知の欠陥モデルに対する検出力は本実施では測定していない。",
    "How many known defect models the same procedure detects was not measured in this run.",
)


def state(
    outcome: Outcome,
    exposure: Exposure,
    misdelivered: int,
    scope: tuple[ScopeEntry, ...],
    scenario: str,
    *,
    people: People = _NOBODY,
    confidence: float = DEFAULT_CONFIDENCE,
    mingled: int = 0,
) -> tuple[str, str]:
    """Return the statement in Japanese and English; `mingled` own certificates show somebody else's items.

    `people` are those of the bursts; different groups of them are the trials of the bound.
    """
    within, by_gap = _within(scope, exposure.updates), _by_gap(exposure)
    done = (
        f"条件「{scenario}」において、申請が実際に重なった独立なバースト {exposure.bursts:,} 回"
        f"(時間が重なり合った要求の対 {exposure.overlapping_pairs:,}、"
        f"同一秒に開始した要求の対 {exposure.same_second_pairs:,}{by_gap[0]})を実施し、",
        f'Under the conditions "{scenario}", {exposure.bursts:,} independent bursts were played whose applications '
        f"really overlapped ({exposure.overlapping_pairs:,} overlapping pairs, "
        f"{exposure.same_second_pairs:,} pairs begun in one second{by_gap[1]}); ",
    )
    result = _result(outcome, people, misdelivered, confidence)
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


def _result(outcome: Outcome, people: People, misdelivered: int, confidence: float) -> tuple[str, str]:
    if misdelivered:
        return f"誤交付は {misdelivered:,} 件であった。", f"{misdelivered:,} misdeliveries were found."
    if outcome is Outcome.FAIL:
        return "誤交付は 0 件であったが、ほかの不具合を検出した。", "no misdelivery was found, but other defects were."
    if outcome is Outcome.INCONCLUSIVE:
        return (
            "確認できた範囲で誤交付は 0 件であった。ただし判定は保留であり、この件数を根拠にできない。",
            "no misdelivery was seen in what could be checked; the verdict is inconclusive, so nothing rests on that.",
        )
    bound = bound_after(people.groups, confidence)
    if bound is None:
        return (
            "誤交付は 0 件であった。バーストを含まないため、誤交付確率の上限は示せない。",
            "no misdelivery was found. Without bursts no bound of its probability can be given.",
        )
    of_people, level = _of_people(people), percent(confidence)
    return (
        "誤交付は 0 件であった。各バーストが独立・同一条件とみなせる場合、当該条件下の 1 バースト当たり誤交付確率は "
        f"{level} 信頼水準で {rounded_up(bound):.2g} 以下である({of_people[0]})。",
        "no misdelivery was found. If the bursts are independent and alike, its probability per burst under these "
        f"conditions is at most {rounded_up(bound):.2g} at {level} confidence ({of_people[1]}).",
    )


def _of_people(people: People) -> tuple[str, str]:
    """Say by how many different groups the bound stands, and of few people how far their pairs were met."""
    ja = f"住民 {people.residents:,} 人の異なる顔ぶれ {people.groups:,} 組による"
    en = f"by {people.groups:,} different groups of {people.residents:,} residents"
    if again := people.bursts - people.groups:
        ja += f"。同じ顔ぶれの繰り返し {again:,} 回は数えない"
        en += f"; {again:,} more of the same people are not counted"
    if people.pairs_possible:
        ja += (
            f"。異なる二人の組 {people.pairs_possible:,} 通りのうち同じバーストに入ったのは {people.pairs_met:,} 通り"
            "で、残りの組と、この住民にない続柄・氏名・記載の組合せについては何も言えない。同じ住民を繰り返し用いた場合も"
            "独立と仮定している"
        )
        en += (
            f"; of their {people.pairs_possible:,} pairs {people.pairs_met:,} met in a burst: nothing is said of the "
            "others, nor of names, relations and entries that these residents do not have; repeated residents are "
            "taken as independent"
        )
    return ja, en


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
