"""Property U: an issue number stands for one application only, and is the one the target gave it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from harness.checks.documents import Documents, foreign_pages, issue_numbers
from harness.checks.history import NEVER, Delivered, HistoryView
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.ownership import DocumentOwnership

_NO_PART_OF_A_NUMBER = re.compile(r"[\W_]")
# The number reported beside a document may be another one than the one printed. Where half of them are the same,
# it is meant to be.
_COMPARED = 4
_AGREE = 0.5


def check_numbers(view: HistoryView, documents: Documents) -> tuple[Finding, ...]:
    """Return one SERIAL-DUP per application whose number another one carried before, in order of arrival.

    The same number on the copies of one application, or on a document fetched again, is no duplicate. A number
    on a document that is somebody else's is that person's; the misdelivery tells of it.
    """
    first: dict[str, Delivered] = {}
    told: set[tuple[str, str]] = set()
    findings: list[Finding] = []
    for delivered in _in_time(view):
        document = documents.get(delivered.delivery)
        for number in _numbers(delivered, document):
            earlier = first.setdefault(number, delivered)
            if earlier.application == delivered.application or (number, delivered.application) in told:
                continue
            told.add((number, delivered.application))
            findings.append(_duplicate(view, number, delivered, earlier))
    shown = {(f.application, f.donor_application) for f in findings}
    ledger = (f for f in _ledger_duplicates(view) if (f.application, f.donor_application) not in shown)
    return (*findings, *ledger, *_other_than_reported(view, documents))


def _in_time(view: HistoryView) -> Iterator[Delivered]:
    at_ns = view.deliveries.integers("at_ns")
    for row in sorted(range(len(at_ns)), key=lambda row: (at_ns[row], row)):
        delivered = view.deliveries[row]
        if delivered.place != NEVER and delivered.complete:
            yield delivered


def _numbers(delivered: Delivered, document: DocumentOwnership | None) -> tuple[str, ...]:
    if document is not None and foreign_pages(document):
        return ()
    printed = _printed(document)
    return printed or ((delivered.issue_number,) if delivered.issue_number else ())


def _printed(document: DocumentOwnership | None) -> tuple[str, ...]:
    """Return the issue numbers on the pages; what has no digit is a text that stands beside the number's label."""
    return tuple(n for n in issue_numbers(document) if any(map(str.isdecimal, n))) if document is not None else ()


def _other_than_reported(view: HistoryView, documents: Documents) -> Iterator[Finding]:
    """Yield own documents that print another number than the target gives for them, beside them or in its ledger."""
    agree, differ = 0, []
    for delivered in _in_time(view):
        document = documents.get(delivered.delivery)
        printed = _printed(document)
        given = _given(view, delivered)
        if document is None or not printed or not given or foreign_pages(document):
            continue
        if {_bare(n) for n in printed} <= {_bare(n) for n in given}:
            agree += 1
        else:
            differ.append((delivered, printed, given))
    if agree + len(differ) >= _COMPARED and agree >= _AGREE * (agree + len(differ)):
        yield from (_other_number(view, *one) for one in differ)


def _given(view: HistoryView, delivered: Delivered) -> tuple[str, ...]:
    """Return the numbers that the target says this document has: one beside it, or one per copy in the ledger."""
    if delivered.issue_number:
        return (delivered.issue_number,)
    entry = view.ledger.get(delivered.request_id) if delivered.request_id else None
    return entry.issue_numbers if entry is not None else ()


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
    requests = {one.request_id: one for one in view.applications if one.request_id} if view.ledger else {}
    first: dict[str, str] = {}
    for request_id, entry in view.ledger.items():
        if request_id not in requests or entry.state != "issued":
            continue
        for number in entry.issue_numbers:
            earlier = requests[first.setdefault(number, request_id)]
            one = requests[request_id]
            if earlier.application != one.application:
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
