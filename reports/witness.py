"""One finding with everything a reader needs to believe it: two people, their pages, what was sent when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from msgspec import Struct

from harness.records.findings import BASELINE_PAGE, Evidence, Finding
from harness.records.resident import Resident
from reports.axis import Axis, lay_out
from reports.course import Course
from reports.pictures import Picture, PictureBook, with_marks
from reports.residents import registered
from reports.story import Arrived, Story

# One owner among a thousand, some among a thousand, less: bits are log2(residents / owners).
_RARITIES = ((9.9, "rarity_unique"), (8.0, "rarity_rare"), (6.0, "rarity_some"))
_MOST_NEIGHBOURS = 5
_MOST_PAGES = 3  # of one document, side by side
_MOST_EVIDENCE = 30
_MOST_SCANNED = 20_000  # rows looked at on each side of a start when neighbours are sought


class Cast(Struct, frozen=True, kw_only=True):
    """The applications that a finding is about."""

    victim: str = ""
    donor: str = ""
    neighbours: tuple[str, ...] = ()

    def applications(self) -> tuple[str, ...]:
        """Return all of them that are known."""
        return tuple(application for application in (self.victim, self.donor, *self.neighbours) if application)


class EvidenceRow(Struct, frozen=True, kw_only=True):
    """One thing seen, beside what the register holds of the applicant."""

    evidence: Evidence
    applicants_own: str  # "" where not known or no plain item
    missing: bool  # the text should be there and is not
    mark: int  # number of the frame on the page's picture that shows it; 0: none
    rarity: str  # key of the text that says how rare it is among the test residents; "" where not weighed


class Card(Struct, frozen=True, kw_only=True):
    """Everything shown of one finding."""

    finding: Finding
    victim: Resident | None
    donor: Resident | None
    victim_story: Story | None
    donor_story: Story | None
    axis: Axis | None
    apart_ns: int | None  # between the two applications' sends; None: not both known
    overlap_ns: int | None  # common part of the two intervals, 0 or less: none; None: not both known
    evidence: tuple[EvidenceRow, ...]
    evidence_hidden: int
    received: tuple[Picture, ...]
    donors: tuple[Picture, ...]
    bases: tuple[Picture, ...]  # the baseline's pages that the received ones were compared with
    donors_absent: str  # key of the text that says why `donors` is empty
    same_bytes: bool  # victim and donor received the same file


class Sources(Struct, frozen=True, kw_only=True):
    """What cards are made from."""

    stories: Mapping[str, Story]
    residents: Mapping[str, Resident]
    pictures: PictureBook


def cast(finding: Finding, course: Course, by_start: list[int]) -> Cast:
    """Choose the applications to show; `by_start` are the course's rows in the order of their starts."""
    donor = finding.donor_application or _nearest_of(finding.donor, finding.application, course)
    if donor == finding.application:
        donor = ""
    chosen = _neighbours(finding.application, donor, course, by_start)
    return Cast(victim=finding.application, donor=donor, neighbours=chosen)


def _nearest_of(resident: str, application: str, course: Course) -> str:
    """Return the resident's application that began nearest to `application`; "" if there is none."""
    row = course.row(application)
    if not resident or row is None:
        return ""
    start = course.started_ns[row]
    rows = [other for other, of in enumerate(course.residents) if of == resident]
    return course.ids[min(rows, key=lambda other: abs(course.started_ns[other] - start))] if rows else ""


def _neighbours(victim: str, donor: str, course: Course, by_start: list[int]) -> tuple[str, ...]:
    """Return applications that overlap the victim's: its own batch first, then its kiosk, then the nearest."""
    row = course.row(victim)
    if row is None or not course.ended_ns[row]:
        return ()
    start, end = course.started_ns[row], course.ended_ns[row]

    def rank(other: int) -> tuple[bool, bool, int, str]:
        batch, kiosk = course.batches[other] == course.batches[row], course.kiosks[other] == course.kiosks[row]
        return (not batch, not kiosk, abs(course.started_ns[other] - start), course.ids[other])

    near = [
        other
        for other in _around(row, by_start)
        if course.ids[other] not in {victim, donor}
        and course.started_ns[other] <= end
        and (course.ended_ns[other] or end) >= start
    ]
    return tuple(course.ids[other] for other in sorted(near, key=rank)[:_MOST_NEIGHBOURS])


def _around(row: int, by_start: list[int]) -> Iterable[int]:
    """Return rows that began shortly before or after `row`."""
    place = by_start.index(row)
    return by_start[max(0, place - _MOST_SCANNED) : place + _MOST_SCANNED]


def card(finding: Finding, chosen: Cast, sources: Sources) -> Card:
    """Return everything to show of `finding`."""
    victim, donor = (_known(sources.stories.get(application)) for application in (chosen.victim, chosen.donor))
    neighbours = [
        story for application in chosen.neighbours if (story := _known(sources.stories.get(application))) is not None
    ]
    applicant = sources.residents.get(finding.victim)
    theirs = _best_arrival(donor)
    received = finding.digest or (_digest(_best_arrival(victim)))
    return Card(
        finding=finding,
        victim=applicant,
        donor=sources.residents.get(finding.donor),
        victim_story=victim,
        donor_story=donor,
        axis=lay_out(victim, donor, neighbours) if victim is not None else None,
        apart_ns=_apart_ns(victim, donor),
        overlap_ns=_overlap_ns(victim, donor),
        evidence=tuple(_rows(finding.evidence[:_MOST_EVIDENCE], applicant)),
        evidence_hidden=max(0, len(finding.evidence) - _MOST_EVIDENCE),
        received=_marked(_pages(received, finding, sources.pictures), finding),
        bases=_marked(_bases(finding, sources.pictures), finding),
        donors=_pages(_digest(theirs), finding, sources.pictures) if finding.donor else (),
        donors_absent=_why_no_document(finding, donor, theirs),
        same_bytes=bool(received) and received == _digest(theirs),
    )


def _known(story: Story | None) -> Story | None:
    return story if story is not None and story.started is not None else None


def _digest(arrived: Arrived | None) -> str:
    return arrived.delivery.digest if arrived is not None else ""


def _best_arrival(story: Story | None) -> Arrived | None:
    """Return the delivery that the person took home: the first complete one that was not late, else the first."""
    if story is None or not story.arrived:
        return None
    return next((a for a in story.arrived if a.delivery.complete and not a.delivery.late), story.arrived[0])


def _why_no_document(finding: Finding, donor: Story | None, arrived: Arrived | None) -> str:
    if not finding.donor:
        return ""
    if donor is None:
        return "donor_not_applied"
    return "donor_no_delivery" if arrived is None else ""


def _pages(digest: str, finding: Finding, pictures: PictureBook) -> tuple[Picture, ...]:
    pages = finding.pages[:_MOST_PAGES] or (1,)
    return tuple(pictures.picture(digest, page) for page in pages) if digest else ()


def _bases(finding: Finding, pictures: PictureBook) -> tuple[Picture, ...]:
    """Return the pages of the baseline that were compared with, one a page of the document."""
    compared = {e.page: e.value for e in reversed(finding.evidence) if e.kind == BASELINE_PAGE}
    pages = [p for p in finding.pages or sorted(compared) if p in compared][:_MOST_PAGES]
    return tuple(pictures.picture(compared[page], page) for page in pages)


def _marked(shown: tuple[Picture, ...], finding: Finding) -> tuple[Picture, ...]:
    """Frame on each page what its evidence marks; a frame has one number on both pages of a comparison."""
    numbered = _numbered(finding.evidence[:_MOST_EVIDENCE])
    marks = [(number, e) for e, number in numbered if number]
    return tuple(with_marks(p, [(n, e.region) for n, e in marks if e.page == p.page and e.region]) for p in shown)


def _numbered(evidence: Sequence[Evidence]) -> list[tuple[Evidence, int]]:
    numbers = count(1)
    return [(e, next(numbers) if e.region is not None else 0) for e in evidence]


def _rows(evidence: Sequence[Evidence], applicant: Resident | None) -> Iterator[EvidenceRow]:
    for each, mark in _numbered(evidence):
        yield _row(each, applicant, mark)


def _row(evidence: Evidence, applicant: Resident | None, mark: int) -> EvidenceRow:
    missing = evidence.kind.startswith("missing")
    return EvidenceRow(
        mark=mark,
        evidence=evidence,
        applicants_own=registered(applicant, evidence.item) or (evidence.value if missing else ""),
        missing=missing,
        rarity=_rarity(evidence),
    )


def _rarity(evidence: Evidence) -> str:
    """Return a step of rarity: in a small population bits are no count of people that could be printed."""
    if evidence.bits <= 0 or evidence.item == "listed":  # the latter's bits are set, not weighed
        return ""
    return next((key for bits, key in _RARITIES if evidence.bits >= bits), "rarity_common")


def _apart_ns(victim: Story | None, donor: Story | None) -> int | None:
    if victim is None or donor is None or not victim.applied_ns or not donor.applied_ns:
        return None
    return donor.applied_ns - victim.applied_ns


def _overlap_ns(victim: Story | None, donor: Story | None) -> int | None:
    if victim is None or donor is None or not victim.ended_ns or not donor.ended_ns:
        return None
    return min(victim.ended_ns, donor.ended_ns) - max(victim.started_ns, donor.started_ns)
