"""Fills the slots of a phase before it begins: a pure function of the journal so far, the plan and its seed.

Whatever was seen, the pairs without a slot stay as drawn, and where nothing was seen so do those with one: steering
spends trials where two people seem to have met, it never withdraws the sweep.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from msgspec import Struct

from harness.campaign.knee import alone_ms, crossings, find_knee, ramp_steps, taken_ms
from harness.campaign.near import Trial, trials_of
from harness.checks.history import HistoryView
from harness.records.history import Decided
from harness.records.plan import Batch, BatchKind, Phase, Slot

SOLO_SHARE = 0.2  # of steered pairs: one leaves when the other is just about done
_SOLO_AROUND = 0.15
_NEAR_SPREAD = 0.25  # standard deviation of the logarithm, around the gap that is looked at again
_ALIKE = 2.0  # a pair of the same sort (certificates, nodes) is so much more likely to be looked at again
_LONGEST_MS = 700.0  # a pair to be set within a second has to leave room on both sides
# Wide enough that both are clear of the second's end, although the target may look at its clock some time after the
# arrival, and the begin of its second is known to a few ms only.
_SHORTEST_MS = 40.0
_CLOSEST = 4  # of the gaps that hit: alone, windows are narrower than under the load of many pairs
_STAYS_EVERY = 4  # of the places in a second's phase
_SECOND_MS = 1000.0


class Seen(Struct, frozen=True, kw_only=True):
    """What a decision may rest on."""

    view: HistoryView
    batches: tuple[Batch, ...]  # the whole plan
    seed: int
    limits_ms: tuple[float, ...] = ()  # declared


def decide(seen: Seen, phase: Phase, at_ns: int) -> tuple[Decided, ...]:
    """Return a decision for every slot of `phase` that has none yet; the same journal and seed give the same."""
    slots = [b for b in seen.batches if b.phase == phase.phase and b.slot and b.batch not in seen.view.decisions]
    rng = random.Random(f"{seen.seed}/{phase.phase}")  # noqa: S311  a decision is to be repeatable
    gaps = [b for b in slots if b.slot is Slot.GAP]
    found = list(_gaps(seen, gaps, rng, at_ns)) if gaps else []
    return (*found, *_more(seen, [b for b in slots if b.slot is Slot.MORE], phase.enough, at_ns))


def _gaps(seen: Seen, slots: Sequence[Batch], rng: random.Random, at_ns: int) -> Iterator[Decided]:
    pairs = {b.batch: b for b in seen.batches if _is_pair(b)}
    alone = alone_ms(seen.view, {b.batch for b in seen.batches if b.purpose == "solo"}, taken_ms)
    trials = [t for t in trials_of(seen.view, pairs, alone) if t.score > 0 and t.gap_ms]
    solo = sorted(alone.values())
    for place, batch in enumerate(slots):
        if batch.phase_ms is not None:
            yield _in_second(batch, place // 2, [t for t in trials if t.hit], at_ns)
        elif solo and rng.random() < SOLO_SHARE:
            gap = rng.choice(solo) * rng.uniform(1 - _SOLO_AROUND, 1 + _SOLO_AROUND) * rng.choice((1, -1))
            yield Decided(batch=batch.batch, at_ns=at_ns, why="solo_latency", gap_ms=round(gap, 3))
        elif trials:
            yield _near(batch, trials, rng, at_ns)
        else:
            yield Decided(batch=batch.batch, at_ns=at_ns, why="as_planned")


def _near(batch: Batch, trials: Sequence[Trial], rng: random.Random, at_ns: int) -> Decided:
    """Look again near a pair that showed signs, sooner at those of the same sort as this batch."""
    one, other = batch.applications[:2]
    same = one.certificate is other.certificate, bool(one.node) and one.node == other.node
    weights = [
        t.score * (_ALIKE if t.same_certificate is same[0] else 1.0) * (_ALIKE if t.same_node is same[1] else 1.0)
        for t in trials
    ]
    (trial,) = rng.choices(trials, weights)
    gap = trial.gap_ms * rng.lognormvariate(0.0, _NEAR_SPREAD)
    why = "hit" if trial.hit else "near_miss"
    detail = f"{trial.batch}: {', '.join(trial.signs)} at {trial.gap_ms:g} ms"
    return Decided(batch=batch.batch, at_ns=at_ns, why=why, gap_ms=round(gap, 3), detail=detail)


def _in_second(batch: Batch, number: int, hits: Sequence[Trial], at_ns: int) -> Decided:
    """Set a pair within or across a second at a gap that has hit; every fourth `number` stays as planned.

    A pair within a second and its counterpart across have one number, and so the same gap: only the phase differs.
    """
    gaps = sorted((t for t in hits if _SHORTEST_MS <= abs(t.gap_ms) <= _LONGEST_MS), key=lambda t: abs(t.gap_ms))
    if not gaps or number % _STAYS_EVERY == _STAYS_EVERY - 1:
        return Decided(batch=batch.batch, at_ns=at_ns, why="as_planned")
    trial = gaps[number % min(len(gaps), _CLOSEST)]
    gap = abs(trial.gap_ms)
    across = batch.phase_ms is not None and batch.phase_ms + batch.span_ms > _SECOND_MS
    begin = _SECOND_MS - gap / 2.0 if across else (_SECOND_MS - gap) / 2.0
    return Decided(
        batch=batch.batch, at_ns=at_ns, why="hit", gap_ms=gap, phase_ms=round(begin, 1), detail=f"{trial.batch}"
    )


def _more(seen: Seen, slots: Sequence[Batch], enough: int, at_ns: int) -> Iterator[Decided]:
    """Have a load held on only while too few have crossed a time limit."""
    if not slots:
        return
    held = {b.batch for b in seen.batches if b.kind is BatchKind.CLOSED}
    crossed, limit = crossings(seen.view, seen.limits_ms, held)
    ramps = {b.batch: len({a.kiosk for a in b.applications}) for b in seen.batches if b.purpose.startswith("ramp:")}
    knee = find_knee(ramp_steps(seen.view, ramps))
    told = f"{crossed} crossed {limit:g} ms" if limit else "no time limit is declared or was met"
    told += f"; knee at {knee.kiosks} kiosks, {knee.per_second:g}/s" if knee else "; no knee within the ramp"
    held_enough = crossed >= enough
    for batch in slots:
        why = "enough" if held_enough else "as_planned"
        yield Decided(batch=batch.batch, at_ns=at_ns, why=why, skipped=held_enough, detail=told)


def _is_pair(batch: Batch) -> bool:
    return batch.kind is BatchKind.BURST and len(batch.applications) - batch.fillers == 2
