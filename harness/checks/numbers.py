"""Property U: an issue number stands for one application only, and is the one the target gave it."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence

from harness.checks.documents import Documents
from harness.checks.history import NEVER, Delivered, HistoryView
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity

_NO_PART_OF_A_NUMBER = re.compile(r"[\W_]")
_DIGIT = re.compile(r"\d")
# The number reported beside a document may be another one than the one printed. Where half of them are the same,
# it is meant to be.
_COMPARED = 4
_AGREE = 0.5


def check_numbers(view: HistoryView, documents: Documents) -> tuple[Finding, ...]:
    """Return one SERIAL-DUP per application whose number another one carried before, in order of arrival.

    The same number on the copies of one application, or on a document fetched again, is no duplicate. A number
    on a document that is somebody else's is that person's; the misdelivery tells of it.
    """
    first: dict[str, int] = {}
    told: set[tuple[str, str]] = set()
    findings: list[Finding] = []
    applications = view.deliveries.strings("application")
    numbers, compared = _Numbers(view, documents), _Compared()
    for row in _in_time(view):
        printed, told_beside = numbers.printed(row), numbers.reported(row)
        if printed is None:
            continue
        compared.look(row, printed, told_beside or numbers.of_ledger(row))
        for number in printed or told_beside:
            earlier = first.setdefault(number, row)
            if applications[earlier] == applications[row] or (number, applications[row]) in told:
                continue
            told.add((number, applications[row]))
            findings.append(_duplicate(view, number, view.deliveries[row], view.deliveries[earlier]))
    shown = {(f.application, f.donor_application) for f in findings}
    ledger = (f for f in _ledger_duplicates(view) if (f.application, f.donor_application) not in shown)
    return (*findings, *ledger, *compared.findings(view))


def _in_time(view: HistoryView) -> Sequence[int]:
    """Return the rows of the whole documents of known applications, in order of arrival."""
    places, complete = view.deliveries.integers("place"), view.deliveries.unpacked("complete")
    return array("q", (r for r in view.deliveries.rows_by("at_ns") if complete[r] and places[r] != NEVER))


class _Numbers:
    """The issue numbers of deliveries, by row."""

    def __init__(self, view: HistoryView, documents: Documents) -> None:
        self._documents, self._ledger = documents, view.ledger
        self._names, self._reported = view.deliveries.strings("delivery"), view.deliveries.strings("issue_number")
        self._requests = view.deliveries.strings("request_id")

    def printed(self, row: int) -> tuple[str, ...] | None:
        """Return the issue numbers on the pages; None of somebody else's document.

        What has no digit is a text that stands beside the number's label.
        """
        name = self._names[row]
        judgement = self._documents.judgement(name)
        if judgement is not None and judgement.foreign:
            return None
        return tuple([n for n in self._documents.numbers(name) if _DIGIT.search(n)])

    def reported(self, row: int) -> tuple[str, ...]:
        """Return the one that the target told beside the document."""
        number = self._reported[row]
        return (number,) if number else ()

    def of_ledger(self, row: int) -> tuple[str, ...]:
        """Return those that the target's ledger has of the request, one per copy."""
        entry = self._ledger.get(self._requests[row]) if self._ledger and self._requests[row] else None
        return entry.issue_numbers if entry is not None else ()


class _Compared:
    """Numbers printed on own documents beside those that the target gives for them."""

    def __init__(self) -> None:
        self._agree = 0
        self._differ: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = []

    def look(self, row: int, printed: tuple[str, ...], given: tuple[str, ...]) -> None:
        """Compare those of one delivery, if both are known."""
        if not printed or not given:
            return
        if printed == given or {_bare(n) for n in printed} <= {_bare(n) for n in given}:
            self._agree += 1
        else:
            self._differ.append((row, printed, given))

    def findings(self, view: HistoryView) -> Iterator[Finding]:
        """Yield the documents that print another number, where numbers given are meant to be those printed."""
        compared = self._agree + len(self._differ)
        if compared >= _COMPARED and self._agree >= _AGREE * compared:
            yield from (
                _other_number(view, view.deliveries[row], printed, given) for row, printed, given in self._differ
            )


def _bare(number: str) -> str:
    """Return a number without what its spelling on paper adds."""
    return _NO_PART_OF_A_NUMBER.sub("", unicodedata.normalize("NFKC", number)).casefold()


def _other_number(view: HistoryView, delivered: Delivered, printed: tuple[str, ...], given: tuple[str, ...]) -> Finding:
    return Finding(
        finding="",
        property=Property.NUMBERS,
        anomaly=Anomaly.WRONG_ITEM,
        severity=Severity.DEFECT,
        application=delivered.application,
        delivery=delivered.delivery,
        digest=delivered.digest,
        victim=view.applications.strings("resident")[delivered.place],
        evidence=(
            *(Evidence(kind="issue number", item="printed", value=number) for number in printed),
            *(Evidence(kind="issue number", item="reported", value=number) for number in given),
        ),
    )


def _duplicate(view: HistoryView, number: str, delivered: Delivered, earlier: Delivered) -> Finding:
    people = view.applications.strings("resident")
    return Finding(
        finding="",
        property=Property.NUMBERS,
        anomaly=Anomaly.SERIAL_DUP,
        severity=Severity.DEFECT,
        application=delivered.application,
        delivery=delivered.delivery,
        digest=delivered.digest,
        victim=people[delivered.place],
        donor_application=earlier.application,
        evidence=(Evidence(kind="issue number", value=number, owner=people[earlier.place]),),
    )


def _ledger_duplicates(view: HistoryView) -> Iterator[Finding]:
    """Numbers that the target's own ledger gives to two of our applications, where no document showed it."""
    places = {r: p for p, r in enumerate(view.applications.strings("request_id")) if r} if view.ledger else {}
    first: dict[str, str] = {}
    for request_id, entry in view.ledger.items():
        if request_id not in places or entry.state != "issued":
            continue
        for number in entry.issue_numbers:
            earlier_id = first.setdefault(number, request_id)
            if places[earlier_id] != places[request_id]:
                earlier, one = view.applications[places[earlier_id]], view.applications[places[request_id]]
                yield Finding(
                    finding="",
                    property=Property.NUMBERS,
                    anomaly=Anomaly.SERIAL_DUP,
                    severity=Severity.DEFECT,
                    application=one.application,
                    victim=one.resident,
                    donor_application=earlier.application,
                    evidence=(Evidence(kind="ledger", item="issue_number", value=number, owner=earlier.resident),),
                )
