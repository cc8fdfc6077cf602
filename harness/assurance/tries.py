"""Words for where a run stands among the runs against its target: a PASS may have been the one lucky try of many."""

from __future__ import annotations

from collections.abc import Iterator

from harness.records.ledger import Standing, Tries
from harness.records.verdict import Outcome, Reason

_ELSEWHERE = (
    "台帳は同じ保管場所での実施だけを数え、別の場所での実施は含まない。",
    " The ledger counts the runs kept in one place; runs elsewhere are not in it.",
)
_NAMED = 3


def told_tries(standing: Standing | None, outcome: Outcome) -> Reason:
    """Return which run against this target it was, how many of them detected something, and what the ledger lacks."""
    if standing is None:
        return Reason(
            code="no_ledger",
            ja="この実施は試験台帳に記録がない。この対象への何回目の実施で、ほかの結果がどうであったかは分からない。",
            en="This run is in no ledger: nothing shows how many there were against this target, and how they ended.",
        )
    earlier = standing.earlier
    detected = earlier.detected + (outcome is Outcome.FAIL)
    ja = f"この対象への実施 {earlier.all + 1} 回目、うち検出 {detected} 回"
    en = f"Run {earlier.all + 1} against this target; {detected} of them detected something"
    if earlier.all:
        ja_before, en_before = _before(earlier)
        ja, en = f"{ja}({ja_before})", f"{en} ({en_before})"
    lacks = list(lacking(standing.found, standing.lost, standing.broken, standing.unlisted))
    ja_lacks, en_lacks = "".join(f"{ja}。" for ja, _ in lacks), "".join(f" {en}." for _, en in lacks)
    code = "tries_doubtful" if lacks else "tries"
    return Reason(code=code, ja=f"{ja}。{ja_lacks}{_ELSEWHERE[0]}", en=f"{en}.{en_lacks}{_ELSEWHERE[1]}")


def _before(earlier: Tries) -> tuple[str, str]:
    """Tell how the runs before ended; what there is none of is left out."""
    ended = (
        (earlier.passed, "検出なし", "PASS"),
        (earlier.detected, "検出", "FAIL"),
        (earlier.inconclusive, "判定保留", "INCONCLUSIVE"),
        (earlier.unjudged, "判定に至らず", "without a verdict"),
    )
    ja = "、".join(f"{word} {count}" for count, word, _ in ended if count)
    en = ", ".join(f"{count} {word}" for count, _, word in ended if count)
    gone = earlier.deleted
    return (
        f"これより前の {earlier.all} 回: {ja}" + (f"。うち実施記録が今はないもの {gone}" if gone else ""),
        f"the {earlier.all} before: {en}" + (f"; the records of {gone} are gone" if gone else ""),
    )


def lacking(found: int, lost: int, broken: tuple[int, ...], unlisted: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield in Japanese and English, without full stops, why a ledger does not tell of every run."""
    if lost:
        yield (
            f"以前の試験台帳が失われている(それに記録された実施 {lost} 件は、この台帳では数えていない)",
            f"An earlier ledger is gone; {lost} runs that it held are not counted in this one",
        )
    if found > lost:
        yield (
            f"台帳を作る前からの実施記録が {found - lost} 件あり、数えていない",
            f"{found - lost} runs are older than the ledger and not counted",
        )
    if broken:
        some = ", ".join(map(str, broken[:_NAMED])) + (" …" if len(broken) > _NAMED else "")
        yield (
            f"試験台帳が書き換えられているか壊れている(行 {some})",
            f"The ledger was altered or is damaged (line {some})",
        )
    if unlisted:
        some = "、".join(unlisted[:_NAMED]) + (" ほか" if len(unlisted) > _NAMED else "")
        yield (
            f"台帳から消えている実施が {len(unlisted)} 件ある({some})",
            f"{len(unlisted)} runs were entered and are no longer in the ledger ({some})",
        )
