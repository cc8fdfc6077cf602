"""More people than the target can serve, step by step, then held until waits cross limits; and a day's course."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from harness.campaign.author import Author
from harness.campaign.edits import again_and_again
from harness.campaign.scenario import Hold, Mix
from harness.records.certificates import Certificate, Options
from harness.records.plan import (
    AbortHow,
    Batch,
    BatchKind,
    PlannedAbort,
    PlannedApplication,
    PlannedUpdate,
    Slot,
    Step,
)

_MOVERS = 4  # more would only leave fewer people whose documents a baseline can be compared with
_CHANGE_EVERY_MS = 60.0
_ABORT_STEPS = (Step.APPLY, Step.COLLECT)
_ARRIVALS = 5_000  # of one batch: what is planned, played or played again at once; between two all have left


def hold_batches(phase: Hold, author: Author) -> Iterator[Batch]:
    """Yield the ramp's steps, then the held load; later rounds are phases of their own, played only while needed."""
    people = author.cast.ordinary
    for kiosks in phase.ramp:
        if kiosks <= len(people):
            yield author.batch(phase, BatchKind.CLOSED, _rows(phase, author, people, kiosks, 1), f"ramp:{kiosks}")
    kiosks = min(phase.kiosks, len(people))
    for number, name in enumerate(round_names(phase)):
        members = _rows(phase, author, people, kiosks, phase.per_kiosk)
        slot = Slot.MORE if number else None
        updates = () if number else tuple(_changes(phase, author, members))
        yield author.batch(phase, BatchKind.CLOSED, members, f"hold:{kiosks}", name=name, slot=slot, updates=updates)


def _changes(phase: Hold, author: Author, members: Sequence[PlannedApplication]) -> Iterator[PlannedUpdate]:
    """Plan changes of a few people, again and again: what is being updated meets what is being issued.

    Of several families, and rather of those who ask for what shows the changes.
    """
    asking = sorted(members, key=lambda one: one.certificate is not Certificate.JUMINHYO)
    known = (author.cast.residents[one.resident] for one in asking)
    movers = {one.household or one.key: one.key for one in known if one.address}
    some = list(movers.values())[:_MOVERS]
    for place, (who, field, value) in enumerate(again_and_again(author, some, 2 * phase.changes)):
        yield author.update(who, field, value, start_ms=place * _CHANGE_EVERY_MS)


def round_names(phase: Hold) -> tuple[str, ...]:
    """Return the phases that a hold becomes: one per round, because decisions fall between phases."""
    return (phase.phase, *(f"{phase.phase}-{number}" for number in range(2, phase.rounds + 1)))


def _rows(phase: Hold, author: Author, people: Sequence[str], kiosks: int, per_kiosk: int) -> list[PlannedApplication]:
    """Plan rows of customers; each kiosk has customers of its own, so that nobody stands at two kiosks at once."""
    members: list[PlannedApplication] = []
    asked: dict[str, tuple[Certificate, Options]] = {}
    for row in range(per_kiosk):
        for kiosk in range(kiosks):
            own = people[kiosk::kiosks]
            resident = own[row % len(own)]
            kinds = [c for c in author.kinds(phase) if c in author.cast.may(resident)]
            if not kinds:
                continue
            kind, options = author.rng.choice(kinds), None
            if resident in asked and author.rng.random() < phase.repeated:
                kind, options = asked[resident]  # asks again for the very same, as people do after an error
            one = author.application(
                phase, kind, kiosk=kiosk, node=author.node_at(kiosk), resident=resident, options=options
            )
            asked[resident] = one.certificate, one.options
            members.append(one)
    return members


def mix_batches(phase: Mix, author: Author) -> Iterator[Batch]:
    """Yield arrivals in batches: exponential gaps whose rate follows the day's profile."""
    members: list[PlannedApplication] = []
    begun_ms = 0.0
    resting = len(author.cast.ordinary) // 2
    recent: dict[str, None] = {}  # in order; as many as leave half of the people free
    for at_ms in _arrivals_ms(phase, author):
        refuse = author.rng.random() < phase.refused_share
        certificate = author.rng.choice(author.kinds(phase))
        refused = author.cast.refused(certificate, recent) if refuse else None
        one = author.application(
            phase,
            certificate,
            kiosk=author.other_kiosks((), 1)[0],  # nobody waits behind another while a kiosk is free
            node=author.node(),
            resident=refused,
            besides=recent,
            start_ms=at_ms - begun_ms,
            abort=_maybe_abort(phase, author),
        )
        members.append(one)
        recent.pop(one.resident, None)
        recent[one.resident] = None
        if len(recent) > resting:
            del recent[next(iter(recent))]
        if len(members) == _ARRIVALS:
            yield author.batch(phase, BatchKind.ARRIVALS, members, "mix")
            members, begun_ms = [], at_ms
    if members or not begun_ms:
        yield author.batch(phase, BatchKind.ARRIVALS, members, "mix")


def _maybe_abort(phase: Mix, author: Author) -> PlannedAbort | None:
    if not phase.aborting_share or author.rng.random() >= phase.aborting_share:
        return None
    step = author.rng.choice(_ABORT_STEPS)
    how = author.rng.choice((AbortHow.CANCEL, AbortHow.DISCONNECT))
    return author.disconnect(step) if how is AbortHow.DISCONNECT else PlannedAbort(step=step, how=how)


def _arrivals_ms(phase: Mix, author: Author) -> Iterator[float]:
    """Draw arrivals at the highest rate and keep each with the share that its part of the day has of it (thinning).

    P. A. W. Lewis and G. S. Shedler, Simulation of nonhomogeneous Poisson processes by thinning, 1979.
    """
    profile = phase.profile or (1.0,)
    busiest = max(profile) * len(profile) / math.fsum(profile)  # of the average
    at_ms = 0.0
    while (at_ms := at_ms + author.rng.expovariate(phase.per_second * busiest) * 1000.0) < phase.seconds * 1000.0:
        part = profile[int(at_ms / (phase.seconds * 1000.0) * len(profile))]
        if len(profile) == 1 or author.rng.random() * max(profile) < part:
            yield at_ms
