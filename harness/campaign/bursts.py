"""People released together: growing groups, long documents at once, people who give up in the midst of it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from harness.campaign.author import Author, is_turn
from harness.campaign.scenario import Bursts
from harness.records.certificates import Certificate, Options, Scope
from harness.records.plan import Batch, BatchKind, PlannedApplication, Step

_LONG = (
    Certificate.KOSEKI,
    Certificate.JUMINHYO,
    Certificate.KISAIJIKO,
)  # several pages, where there are people for it
_GIVES_UP_EVERY = 4


def burst_batches(phase: Bursts, author: Author) -> Iterator[Batch]:
    """Yield the groups round by round; each share of them is met in turns, not by chance."""
    sizes = [size for _ in range(phase.rounds) for size in phase.sizes]
    for number, size in enumerate(sizes):
        long = is_turn(number, phase.long_documents)
        members = list(_long_ones(phase, author, size) if long else _anybody(phase, author, size))
        purpose = f"burst:{len(members)}" + ("-long" if long else "")
        if is_turn(number, phase.aborting):
            members = _some_give_up(members, author)
            purpose += "-aborting"
        step = phase.sync_steps[number % len(phase.sync_steps)] if phase.sync_steps else None
        batch = author.batch(phase, BatchKind.BURST, members, purpose, sync_step=step)
        yield replace(batch, withhold=phase.withhold)
    for _ in range(phase.spares):
        members = list(_anybody(phase, author, max(phase.sizes)))
        batch = author.batch(phase, BatchKind.BURST, members, f"burst:{len(members)}-spare")
        yield replace(batch, withhold=phase.withhold, spare=True)


def _anybody(phase: Bursts, author: Author, size: int) -> Iterator[PlannedApplication]:
    kinds = author.kinds(phase)
    common = author.rng.choice(kinds) if author.rng.random() < phase.same_certificate else None
    people: set[str] = set()
    for kiosk in range(min(size, author.scenario.kiosks)):
        free = author.cast.next_for(common or author.rng.choice(kinds), kinds, people)
        if free is None:
            return  # the population is smaller than the burst; the exposure shows the size played
        people.add(free[0])
        yield author.application(phase, free[1], kiosk=kiosk, node=author.node_at(kiosk), resident=free[0])


def _long_ones(phase: Bursts, author: Author, size: int) -> Iterator[PlannedApplication]:
    """Take the largest households and family registers first: 3 pages beside 3 pages show what 1 beside 1 hides."""
    kinds = [c for c in _LONG if c in author.kinds(phase)] or list(author.kinds(phase))
    kind = author.rng.choice(kinds)
    cast = author.cast
    able = [key for key in cast.ordinary if kind in cast.may(key)]
    able.sort(key=lambda key: -cast.listed(key, kind))  # stable: among equals who waited longest
    for kiosk, key in enumerate(able[: min(size, author.scenario.kiosks)]):
        options = replace(cast.options(key, kind), scope=Scope.ALL, copies=1) if kind in _LONG else None
        yield author.application(
            phase, kind, kiosk=kiosk, node=author.node_at(kiosk), resident=key, options=options and _full(options)
        )


def _full(options: Options) -> Options:
    return replace(options, honseki=True, relation=True)


def _some_give_up(members: list[PlannedApplication], author: Author) -> list[PlannedApplication]:
    """Have every fourth hang up in the wait for the document: what it had reserved must not fall to another."""
    return [
        replace(one, abort=author.disconnect(Step.COLLECT)) if place % _GIVES_UP_EVERY == 1 else one
        for place, one in enumerate(members)
    ]
