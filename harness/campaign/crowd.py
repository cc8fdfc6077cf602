"""A crowd (群衆): different people at different kiosks, as many as there are kiosks or people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from harness.campaign.author import Author
from harness.campaign.scenario import PhaseBase
from harness.records.certificates import Certificate
from harness.records.plan import PlannedApplication


def crowd(
    phase: PhaseBase,
    author: Author,
    kiosks: Iterable[int],
    besides: Collection[str] = (),
    *,
    kind: Certificate | None = None,
    node: str | None = None,
    within_ms: float = 0.0,
) -> Iterator[PlannedApplication]:
    """Plan one application for each of these kiosks, by people of whom none comes twice nor is among `besides`.

    They ask for `kind` (None: for anything of the phase) as far as there are people for it, else for what they may be
    issued; at one node or at all in turn; at gaps drawn from 0 to `within_ms`. Ends where there is nobody left.
    """
    kinds, people = author.kinds(phase), set(besides)
    for kiosk in kiosks:
        free = author.cast.next_for(kind or author.rng.choice(kinds), kinds, people)
        if free is None:
            return
        people.add(free[0])
        gap = round(author.rng.uniform(0.0, within_ms), 3)
        where = node or author.node()
        yield author.application(phase, free[1], kiosk=kiosk, node=where, resident=free[0], gap_ms=gap)
