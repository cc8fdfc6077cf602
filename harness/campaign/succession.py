"""Customers in a row: what one of them leaves behind must not reach the next. After success, refusal, abort, bad cards.

Where the target's client is the centre, nobody stands at a kiosk: one after the other they come over the same pooled
connections, which is what such rows exercise there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from msgspec.structs import replace

from harness.campaign.author import Author
from harness.campaign.scenario import ABORTS, Solo, Succession
from harness.records.certificates import Certificate, Options, Scope
from harness.records.plan import TURNED_AWAY, AbortHow, Batch, BatchKind, PlannedAbort, PlannedApplication, Step

_IDLE_FACTOR = 1.1  # beyond a declared limit, so that it has surely run out
_RETRIED_AT = (Step.APPLY, Step.COLLECT)  # where it is unclear to the applicant whether something was issued
_UNHEARD = frozenset({Step.TAKE_CARD})  # nothing is sent there, so nothing can be hung up
_BAD_CARD = "bad_card"


def solo_batches(phase: Solo, author: Author) -> Iterator[Batch]:
    """Yield every certificate on every node, then everybody who is to be refused, each alone, as the phase asks."""
    if phase.served:
        yield from _each_certificate(phase, author)
    if phase.turned_away:
        yield from _each_refusal(phase, author)


def _each_certificate(phase: Solo, author: Author) -> Iterator[Batch]:
    for certificate in author.kinds(phase):
        for node in (author.nodes or (None,)) * phase.repeats:
            one = author.application(phase, certificate, kiosk=0, node=node)
            yield author.batch(phase, BatchKind.SEQUENCE, [one], "solo")


def _each_refusal(phase: Solo, author: Author) -> Iterator[Batch]:
    for reason, certificate in author.cast.cases(author.kinds(phase)):
        resident = author.cast.refused(certificate, reason=reason)
        one = author.application(phase, certificate, kiosk=0, node=author.node(), resident=resident)
        yield author.batch(phase, BatchKind.SEQUENCE, [one], f"{TURNED_AWAY}refusal")
    for holder in author.invalid:
        if holder.certificate in author.kinds(phase):
            one = author.with_bad_card(phase, holder, kiosk=0)
            yield author.batch(phase, BatchKind.SEQUENCE, [one], f"{TURNED_AWAY}card-{holder.state}")


def succession_batches(phase: Succession, author: Author) -> Iterator[Batch]:
    """Yield rows of customers for every event, at every step where it can come."""
    kiosks = itertools.count()
    for _ in range(phase.rounds):
        for event in phase.events:
            if event == _BAD_CARD:
                yield from _bad_cards(phase, author, kiosks)
                continue
            for certificate, middle, reason in _occasions(phase, author, event):
                kiosk = next(kiosks) % author.scenario.kiosks
                yield from _row(phase, author, event, certificate, middle, kiosk, reason)


def _occasions(
    phase: Succession, author: Author, event: str
) -> Iterator[tuple[Certificate, PlannedAbort | None, str | None]]:
    """Yield certificate, what the middle customer does, and why it is refused: of refusals one row for every reason.

    Each reason leaves the target by a way of its own, and may leave something behind on that way only.
    """
    if event != "refusal":
        for middle in _middles(phase, author, event):
            for certificate in author.some_kinds(phase, phase.certificates_each):
                yield certificate, middle, None
        return
    cases = author.cast.cases(author.kinds(phase))
    for reason in dict.fromkeys(reason for reason, _ in cases):
        yield author.rng.choice([kind for of, kind in cases if of == reason]), None, reason


def _middles(phase: Succession, author: Author, event: str) -> list[PlannedAbort | None]:
    """Return what the middle customer of a row does: one row for each; none where the target gives no occasion."""
    if event == "retry":
        return [author.disconnect(step) for step in phase.abort_steps if step in _RETRIED_AT]
    how = ABORTS.get(event)
    if how is None:
        return [None]
    if how is AbortHow.DISCONNECT:
        return [author.disconnect(step) for step in phase.abort_steps if step not in _UNHEARD]
    idle_ms = _idle_ms(phase, author) if how is AbortHow.TIME_OUT else 0.0
    if how is AbortHow.TIME_OUT and not idle_ms:
        return []
    return [PlannedAbort(step=step, how=how, after_ms=idle_ms) for step in phase.abort_steps]


def _idle_ms(phase: Succession, author: Author) -> float:
    """Return how long is too long; 0 where nobody declared a limit."""
    if phase.idle_s:
        return phase.idle_s * 1000.0
    return round(max(author.time_limits_ms(), default=0.0) * _IDLE_FACTOR, 1)


def _row(
    phase: Succession,
    author: Author,
    event: str,
    certificate: Certificate,
    abort: PlannedAbort | None,
    kiosk: int,
    reason: str | None,
) -> Iterator[Batch]:
    """Yield first customer, the one who meets the event, and the next: on one kiosk and one node."""
    node, lane = author.node(), author.lane(kiosk)
    first = author.application(phase, certificate, kiosk=kiosk, node=node, lane=lane)
    used = {first.resident}
    refused = author.cast.refused(certificate, used, reason) if event == "refusal" else None
    if event == "refusal" and refused is None:
        return
    middle = author.application(
        phase, certificate, kiosk=kiosk, node=node, resident=refused, besides=used, abort=abort, lane=lane
    )
    row = [first, middle, *_again(phase, author, event, middle, kiosk)]
    used.add(middle.resident)
    row.append(author.application(phase, certificate, kiosk=kiosk, node=node, besides=used, lane=lane))
    where = f"-at-{abort.step}" if abort else ""
    yield author.batch(phase, BatchKind.SEQUENCE, row, f"sequence:after-{event}{where}")


def _bad_cards(phase: Succession, author: Author, kiosks: Iterator[int]) -> Iterator[Batch]:
    """Yield, for every card that is no good, who leaves in the midst, its holder, and the next: on one kiosk and node.

    Where nobody is let in anew, whoever was there before may still be.
    """
    leaving = itertools.cycle(_middles(phase, author, "walk_away") + _middles(phase, author, "disconnect"))
    holders = [holder for holder in author.invalid if holder.certificate in author.kinds(phase)]
    for holder, abort in zip(holders, leaving, strict=False):
        kiosk, node = next(kiosks) % author.scenario.kiosks, author.node()
        used = {holder.resident}
        first = author.application(phase, holder.certificate, kiosk=kiosk, node=node, besides=used, abort=abort)
        used.add(first.resident)
        row = [first, author.with_bad_card(phase, holder, kiosk)]
        row.append(author.application(phase, holder.certificate, kiosk=kiosk, node=node, besides=used))
        row = [replace(one, node=node, lane=author.lane(kiosk)) for one in row]
        where = f"-at-{abort.step}" if abort else ""
        yield author.batch(phase, BatchKind.SEQUENCE, row, f"sequence:after-{_BAD_CARD}{where}")


def _again(
    phase: Succession, author: Author, event: str, middle: PlannedApplication, kiosk: int
) -> Iterator[PlannedApplication]:
    """Have the middle customer come again: for the very same after trouble, or for the same with other options."""
    if event == "retry":
        options = middle.options
    elif event == "other_options":
        options = _others(middle.options)
    else:
        return
    yield author.application(
        phase,
        middle.certificate,
        kiosk=kiosk,
        node=middle.node,
        resident=middle.resident,
        options=options,
        lane=middle.lane,
    )


def _others(options: Options) -> Options:
    """Return options of which less is to be printed, or more where there was little: both ways a leak would show."""
    scope = Scope.SELF if options.scope is Scope.ALL else Scope.ALL
    if options.tax_year is not None:
        return options
    return replace(options, scope=scope, honseki=not options.honseki, relation=not options.relation, copies=1)
