"""What must not work, tried among people who are served: foreign sessions, closed ones, cards that are no good.

Everything is tried on applications of the run's own people. Each has kiosks of its own, so that nobody who is served is
disturbed by what is tried beside them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from harness.campaign.author import Author
from harness.campaign.crowd import crowd
from harness.campaign.invalid_cards import Holder
from harness.campaign.scenario import Probes
from harness.records.certificates import Certificate
from harness.records.plan import Batch, BatchKind, PlannedApplication, PlannedProbe, Probe

_OF_TWO = frozenset({Probe.FOREIGN_JOB, Probe.NEXT_CUSTOMER})


def probe_batches(phase: Probes, author: Author) -> Iterator[Batch]:
    """Yield rounds, in each of which every probe of the target's interface is made once; holders of bad cards too."""
    for number in range(phase.rounds):
        kiosks = itertools.count()
        people: set[str] = {holder.resident for holder in author.invalid}
        members = [author.with_bad_card(phase, holder, next(kiosks)) for holder in _turn(phase, author, number)]
        for probe in (p for p in Probe if p in author.probes):
            members += _probed(phase, author, probe, kiosks, people)
        fillers = crowd(phase, author, itertools.islice(kiosks, phase.fillers * len(members)), people)
        yield author.batch(phase, BatchKind.CLOSED, [*members, *fillers], f"probes:{len(members)}")


def _turn(phase: Probes, author: Author, number: int) -> list[Holder]:
    """Return the holders of useless cards whose turn it is: each comes once."""
    fitting = [holder for holder in author.invalid if holder.certificate in author.kinds(phase)]
    return fitting[number :: phase.rounds]


def _probed(
    phase: Probes, author: Author, probe: Probe, kiosks: Iterator[int], people: set[str]
) -> Iterator[PlannedApplication]:
    """Plan the visit on which something is tried; the second person gets the same kiosk, or one of their own.

    None where there is no second person.
    """
    kinds = author.kinds(phase)
    free = _free(author, kinds, people)
    other = author.cast.next_for(kinds[0], kinds, {*people, free[0]}) if free else None
    other = other or (author.cast.next_for(kinds[0], kinds, {free[0]}) if free else None)
    if free is None or (other is None and probe in _OF_TWO):
        return
    kiosk = next(kiosks)
    one = author.application(phase, free[1], kiosk=kiosk, node=author.node(), resident=free[0])
    people.add(one.resident)
    planned = PlannedProbe(probe=probe)
    if other is not None and probe in _OF_TWO:
        people.add(other[0])
        planned = author.second(probe, other[0], kiosk if probe is Probe.NEXT_CUSTOMER else next(kiosks))
    yield replace(one, options=replace(one.options, copies=1), probe=planned)


def _free(author: Author, kinds: Sequence[Certificate], people: set[str]) -> tuple[str, Certificate] | None:
    """Return somebody who has no part yet, else, in a small population, anybody; and what may be issued to them."""
    kind = author.rng.choice(kinds)
    return author.cast.next_for(kind, kinds, people) or author.cast.next_for(kind, kinds, ())
