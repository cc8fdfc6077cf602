"""The wording of what a run is worth (checking.md, assurance): never stronger than what was exercised."""

from __future__ import annotations

from harness.glossary import word
from harness.records.findings import Severity
from harness.records.verdict import Exposure, Outcome, Reason, ScopeEntry

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
    outcome: Outcome, exposure: Exposure, misdelivered: int, scope: tuple[ScopeEntry, ...], scenario: str
) -> tuple[str, str]:
    """Return the statement in Japanese and English."""
    within = _within(scope)
    done = (
        f"条件「{scenario}」において独立なバースト {exposure.bursts:,} 回"
        f"(重なり合う要求対 {exposure.overlapping_pairs:,} 組、"
        f"うち同一秒に開始した対 {exposure.same_second_pairs:,} 組)を実施し、",
        f'Under the conditions "{scenario}", {exposure.bursts:,} independent bursts were played '
        f"({exposure.overlapping_pairs:,} overlapping pairs, "
        f"{exposure.same_second_pairs:,} pairs begun in one second); ",
    )
    result = _result(outcome, exposure, misdelivered)
    tail_ja = f"{_NO_SENSITIVITY[0]}{_NO_GUARANTEE[0]}(範囲: {within[0]})"
    tail_en = f"{_NO_SENSITIVITY[1]} {_NO_GUARANTEE[1]} (Scope: {within[1]}.)"
    return f"{done[0]}{result[0]}{tail_ja}", f"{done[1]}{result[1]} {tail_en}"


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


def _within(scope: tuple[ScopeEntry, ...]) -> tuple[str, str]:
    tested = [s.property for s in scope if s.in_scope and s.exercised]
    idle = [s.property for s in scope if s.in_scope and not s.exercised]
    out = [s.property for s in scope if not s.in_scope]
    parts_ja = ["、".join(word(p, "ja") for p in tested) or "なし"]
    parts_en = [", ".join(word(p, "en") for p in tested) or "none"]
    if idle:
        parts_ja.append("実施なし: " + "、".join(word(p, "ja") for p in idle))
        parts_en.append("not exercised: " + ", ".join(word(p, "en") for p in idle))
    if out:
        parts_ja.append("対象外: " + "、".join(word(p, "ja") for p in out))
        parts_en.append("out of scope: " + ", ".join(word(p, "en") for p in out))
    return "。".join(parts_ja), "; ".join(parts_en)


_NEXT: dict[str, tuple[str, str]] = {
    "grave": (
        "直ちに発行システムの提供者へ本報告書を渡し、交付を止めるかどうかを判断する。",
        "Hand this report to the vendor at once and decide whether issuing must stop.",
    ),
    "found": (
        "指摘ごとの説明と該当ページを提供者に示し、原因と修正を求める。修正後、同じ試験をやり直す。",
        "Show the vendor each finding with its pages, ask for cause and correction, then play the same test again.",
    ),
    "plan_incomplete": (
        "`honnin resume` で計画の残りを実施する。",
        "Play the rest of the plan with `honnin resume`.",
    ),
    "interrupted": (
        "`honnin resume` で計画の残りを実施する。",
        "Play the rest of the plan with `honnin resume`.",
    ),
    "segment_open": (
        "実施中にプログラムが異常終了している。ログを確認し、新たに実施する。",
        "A program died during the run: look at its log, then make a new run.",
    ),
    "journal_damaged": (
        "控えから実施フォルダーを復元し、`honnin judge` をやり直す。",
        "Restore the run folder from its copy and run `honnin judge` again.",
    ),
    "inputs_differ": (
        "実施フォルダーの入力を変更せず、控えから復元して `honnin judge` をやり直す。",
        "Do not change the inputs in a run folder: restore them and run `honnin judge` again.",
    ),
    "self_proof": (
        "試験機を直すまで対象システムの結果は使えない。selfproof.log を確認する。",
        "Nothing about the target can be used until the generator is repaired; see selfproof.log.",
    ),
    "target_died": (
        "対象システムが停止した原因を提供者に確認し、安定してから新たに実施する。",
        "Ask the vendor why the target stopped; make a new run once it is stable.",
    ),
    "target_errors": (
        "報告書の「交付以外の終わり方」にある応答の原因を提供者に確認し、解消してから新たに実施する。",
        "Ask the vendor what caused the answers listed under “ended without a document”; then make a new run.",
    ),
    "void_batches": (
        "端末が揃わなかった原因(対象の遅延、試験機の負荷)を取り除き、新たに実施する。",
        "Find out why kiosks did not get ready in time (slow target, busy generator), then make a new run.",
    ),
    "identity_open": (
        "「件数の照合」で合わなかった申請・証明書を一件ずつ確認する。",
        "Look into every application and document listed as remainder of the account.",
    ),
    "unresolved": (
        "結果不明の申請を提供者の発行履歴と突き合わせる。",
        "Compare the unresolved applications with the vendor's own issue ledger.",
    ),
    "unread": (
        "読み取れない証明書を目視で確認する。続く場合は帳票プロファイルを直す。",
        "Look at the unread documents with your own eyes; if there are many, correct the document profile.",
    ),
    "for_review": (
        "要確認の指摘を担当者が目視で確認する。",
        "Have a named person look at the findings for review.",
    ),
    "baseline_missing": (
        "`honnin baseline` で基準帳票を採り、`honnin run --baseline` で試験する。",
        "Take a baseline with `honnin baseline`, then test with `honnin run --baseline`.",
    ),
    "checker_crashed": (
        "本報告の異常終了の内容を honnin の開発元へ知らせる。",
        "Report the crash to the makers of honnin.",
    ),
    "control_missing": (
        "二人以上の住民に同じ種類の証明書を交付する試験を含める。",
        "Include a test in which two or more residents are issued the same certificate.",
    ),
    "control_missed": (
        "帳票プロファイルと試験住民を見直し、見逃した種類を検出できるようにする。",
        "Correct the document profile or the test residents until the missed kind is detected.",
    ),
    "not_exercised": (
        "実施できなかった性質を含むシナリオで試験するか、理由を付して対象外とする。",
        "Play a scenario that exercises the property, or declare it out of scope with a reason.",
    ),
    "nothing_found": (
        "本報告書を保管し、構成・版数を変えたとき、および定期的に同じ試験をやり直す。",
        "Keep this report; play the same test again after every change of configuration or version, and regularly.",
    ),
}


def next_steps(reasons: tuple[Reason, ...], severities: frozenset[Severity]) -> tuple[Reason, ...]:
    """Return what the readers should do now, the most urgent first, each once."""
    codes = ["grave"] if Severity.GRAVE in severities else []
    codes += [r.code for r in reasons]
    steps: dict[tuple[str, str], str] = {}
    for code in codes:
        steps.setdefault(_NEXT[code], code)
    return tuple(Reason(code=code, ja=ja, en=en) for (ja, en), code in steps.items())
