"""Who is issued what in a baseline, in which order and where: everybody once, many twice, something in between.

The second issue comes from another kiosk and another node than the first, long after it, so that whatever depends on
the place or the moment differs between the two and can be told from what depends on the person.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from harness.campaign.cast import Cast
from harness.campaign.scenario import Baseline
from harness.records.certificates import Certificate, Options
from harness.records.plan import AbortHow, PlannedAbort, Step

_DRAWS = 4  # per options wanted: most people have few different ones
_DISCONNECT_AFTER_MS = 20.0  # into the wait for the document
_EVENTS = (
    PlannedAbort(step=Step.COLLECT, how=AbortHow.CANCEL),
    PlannedAbort(step=Step.COLLECT, how=AbortHow.DISCONNECT, after_ms=_DISCONNECT_AFTER_MS),
    None,  # somebody who is refused
)


class Places(NamedTuple):
    """Where applications may be made."""

    kiosks: int
    nodes: tuple[str, ...]

    def at(self, number: int, again: bool) -> tuple[int, str | None]:
        """Return kiosk and node of the `number`-th application, others for its second issue."""
        kiosk = (number + again * (1 + self.kiosks // 2)) % self.kiosks
        node = self.nodes[(number + again) % len(self.nodes)] if self.nodes else None
        return kiosk, node


class Wanted(NamedTuple):
    """One application of which there is to be a baseline, and its place in the first round."""

    number: int
    resident: str
    certificate: Certificate
    options: Options


class Turn(NamedTuple):
    """One application as it is to be played."""

    resident: str
    certificate: Certificate
    options: Options | None
    kiosk: int
    node: str | None
    abort: PlannedAbort | None = None


def turns_of(
    phase: Baseline, kinds: Collection[Certificate], cast: Cast, rng: random.Random, places: Places
) -> Iterator[tuple[list[Turn], str]]:
    """Yield what is played one after the other, and why, batch after batch."""
    wanted = _wanted(phase, kinds, cast, rng)
    for one in wanted:
        yield [_turn(one, places, again=False)], "baseline:first"
    again = _again(phase, wanted, len(cast.ordinary))
    rng.shuffle(again)
    if phase.interruptions:
        yield from _interrupted(kinds, again, cast, places)
    for one in again:
        yield [_turn(one, places, again=True)], "baseline:second"


def _wanted(phase: Baseline, kinds: Collection[Certificate], cast: Cast, rng: random.Random) -> list[Wanted]:
    found: list[tuple[str, Certificate, Options]] = []
    for resident in sorted(cast.ordinary):
        for certificate in (c for c in cast.may(resident) if c in kinds):
            draws = (cast.options(resident, certificate) for _ in range(phase.options_each * _DRAWS))
            distinct = list(dict.fromkeys(replace(options, copies=1) for options in draws))
            found += [(resident, certificate, options) for options in distinct[: phase.options_each]]
    rng.shuffle(found)
    return [Wanted(number, *one) for number, one in enumerate(found)]


def _again(phase: Baseline, wanted: Sequence[Wanted], residents: int) -> list[Wanted]:
    """Return what is issued twice: everything with few residents, else some of each certificate and kind of options."""
    if residents <= phase.twins_all:
        return list(wanted)
    chosen: dict[tuple[Certificate, Options], list[Wanted]] = {}
    for one in wanted:
        alike = chosen.setdefault((one.certificate, replace(one.options, tax_year=None, persons=())), [])
        if len(alike) < phase.twins:
            alike.append(one)
    return [one for alike in chosen.values() for one in alike]


def _interrupted(
    kinds: Collection[Certificate], again: list[Wanted], cast: Cast, places: Places
) -> Iterator[tuple[list[Turn], str]]:
    """Yield rows of three at one kiosk of which the middle one gives up or is refused; takes them out of `again`."""
    for certificate in sorted(kinds):
        for event in _EVENTS:
            row = [one for one in again if one.certificate is certificate][:3]
            if len({one.resident for one in row}) < len(_EVENTS):
                continue
            first, middle, last = (_turn(one, places, again=True) for one in row)
            refused = cast.refused(certificate, {first.resident, last.resident}) if event is None else None
            if event is None and refused is None:
                continue
            if refused is not None:
                middle = middle._replace(resident=refused, options=None)
            middle = middle._replace(kiosk=first.kiosk, node=first.node, abort=event)
            last = last._replace(kiosk=first.kiosk, node=first.node)
            again.remove(row[0])
            again.remove(row[2])
            yield [first, middle, last], f"baseline:after-{event.how if event else 'refusal'}"


def _turn(one: Wanted, places: Places, *, again: bool) -> Turn:
    kiosk, node = places.at(one.number, again)
    return Turn(one.resident, one.certificate, one.options, kiosk, node)
