"""Changes of the register: between two issues of one person, and into the midst of an issue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from harness.campaign.author import Author
from harness.campaign.crowd import crowd
from harness.campaign.edits import again_and_again, entry, move, of_family
from harness.campaign.scenario import Updates
from harness.records.certificates import Certificate, Scope
from harness.records.plan import Batch, BatchKind, PlannedApplication, PlannedUpdate, Relation

_WAITED_S = 600.0  # a documented reflection time that a run may see the end of
_LATER_MS = 1_500.0  # after the issue that follows a change at once
_APART_MS = 300.0  # a change in flight and its undoing
_INTO_MS = (0.0, 80.0)  # after the release: into reading the register, rendering, and handing over
_READS_MS = (0.0, 20.0, 40.0)  # departures of who is changed: some meet the change before, some in the midst of it
_WAITING_READS_MS = (60.0, 80.0, 120.0)  # in a crowd, too: who waits in it is read late
_STORM = 32  # updates that follow each other before a crowd: for as long as it is served, on a target of any pace
_REFUSED_EVERY = 2  # change in flight is one that the register refuses, where the target file names such a change
_AROUND_MS = 40.0  # people around a change in flight come within this time


def update_batches(phase: Updates, author: Author) -> Iterator[Batch]:
    """Yield cancelled seals, moves, changes of other entries, and changes that fall into somebody's issue."""
    for number in range(phase.cancelled_seals):
        yield _around(phase, author, Certificate.INKAN, "seal", ("cancelled", "registered"), number)
    for number in range(phase.moves):
        moving = author.cast.next(Certificate.JUMINHYO)
        for edit in move(author, moving):
            yield _around(phase, author, Certificate.JUMINHYO, edit.field, (edit.new[0], edit.old), number, moving)
    for number in range(phase.entries):
        if (other := entry(author, number)) is not None:
            values = (other.new[0], other.old)
            yield _around(phase, author, Certificate.JUMINHYO, other.field, values, number, other.resident)
    for number in range(phase.families):
        if (found := of_family(author, number)) is not None:
            reader, of = found
            values = (of.new[0], of.old)
            yield _around(phase, author, Certificate.JUMINHYO, of.field, values, number, reader, of.resident)
    for number in range(phase.in_flight):
        yield from _in_flight(phase, author, number)


def _around(
    phase: Updates,
    author: Author,
    certificate: Certificate,
    field: str,
    values: tuple[str, str],
    kiosk: int,
    resident: str | None = None,
    member: str = "",
) -> Batch:
    """Issue, change, issue again at once and a little later, then change back: the register is as before.

    Changed is `resident`, or a `member` of the household of which `resident` is issued a copy: what is kept by the
    applicant's own entry does not see that.

    Later, copies and caches that count as up to date are read, no longer the register itself.

    Where a change takes longer to show than a run can wait, it stays: a follow-up run looks at it and changes it back.
    """
    node, kiosk = author.node(), kiosk % author.scenario.kiosks
    who = resident or author.cast.next(certificate)
    options = replace(author.cast.options(who, certificate), scope=Scope.ALL) if member else None
    before, after, later = (
        author.application(phase, certificate, kiosk=kiosk, node=node, resident=who, gap_ms=gap, options=options)
        for gap in (0.0, 0.0, _LATER_MS)
    )
    changed, purpose = member or who, f"update:family:{field}" if member else f"update:{field}"
    updates = [author.update(changed, field, values[0], before=after.application)]
    if author.target.limits.reflection_s <= _WAITED_S:
        updates.append(author.update(changed, field, values[1]))
    return author.batch(phase, BatchKind.SEQUENCE, [before, after, later], purpose, updates=tuple(updates))


def _in_flight(phase: Updates, author: Author, number: int) -> Iterator[Batch]:
    """Release people together and change one's entry right afterwards: old and new are right, mixtures are not."""
    moving = author.cast.next(Certificate.JUMINHYO)
    crowded = bool(phase.crowd) and number // _REFUSED_EVERY % 2 == 1
    refused = _refused(author, moving) if number % _REFUSED_EVERY == _REFUSED_EVERY - 1 else ()
    updates = tuple(_changed(author, moving, refused, crowded=crowded))
    if not updates:
        return
    readers = list(_readers(phase, author, moving, _READS_MS + (_WAITING_READS_MS if crowded else ())))
    fillers = phase.crowd if crowded else phase.fillers
    kiosks = range(len(readers), min(len(readers) + fillers, author.scenario.kiosks))
    others = list(crowd(phase, author, kiosks, {one.resident for one in readers}, within_ms=_AROUND_MS))
    purpose = "update:refused" if refused else "update:in-flight"
    members = [*readers, *others]
    yield author.batch(phase, BatchKind.BURST, members, purpose, updates=updates, fillers=len(others))


def _changed(author: Author, moving: str, refused: tuple[str, ...], *, crowded: bool) -> Iterator[PlannedUpdate]:
    """Plan a change and its undoing, before a crowd many without a pause: whoever waits is read in between.

    What is to be refused is undone as well: it may be accepted.
    """
    count, apart_ms = (_STORM, 0.0) if crowded else (2, _APART_MS)
    begin_ms = author.rng.uniform(*_INTO_MS)
    values = [(field, value) for _, field, value in again_and_again(author, [moving], count)]
    if refused:
        field, value, current = refused
        values = [(field, value)] * (count - 1) + [(field, current)]
    for place, (field, value) in enumerate(values):
        update = author.update(moving, field, value, start_ms=begin_ms + place * apart_ms)
        yield replace(update, refused=bool(refused) and place < count - 1)


def _readers(phase: Updates, author: Author, moving: str, gaps_ms: Sequence[float]) -> Iterator[PlannedApplication]:
    """Plan who reads what is being changed: the person at several kiosks, one after the other, and a family member."""
    kind = Certificate.JUMINHYO
    family = author.cast.partner(moving, Relation.HOUSEHOLD, kind)
    readers = [*(moving for _ in gaps_ms), *((family,) if family else ())]
    for kiosk, (who, gap) in enumerate(zip(readers, (*gaps_ms, gaps_ms[0]), strict=False)):
        options = replace(author.cast.options(who, kind), scope=Scope.ALL)
        yield author.application(
            phase, kind, kiosk=kiosk, node=author.node_at(kiosk), resident=who, gap_ms=gap, options=options
        )


def _refused(author: Author, key: str) -> tuple[str, ...]:
    """Return (field, value that the register refuses, value as it is); empty where none is declared or known."""
    if author.target.refused_change is None:
        return ()
    field, value = author.target.refused_change
    current = getattr(author.cast.residents[key], field, None)
    return (field, value, current) if isinstance(current, str) and current else ()
