"""People released together: growing groups, all alike or mixed, some of whom give up or are refused in the midst."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from harness.campaign.author import Author, is_turn
from harness.campaign.crowd import crowd
from harness.campaign.scenario import Bursts
from harness.records.certificates import Certificate, Options, Scope
from harness.records.plan import Batch, BatchKind, PlannedApplication, Step

_LONG = (
    Certificate.KOSEKI,
    Certificate.JUMINHYO,
    Certificate.KISAIJIKO,
)  # several pages, where there are people for it
_AFTER_ERRORS_MS = 30.0  # a refusal takes about as long: nothing is rendered
_AMONG_SHARE = 0.5  # of the groups with refusals: the others come together with them, else right behind
_GIVES_UP_EVERY = 4  # most are served, lest the burst be no burst
_REFUSED_EVERY = 2  # enough errors at once for what counts them, such as a circuit breaker


def burst_batches(phase: Bursts, author: Author) -> Iterator[Batch]:
    """Yield the groups round by round; each share of them is met in turns, not by chance."""
    alike: Sequence[Certificate | None] = author.kinds(phase) if phase.alike else (None,)
    groups = itertools.product(range(phase.rounds), phase.sizes, alike)
    with_refusals = itertools.count()
    for number, (_, size, kind) in enumerate(groups):
        long = is_turn(number, phase.long_documents)
        members = list(_long_ones(phase, author, size) if long else _anybody(phase, author, size, kind))
        purpose = f"burst:{len(members)}" + ("-long" if long else "")
        if is_turn(number, phase.aborting):
            members = _some_give_up(members, author)
            purpose += "-aborting"
        step = phase.sync_steps[number % len(phase.sync_steps)] if phase.sync_steps else None
        if is_turn(number, phase.refused):
            among = is_turn(next(with_refusals), _AMONG_SHARE)
            members = _some_are_refused(phase, members, author, 0.0 if among else _AFTER_ERRORS_MS)
            purpose += "-refused"
            step = None  # who is refused never comes to a later one
        batch = author.batch(phase, BatchKind.BURST, members, purpose, sync_step=step)
        yield replace(batch, withhold=phase.withhold)
    for _ in range(phase.spares):
        members = list(_anybody(phase, author, max(phase.sizes), None))
        batch = author.batch(phase, BatchKind.BURST, members, f"burst:{len(members)}-spare")
        yield replace(batch, withhold=phase.withhold, spare=True)


def _anybody(phase: Bursts, author: Author, size: int, alike: Certificate | None) -> Iterator[PlannedApplication]:
    """Plan a group; those who are all `alike` go to one node, where a threshold of one server is met sooner."""
    common = author.rng.choice(author.kinds(phase)) if author.rng.random() < phase.same_certificate else None
    node = author.node() if alike else None
    return crowd(phase, author, range(min(size, author.scenario.kiosks)), kind=alike or common, node=node)


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
            phase, kind, kiosk=kiosk, node=author.node(), resident=key, options=options and _full(options)
        )


def _full(options: Options) -> Options:
    return replace(options, honseki=True, relation=True)


def _some_give_up(members: list[PlannedApplication], author: Author) -> list[PlannedApplication]:
    """Have every fourth hang up in the wait for the document: what it had reserved must not fall to another."""
    return [
        replace(one, abort=author.disconnect(Step.COLLECT)) if place % _GIVES_UP_EVERY == 1 else one
        for place, one in enumerate(members)
    ]


def _some_are_refused(
    phase: Bursts, members: list[PlannedApplication], author: Author, after_ms: float
) -> list[PlannedApplication]:
    """Put people to be refused, for each reason in its turn, in the place of every other; the rest come so much later.

    What an error leaves behind (a pooled object given back twice, a context not cleared, a mode for emergencies) shows
    in those who come together after it, what it leaves out (of a batch, of a list) in those who come with it: at the
    same server, so two by two go to one.
    """
    used = {one.resident for one in members}
    found: list[PlannedApplication] = []
    for place, planned in enumerate(members):
        one = replace(planned, node=members[place // _REFUSED_EVERY].node)
        who = author.cast.refused(one.certificate, used) if place % _REFUSED_EVERY else None
        if who is None:
            found.append(replace(one, gap_ms=after_ms))
        else:
            used.add(who)
            found.append(_in_place_of(one, who, phase, author))
    return found


def _in_place_of(one: PlannedApplication, who: str, phase: Bursts, author: Author) -> PlannedApplication:
    other = author.application(phase, one.certificate, kiosk=0, node=one.node, resident=who)
    return replace(other, kiosk=one.kiosk, store=one.store)
