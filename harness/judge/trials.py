"""Trials by kind: in how many different groups of people each kind of coincidence was tried, and the bound it gives.

A bound is of one kind alone, each with the confidence told; all of them together have less. Groups that were played
again count once: the same people tried twice are no independent trials, least of all in a small population.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from harness.assurance.bounds import bound_after, pairs_of
from harness.checks.history import NEVER, Application, HistoryView, predecessors
from harness.judge.bursts import trials_of
from harness.judge.generator import spreads_ms
from harness.judge.verdict import Completeness
from harness.records.generator import kind_ms
from harness.records.history import Ending
from harness.records.verdict import People, StratumBound

Stratum = tuple[str, str]  # group and name, keys of the glossary
_GAPS_MS = ((0.0, "together"), (10.0, "10ms"), (100.0, "100ms"), (1_000.0, "1s"), (float("inf"), "longer"))
_SIZES = ((2, "two"), (8, "3-8"), (32, "9-32"), (1_000_000_000, "33+"))
_SMALL = 300  # residents; vendors have 30 to 300, and of more the pairs met say nothing
_AFTER = {Ending.DELIVERED: "after_delivery", Ending.REFUSED: "after_refusal", Ending.ABORTED: "after_abort"}


def measure_trials(
    view: HistoryView, plan: Completeness, misdelivered: Collection[str], confidence: float
) -> tuple[tuple[StratumBound, ...], People]:
    """Return the trials of every kind, and what people they were made with.

    `misdelivered` are applications that received another person's document: a kind that met one has no bound.
    O(n log n).
    """
    trials = trials_of(view)
    groups: dict[Stratum, set[frozenset[str]]] = defaultdict(set)
    hits: dict[Stratum, int] = defaultdict(int)
    spreads = spreads_ms(view)
    for burst, some in trials.items():
        people = frozenset(one.resident for one in some)
        hit = any(one.application in misdelivered for one in some)
        gap_ms = kind_ms(plan.spans_ms.get(burst, 0.0), spreads[burst])
        for stratum in _strata(some, gap_ms, plan.relations.get(burst, "")):
            groups[stratum].add(people)
            hits[stratum] += hit
    counts = {stratum: (len(some), hits[stratum]) for stratum, some in groups.items()} | _successions(
        view, misdelivered
    )
    bounds = tuple(_bound(stratum, *counts[stratum], confidence) for stratum in sorted(counts, key=_order))
    return bounds, _people(view, trials)


def without_bounds(strata: Iterable[StratumBound]) -> tuple[StratumBound, ...]:
    """Return the trials alone: no bound may rest on a run that is not a PASS."""
    return tuple(replace(one, bound=None) for one in strata)


def _bound(stratum: Stratum, trials: int, hits: int, confidence: float) -> StratumBound:
    bound = bound_after(trials, confidence) if not hits else None
    return StratumBound(group=stratum[0], name=stratum[1], trials=trials, misdelivered=hits, bound=bound)


_GROUPS = ("gap", "size", "second", "certificate", "node", "relation", "succession")
_NAMES = [name for _, name in (*_GAPS_MS, *_SIZES)]


def _order(stratum: Stratum) -> tuple[int, int, str]:
    group, name = stratum
    return _GROUPS.index(group), _NAMES.index(name) if name in _NAMES else len(_NAMES), name


def _strata(some: Sequence[Application], gap_ms: float, relation: str) -> Iterator[Stratum]:
    """Yield the kinds of coincidence that one burst tried."""
    yield "gap", next(name for edge, name in _GAPS_MS if gap_ms <= edge)
    yield "size", next(name for most, name in _SIZES if len(some) <= most)
    for certificate in sorted(_twice([one.certificate for one in some])):
        yield "certificate", certificate
    dates, nodes = [one.server_date for one in some if one.server_date], [one.node for one in some if one.node]
    if _twice(dates):
        yield "second", "same_second"
    if len(set(dates)) > 1:
        yield "second", "other_second"
    if _twice(nodes):
        yield "node", "same_node"
    if len(set(nodes)) > 1:
        yield "node", "cross_node"
    if relation:
        yield "relation", relation


def _twice(values: Sequence[str]) -> set[str]:
    return {value for value, count in Counter(values).items() if count > 1}


def _successions(view: HistoryView, misdelivered: Collection[str]) -> dict[Stratum, tuple[int, int]]:
    """Count who received a document at a kiosk after somebody else, by how that one's visit ended; pairs count once."""
    people = view.applications.strings("resident")
    codes = {who: number for number, who in enumerate(dict.fromkeys(people))}
    pairs: dict[str, array[int]] = defaultdict(lambda: array("q"))
    hits: Counter[str] = Counter()
    void = {b.batch for b in view.batches if b.void}
    columns = (view.applications.column(field) for field in ("application", "batch", "ending"))
    endings = view.applications.column("ending")
    for place, (before, name, batch, ending) in enumerate(zip(predecessors(view), *columns, strict=True)):
        if before == NEVER or ending is not Ending.DELIVERED or batch in void or people[place] == people[before]:
            continue
        after = _AFTER.get(endings[before], "after_error")
        pairs[after].append(codes[people[before]] * len(codes) + codes[people[place]])
        hits[after] += name in misdelivered
    return {("succession", after): (len(np.unique(some)), hits[after]) for after, some in pairs.items()}


def _people(view: HistoryView, trials: dict[str, list[Application]]) -> People:
    """Return with whom trials were made, and which share of all pairs met in them where they are few."""
    groups = [frozenset(one.resident for one in some) for some in trials.values()]
    everybody = sorted({who for group in groups for who in group})
    residents = len(set(view.applications.strings("resident")))
    if residents > _SMALL:
        return People(residents=residents, groups=len(set(groups)), bursts=len(groups))
    rows = {who: row for row, who in enumerate(everybody)}
    met = np.zeros((len(everybody), len(everybody)), dtype=np.bool_)
    for group in set(groups):
        places = [rows[who] for who in group]
        met[np.ix_(places, places)] = True
    return People(
        residents=residents,
        groups=len(set(groups)),
        bursts=len(groups),
        pairs_met=int(np.triu(met, 1).sum()),
        pairs_possible=pairs_of(residents),
    )
