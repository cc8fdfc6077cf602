"""Control on the target's own paper (実帳票による検出確認): swaps made on our side must all be found.

Documents, single pages, seals and single items of this very run are exchanged between two people and go through the
same ownership and page checks as everything else. What they would not find, a PASS must not rest on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from harness.checks import ownership, pages
from harness.checks.documents import Documents
from harness.checks.history import NEVER, Application, Delivered, HistoryView
from harness.judge.item_swap import swap_item
from harness.records.certificates import Certificate
from harness.records.findings import Severity
from harness.records.ownership import DocumentOwnership
from harness.records.reading import PageRead, Reading
from harness.records.resident import Resident
from harness.records.verdict import ControlCount

Judge = Callable[[Reading, Application], DocumentOwnership]
"""Judges a reading against an application, as the judge of the run does."""

_SAMPLE = 10  # swaps per certificate and kind: enough to meet every layout, few enough for seconds
_CANDIDATES = 200  # own documents per certificate that pairs are drawn from


class Paper(Struct, frozen=True, kw_only=True):
    """One clean document of the run."""

    delivered: Delivered
    application: Application
    reading: Reading
    person: Resident | None = None  # None: the population does not know the applicant


class Related:
    """Tells which residents may stand on one another's certificates: same household or family register."""

    def __init__(self, groups: Mapping[str, frozenset[str]]) -> None:
        """`groups` maps a resident to the keys of household and registers they belong to."""
        self._groups = groups

    def __call__(self, a: str, b: str) -> bool:
        """Return whether `a` and `b` are the same person or belong together."""
        none: frozenset[str] = frozenset()
        return a == b or bool(self._groups.get(a, none) & self._groups.get(b, none))


def control(
    view: HistoryView,
    documents: Documents,
    reading_of: Callable[[str], Reading | None],
    judge: Judge,
    related: Related,
    residents: Mapping[str, Resident],
    seed: str,
) -> tuple[ControlCount, ...]:
    """Swap, judge and count; deterministic for the same run. `seed` is any text that the run determines.

    Only pairs of unrelated people are swapped: what may rightly stand on a household copy is no error to find.
    """
    counts: list[ControlCount] = []
    for certificate, papers in sorted(_papers(view, documents, reading_of, residents).items()):
        chance = random.Random(f"{seed}/{certificate}")  # noqa: S311  repeatable, not secret
        pairs = list(_pairs(papers, related, chance))
        for kind, swap in _SWAPS.items():
            tried = [found for a, b in pairs if (found := _found(a, swap(a, b, chance), judge)) is not None]
            if tried:
                counts.append(ControlCount(certificate=certificate, kind=kind, injected=len(tried), found=sum(tried)))
    return tuple(counts)


def _papers(
    view: HistoryView,
    documents: Documents,
    reading_of: Callable[[str], Reading | None],
    residents: Mapping[str, Resident],
) -> dict[Certificate, list[Paper]]:
    """Return clean documents by certificate, the first of every resident before second ones."""
    papers: dict[Certificate, list[Paper]] = {}
    for delivered in _first_of_residents_first(view):
        judgement = documents.judgement(delivered.delivery)
        if judgement is None or not delivered.complete or not judgement.clean:
            continue
        one = view.applications[delivered.place]
        known = papers.setdefault(one.certificate, [])
        if len(known) < _CANDIDATES and (reading := reading_of(delivered.digest)) is not None:
            person = residents.get(one.resident)
            known.append(Paper(delivered=delivered, application=one, reading=reading, person=person))
    return papers


def _first_of_residents_first(view: HistoryView) -> Iterable[Delivered]:
    people, kinds = view.applications.strings("resident"), view.applications.strings("certificate")
    seen: set[tuple[str, str]] = set()
    again: list[Delivered] = []
    for delivered in view.deliveries:
        if delivered.place == NEVER:
            continue
        who = (people[delivered.place], kinds[delivered.place])
        if who in seen:
            if len(again) < _CANDIDATES * len(Certificate):
                again.append(delivered)
            continue
        seen.add(who)
        yield delivered
    yield from again


def _pairs(papers: list[Paper], related: Related, chance: random.Random) -> Iterator[tuple[Paper, Paper]]:
    """Yield up to the sample's size of (whose application, whose paper), each application in random order."""
    order = chance.sample(papers, len(papers))
    made = 0
    for a in order:
        strangers = [b for b in order if not related(a.application.resident, b.application.resident)]
        if strangers:
            made += 1
            yield a, chance.choice(strangers)
        if made == _SAMPLE:
            return


Swap = Callable[[Paper, Paper, random.Random], "Reading | None"]


def _swap_document(a: Paper, b: Paper, chance: random.Random) -> Reading | None:
    return b.reading


def _swap_page(a: Paper, b: Paper, chance: random.Random) -> Reading | None:
    """Put one page of b into a's document: in the place of a page, or behind the only one."""
    page = chance.choice(b.reading.pages)
    number = chance.randrange(len(a.reading.pages)) if len(a.reading.pages) > 1 else 1
    mixed = [*a.reading.pages]
    mixed[number : number + 1] = [_of(b, page)]
    return replace(a.reading, pages=tuple(replace(p, number=n) for n, p in enumerate(mixed, 1)))


def _swap_seal(a: Paper, b: Paper, chance: random.Random) -> Reading | None:
    """Put the pictures of b's pages into a's document, whose text stays."""
    if a.application.certificate is not Certificate.INKAN or len(a.reading.pages) != len(b.reading.pages):
        return None
    if not any(p.images for p in b.reading.pages):
        return None
    sealed = (
        replace(p, images=q.images, drawn="" if p.text.strip() else _of(b, q).drawn)
        for p, q in zip(a.reading.pages, b.reading.pages, strict=True)
    )
    return replace(a.reading, pages=tuple(sealed))


def _swap_item(a: Paper, b: Paper, chance: random.Random) -> Reading | None:
    """Put one item of b's person in the place of a's own."""
    if a.person is None or b.person is None:
        return None
    pages = swap_item(a.reading.pages, a.person, b.person, chance)
    return None if pages is None else replace(a.reading, pages=pages)


def _of(paper: Paper, page: PageRead) -> PageRead:
    """Return a page that says which document's picture shows it."""
    return replace(page, drawn=f"{paper.reading.digest}/{page.number}")


_SWAPS: dict[str, Swap] = {"document": _swap_document, "page": _swap_page, "seal": _swap_seal, "item": _swap_item}


def _found(a: Paper, swapped: Reading | None, judge: Judge) -> bool | None:
    """Return whether a's application with the swapped reading is reported as a defect; None where none was made."""
    if swapped is None:
        return None
    document = judge(swapped, a.application)
    findings = (
        *ownership.of_document(a.delivered, document, a.application),
        *pages.of_document(a.delivered, document, a.application.resident),
    )
    return any(f.severity is not Severity.REVIEW for f in findings)
