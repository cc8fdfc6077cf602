"""The last tier: numbers and dates that OCR read on pages which neither text nor picture could decide.

OCR never decides a name, and never makes a page the applicant's. A page is somebody else's where a number that is
only theirs stands on it together with their birth date, and neither of the applicant's does; everything else that
was read is told beside "unread", for the person who looks at the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from harness.baseline.tellers import Related
from harness.checks.history import NEVER, Application, HistoryView
from harness.judge.control import Judge
from harness.judge.inputs import Inputs
from harness.judge.settling import place_of, weight
from harness.picture.ocr import Figures, figures_in
from harness.picture.store import RasterStore
from harness.population import Population
from harness.population.items import all_items
from harness.reading.dates import Day
from harness.records.findings import Evidence
from harness.records.ownership import DocumentOwnership, OwnerWeight, PageOwnership, PageVerdict
from harness.records.reading import PageRead, Reading


class FiguresTier:
    """Looks at what OCR read of unread pages; pure, on what is stored in the run folder."""

    def __init__(self, inputs: Inputs, view: HistoryView, related: Related, judge: Judge) -> None:
        """Index whose numbers are whose: by the register, and as the target told them with each delivery."""
        self._judge, self._related = judge, related
        self._store = RasterStore(inputs.folder.path)
        self._residents = inputs.population.residents
        self._bits = weight(len(self._residents))
        self._owners: dict[str, set[str]] = {}
        if self._store.any_figures():
            for number, resident in (*_registered(inputs.population), *_told(view)):
                self._owners.setdefault(number, set()).add(resident)

    def judge(self, reading: Reading, one: Application) -> DocumentOwnership:
        """Return the opinion of the tiers before, pages that are another person's by their figures said to be so."""
        document = self._judge(reading, one)
        if not self._owners or not any(p.verdict is PageVerdict.UNREAD for p in document.pages):
            return document
        pages = zip(document.pages, reading.pages, strict=True)
        return replace(document, pages=tuple(self._page(p, r, reading, one) for p, r in pages))

    def _page(self, page: PageOwnership, read: PageRead, reading: Reading, one: Application) -> PageOwnership:
        figures = self._store.figures(*place_of(read, reading)) if page.verdict is PageVerdict.UNREAD else None
        if figures is None:
            return page
        donor, number = self._donor(figures, one.resident)
        if not donor:
            return replace(page, reason=f"{page.reason}; {told(figures)}")
        born = self._residents[donor].born_on or ""
        seen = (("number", number), ("born_on", born))
        evidence = tuple(
            Evidence(kind="ocr", page=page.page, item=item, value=value, owner=donor, bits=self._bits)
            for item, value in seen
        )
        owners = (OwnerWeight(resident=donor, bits=self._bits),)
        return replace(
            page,
            verdict=PageVerdict.FOREIGN,
            reason="",
            tier="ocr",
            owners=owners,
            evidence=(*evidence, *page.evidence),
        )

    def _donor(self, figures: Figures, applicant: str) -> tuple[str, str]:
        """Return the one resident whose number and birth date were read, and the number; ("", "") for nobody."""
        owners = {number: self._owners.get(number, set()) for number in figures.numbers}
        if any(self._related(applicant, who) for people in owners.values() for who in people):
            return "", ""
        if self._born(applicant) in figures.dates:
            return "", ""
        theirs = {
            who: number
            for number, people in owners.items()
            if len(people) == 1
            for who in people
            if self._born(who) in figures.dates
        }
        return next(iter(theirs.items())) if len(theirs) == 1 else ("", "")

    def _born(self, resident: str) -> Day | None:
        one = self._residents.get(resident)
        return _day(one.born_on) if one is not None and one.born_on else None


def told(figures: Figures) -> str:
    """Return what was read, in a sentence for readers."""
    dates = ", ".join("{}-{:02}-{:02}".format(*day) for day in figures.dates) or "-"
    return f"OCR reads dates: {dates}; numbers: {', '.join(figures.numbers) or '-'}"


def _registered(population: Population) -> Iterator[tuple[str, str]]:
    for key, resident in population.residents.items():
        for value in all_items(population, resident).values():
            yield from ((number, key) for number in figures_in(value or "").numbers)


def _told(view: HistoryView) -> Iterator[tuple[str, str]]:
    """Yield the numbers that the target told with deliveries, and to whom they were issued."""
    people = view.applications.strings("resident")
    numbers, places = view.deliveries.strings("issue_number"), view.deliveries.integers("place")
    for told_number, place in zip(numbers, places, strict=True):
        if place != NEVER and told_number:
            yield from ((number, people[place]) for number in figures_in(told_number).numbers)


def _day(iso: str) -> Day | None:
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return None
    return day.year, day.month, day.day
