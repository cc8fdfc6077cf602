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
    rows = _in_time(view)
    applications, printed = view.deliveries.strings("application"), _Printed(view, documents)
    for row in rows:
        for number in printed.numbers(row):
            earlier = first.setdefault(number, row)
            if applications[earlier] == applications[row] or (number, applications[row]) in told:
                continue
            told.add((number, applications[row]))
            findings.append(_duplicate(view, number, view.deliveries[row], view.deliveries[earlier]))
    shown = {(f.application, f.donor_application) for f in findings}
    ledger = (f for f in _ledger_duplicates(view) if (f.application, f.donor_application) not in shown)
    return (*findings, *ledger, *_other_than_reported(view, printed, rows))


def _in_time(view: HistoryView) -> Sequence[int]:
    """Return the rows of the whole documents of known applications, in order of arrival."""
    places, complete = view.deliveries.integers("place"), view.deliveries.unpacked("complete")
    return array("q", (r for r in view.deliveries.rows_by("at_ns") if complete[r] and places[r] != NEVER))


class _Printed:
    """The issue numbers of deliveries, by row."""

    def __init__(self, view: HistoryView, documents: Documents) -> None:
        self._documents, self._ledger = documents, view.ledger
        self._names, self._reported = view.deliveries.strings("delivery"), view.deliveries.strings("issue_number")
        self._requests = view.deliveries.strings("request_id")

    def numbers(self, row: int) -> tuple[str, ...]:
        """Return those printed, else the one reported; of somebody else's document none."""
        name, reported = self._names[row], self._reported[row]
        judgement = self._documents.judgement(name)
        if judgement is not None and judgement.foreign:
            return ()
        return self._printed(name) or ((reported,) if reported else ())

    def and_given(self, row: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the numbers printed on an own document, and those that the target says it has.

        The target tells one beside the document, or one per copy in its ledger.
        """
        name = self._names[row]
        printed, judgement = self._printed(name), self._documents.judgement(name)
        if judgement is None or not printed or judgement.foreign:
            return (), ()
        if reported := self._reported[row]:
            return printed, (reported,)
        entry = self._ledger.get(self._requests[row]) if self._ledger and self._requests[row] else None
        return printed, entry.issue_numbers if entry is not None else ()

    def _printed(self, name: str) -> tuple[str, ...]:
        """Return the issue numbers on the pages; what has no digit is a text that stands beside the number's label."""
        return tuple([n for n in self._documents.numbers(name) if _DIGIT.search(n)])


def _other_than_reported(view: HistoryView, numbers: _Printed, rows: Sequence[int]) -> Iterator[Finding]:
    """Yield own documents that print another number than the target gives for them, beside them or in its ledger."""
    agree, differ = 0, []
    for row in rows:
        printed, given = numbers.and_given(row)
        if not printed or not given:
            continue
        if printed == given or {_bare(n) for n in printed} <= {_bare(n) for n in given}:
            agree += 1
        else:
            differ.append((row, printed, given))
    if agree + len(differ) >= _COMPARED and agree >= _AGREE * (agree + len(differ)):
        yield from (_other_number(view, view.deliveries[row], printed, given) for row, printed, given in differ)


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
