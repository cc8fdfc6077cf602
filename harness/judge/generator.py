"""Was the generator good enough? What it achieved of what was planned, and what of that bounds the verdict.

A generator that was the limit takes nothing from a finding; it takes the claim from what it did not reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

from harness.checks.history import NEVER, HistoryView
from harness.records.generator import STRAY_MS, Achieved, Lateness, SpreadOf, Strain, kind_ms
from harness.records.history import GeneratorLoad, Held
from harness.records.plan import BatchKind
from harness.records.verdict import Reason

_MS_NS = 1_000_000
_S_NS = 1_000_000_000
_SIZES = (0, 2, 10, 50, 100, 200, 1_000_000)  # upper edges of the classes of bursts by people
# A tenth of the shortest time limits (5 s) that load is meant to make people wait for.
_LATE_MS = 500.0
_MOST_LATE = 0.05
_MOST_STRAYED = 0.5
_FEW_ARRIVALS, _FEW_BURSTS = 20, 5  # of fewer a share says nothing
# Half the widest pair stratum, as the players' own note; and what one Python process can take of a processor.
_LAG_MS, _CPU = 50.0, 0.9


def spreads_ms(view: HistoryView) -> dict[str, float]:
    """Return for every burst released the distance of its first and last departure.

    Who had to wait for a connection of the centre's pool is not counted: he left when it was free.
    """
    spreads = {}
    for batch, left in view.releases:
        held = view.held.get(batch) or (Held.NOTHING,) * len(left)
        there = [ns for ns, what in zip(left, held, strict=False) if what is not Held.QUEUED and ns > 0]
        spreads[batch] = (max(there) - min(there)) / _MS_NS if there else 0.0
    return spreads


def measure_generator(view: HistoryView, spans_ms: Mapping[str, float]) -> Achieved:
    """Return what was achieved; `spans_ms` gives the planned distance of bursts, 0 where it gives none."""
    void = {b.batch for b in view.batches if b.void}
    brackets = [
        (max(b.acked_ns) - min(b.sent_ns)) / _MS_NS
        for b in view.brackets
        if b.batch not in void and b.applications and 0 not in (*b.sent_ns, *b.acked_ns)
    ]
    whole = sum(1 for batch, held in view.held.items() if batch not in void and set(held) == {Held.NOTHING})
    return Achieved(
        spreads=_by_size(view, spans_ms, void),
        withdrawn=len(view.withdrawals),
        whole=whole,
        brackets=len(brackets),
        bracket_median_ms=median(brackets) if brackets else 0.0,
        lateness=_lateness(view),
        strain=_strain(view.loads),
    )


def _by_size(view: HistoryView, spans_ms: Mapping[str, float], void: set[str]) -> tuple[SpreadOf, ...]:
    people = {batch: len(left) for batch, left in view.releases}
    together = {
        batch: spread
        for batch, spread in spreads_ms(view).items()
        if batch not in void and people[batch] > 1 and not spans_ms.get(batch, 0.0)
    }
    rows = []
    for below, edge in pairwise(_SIZES):
        here = [batch for batch in together if below < people[batch] <= edge]
        if here:
            spreads = sorted(together[batch] for batch in here)
            rows.append(
                SpreadOf(
                    from_people=min(people[batch] for batch in here),
                    to_people=max(people[batch] for batch in here),
                    bursts=len(here),
                    median_ms=median(spreads),
                    p95_ms=_quantile(spreads, 0.95),
                    strayed=sum(1 for spread in spreads if kind_ms(0.0, spread)),
                )
            )
    return tuple(rows)


def _lateness(view: HistoryView) -> Lateness:
    """Compare intended and real starts of the open model; times of what ended count from the intended start."""
    open_model = {b.batch for b in view.batches if b.kind is BatchKind.ARRIVALS}
    of = view.applications
    late, took, by_batch = [], [], dict[str, list[tuple[int, int]]]()
    for place, (batch, planned) in enumerate(zip(of.strings("batch"), of.integers("planned_ns"), strict=True)):
        if planned == NEVER or batch not in open_model:
            continue
        started, ended = of.integers("started_ns")[place], of.integers("ended_ns")[place]
        late.append((started - planned) / _MS_NS)
        by_batch.setdefault(batch, []).append((planned, started))
        if ended != NEVER:
            took.append((ended - planned) / _MS_NS)
    if not late:
        return Lateness()
    late.sort()
    took.sort()
    return Lateness(
        arrivals=len(late),
        late=sum(1 for ms in late if ms > _LATE_MS),
        late_ms=_LATE_MS,
        median_ms=median(late),
        p99_ms=_quantile(late, 0.99),
        most_ms=late[-1],
        planned_per_s=_rate([[planned for planned, _ in ones] for ones in by_batch.values()]),
        achieved_per_s=_rate([[started for _, started in ones] for ones in by_batch.values()]),
        took_median_ms=median(took) if took else 0.0,
        took_p95_ms=_quantile(took, 0.95),
        took_p99_ms=_quantile(took, 0.99),
    )


def _rate(rows: Sequence[Sequence[int]]) -> float:
    """Return the arrivals a second within batches: between the first and the last of each."""
    span_ns = sum(max(row) - min(row) for row in rows)
    return sum(len(row) - 1 for row in rows) * _S_NS / span_ns if span_ns else 0.0


def _strain(loads: Sequence[GeneratorLoad]) -> Strain:
    if not loads:
        return Strain()
    return Strain(
        watched_s=sum(one.at_ns - one.from_ns for one in loads) / _S_NS,
        saturated_s=sum(one.at_ns - one.from_ns for one in loads if _saturated(one)) / _S_NS,
        lag_p99_ms=max(one.lag_p99_ms for one in loads),
        lag_most_ms=max(one.lag_most_ms for one in loads),
        cpu_most=max(one.cpu for one in loads),
        sockets_most=max(one.sockets for one in loads),
        may_go_first=all(one.may_go_first for one in loads),
    )


def _saturated(load: GeneratorLoad) -> bool:
    return load.lag_p99_ms > _LAG_MS or load.cpu > _CPU


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def generator_doubts(view: HistoryView, spans_ms: Mapping[str, float]) -> Iterator[Reason]:
    """Yield why planned exposure was not reached because of the generator: nothing may rest on it then."""
    achieved = measure_generator(view, spans_ms)
    late = achieved.lateness
    if late.arrivals >= _FEW_ARRIVALS and late.late > late.arrivals * _MOST_LATE:
        yield Reason(
            code="arrivals_late",
            ja=f"計画した負荷に達していない。時刻を決めた来店 {late.arrivals:,} 件のうち {late.late:,} 件が "
            f"{late.late_ms:g} ms より遅れて始まった(最大 {late.most_ms:,.0f} ms)。試験機または端末の数が足りない",
            en=f"the planned load was not reached: {late.late:,} of {late.arrivals:,} arrivals began more than "
            f"{late.late_ms:g} ms late (at most {late.most_ms:,.0f} ms); the generator, or its kiosks, were too few",
        )
    bursts = sum(row.bursts for row in achieved.spreads)
    strayed = sum(row.strayed for row in achieved.spreads)
    if bursts >= _FEW_BURSTS and strayed > bursts * _MOST_STRAYED:
        yield Reason(
            code="bursts_strayed",
            ja=f"同時申請として計画した {bursts:,} 組のうち {strayed:,} 組で、送信の開きが {STRAY_MS:g} ms を超えた。"
            "試験機の負荷を下げるか、別の計算機で実施する",
            en=f"of {bursts:,} bursts that were to leave together, {strayed:,} left more than {STRAY_MS:g} ms apart; "
            "give the generator a machine with less other work",
        )


def generator_said(view: HistoryView) -> Iterator[Reason]:
    """Yield that the generator was saturated, where it was: what was exercised then is told by its measured times."""
    strain = _strain(view.loads)
    if strain.saturated_s:
        yield Reason(
            code="generator_saturated",
            ja=f"試験機が、監視した {strain.watched_s:,.0f} 秒のうち {strain.saturated_s:,.0f} 秒間飽和していた"
            f"(処理の遅れ p99 最大 {strain.lag_p99_ms:,.0f} ms、プロセッサ最大 {strain.cpu_most:.0%})。"
            "その間の応答時間には試験機自身の遅れが含まれる",
            en=f"the generator was saturated for {strain.saturated_s:,.0f} of {strain.watched_s:,.0f} s watched "
            f"(lag p99 up to {strain.lag_p99_ms:,.0f} ms, processor up to {strain.cpu_most:.0%}); "
            "response times of that time include its own delay",
        )
