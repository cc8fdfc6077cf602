"""What a sweep (全件の交付確認) has looked at and what not, counted by certificate and choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from harness.checks.history import HistoryView
from harness.records.certificates import Certificate, Options
from harness.records.history import Ending
from harness.records.plan import SWEEP, Batch
from harness.records.verdict import Reason, Swept, SweptCount

_NAMED = 5  # residents; of more the number is told
_Row = tuple[str, Options, bool]  # certificate, choice, whether it is to be refused
_PLACES = {certificate.value: place for place, certificate in enumerate(Certificate)}
_ISSUED, _REFUSED, _UNANSWERED = "issued", "refused", "unanswered"


def is_swept(purposes: Collection[str]) -> bool:
    """Tell whether a plan whose batches have these purposes sweeps anybody."""
    return any(_sweeps(purpose) for purpose in purposes)


def _sweeps(purpose: str) -> bool:
    return purpose.partition(":")[0] == SWEEP


def sweep_of(batches: Iterable[Batch], view: HistoryView, residents: Collection[str]) -> Swept:
    """Count what became of every application of a sweep's `batches`; `residents` are all of the population."""
    became = _became(view)
    planned: Counter[_Row] = Counter()
    seen: Counter[tuple[_Row, str]] = Counter()
    people: set[str] = set()
    waiting: set[str] = set()
    for batch in batches:
        for one in batch.applications if _sweeps(batch.purpose) else ():
            forbidden = batch.purpose != SWEEP
            row = (one.certificate.value, Options() if forbidden else one.options, forbidden)
            what = became.get(one.application, "")
            planned[row] += 1
            seen[row, what] += 1
            people.add(one.resident)
            if what not in {_ISSUED, _REFUSED}:
                waiting.add(one.resident)
    return Swept(
        residents=len(residents),
        left_out=tuple(sorted(set(residents) - people)),
        whole=len(people - waiting),
        counts=tuple(_count(row, number, seen) for row, number in sorted(planned.items(), key=_order)),
    )


def _became(view: HistoryView) -> Mapping[str, str]:
    """Return what became of every application that was begun."""
    words = {Ending.DELIVERED: _ISSUED, Ending.REFUSED: _REFUSED}
    names, endings = view.applications.strings("application"), view.applications.column("ending")
    return {name: words.get(ending, _UNANSWERED) for name, ending in zip(names, endings, strict=True)}


def _count(row: _Row, planned: int, seen: Counter[tuple[_Row, str]]) -> SweptCount:
    certificate, options, forbidden = row
    return SweptCount(
        certificate=certificate,
        options=options,
        forbidden=forbidden,
        planned=planned,
        issued=seen[row, _ISSUED],
        refused=seen[row, _REFUSED],
        unanswered=seen[row, _UNANSWERED],
    )


def _order(item: tuple[_Row, int]) -> tuple[int, bool, str, bool, bool, int]:
    (certificate, chosen, forbidden), _ = item
    return _PLACES[certificate], forbidden, chosen.scope, chosen.honseki, chosen.relation, chosen.tax_year or 0


def sweep_doubts(swept: Swept) -> Iterator[Reason]:
    """Yield why a sweep says nothing yet of everybody: what was never asked for, and what got no answer."""
    left, unanswered = swept.not_asked, swept.total("unanswered")
    if left or unanswered:
        yield Reason(
            code="sweep_incomplete",
            ja=f"全件 {swept.total('planned'):,} 件のうち、申請していないもの {left:,} 件、答えのなかったもの "
            f"{unanswered:,} 件がある",
            en=f"of all {swept.total('planned'):,} applications of the sweep {left:,} were not made and {unanswered:,} "
            "got no answer",
        )


def not_swept(swept: Swept) -> Iterator[Reason]:
    """Yield who of the population was left out of a sweep."""
    if out := swept.left_out:
        more = len(out) - _NAMED
        named = ", ".join(out[:_NAMED]) + (f" (+{more})" if more > 0 else "")
        yield Reason(
            code="residents_not_swept",
            ja=f"全件の交付確認に含めていない試験用住民 {len(out):,} 人(有効なカードがないか、証明書の記載では"
            f"見分けられない): {named}",
            en=f"{len(out):,} test residents are no part of the sweep (no valid card, or none who could be told from "
            f"another by a certificate): {named}",
        )


def stated(swept: Swept) -> tuple[str, str]:
    """Return one sentence on what was swept, in Japanese and English; it goes before the statement on everything."""
    planned, asked = swept.total("planned"), swept.total("planned") - swept.not_asked
    issued, refused, unanswered = (swept.total(name) for name in (_ISSUED, _REFUSED, _UNANSWERED))
    there = swept.residents - len(swept.left_out)
    return (
        f"試験用住民 {swept.residents:,} 人中 {there:,} 人の全証明書・全選択肢 {planned:,} 件のうち {asked:,} 件を、"
        f"負荷をかけずに 1 回ずつ申請し、交付 {issued:,} 件、交付不可 {refused:,} 件、答えなし {unanswered:,} 件で"
        f"あった(全件を確かめた住民 {swept.whole:,} 人)。",
        f"Of {planned:,} applications, every certificate with every choice for {there:,} of {swept.residents:,} test "
        f"residents, {asked:,} were made once each without load: {issued:,} issued, {refused:,} refused, "
        f"{unanswered:,} without an answer; {swept.whole:,} residents were looked at completely. ",
    )
