"""Property P: one issue number throughout, every page 1..n once, nothing cut off and nothing behind the end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from harness.checks.documents import Documents, Judgement, cut_short, foreign_pages, issue_numbers
from harness.checks.history import NEVER, Delivered, HistoryView
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.ownership import DocumentOwnership, absent_pages

_NOT_LOOKED_THROUGH = "attached, archived or earlier parts could not be looked through"
_STRAY_ALLOWED = 64  # bytes: padding and the remains of a transport, too few for a person's data


def check_pages(view: HistoryView, documents: Documents) -> tuple[Finding, ...]:
    """Return the findings of property P, save those that need an owner (harness.checks.ownership has them).

    Layouts without printed counters or numbers simply have nothing to compare.
    """
    findings: list[Finding] = []
    people, in_order = view.applications.strings("resident"), cache(_in_order)
    columns = (view.deliveries.column(field) for field in ("delivery", "complete", "place"))
    for row, (name, complete, place) in enumerate(zip(*columns, strict=True)):
        judgement = documents.judgement(name)
        if judgement is None or not complete or in_order(judgement):
            continue
        victim = people[place] if place != NEVER else ""
        findings += of_document(view.deliveries[row], documents[name], victim)
    return tuple(findings)


def _in_order(judgement: Judgement) -> bool:
    """Tell whether a judgement that many documents share has nothing to find: looked at once for all of them."""
    if not judgement.shared:
        return False
    document = judgement.document
    faults = _unread_rest(document), _lost_pages(document), _mixed_pages(document), _repeated_pages(document)
    return not cut_short(document) and not any(faults)


def of_document(delivered: Delivered, document: DocumentOwnership, victim: str) -> Iterator[Finding]:
    """Yield what one document's page counters, numbers and end show; `victim` is its applicant's key, or ""."""
    if cut_short(document):
        what = Evidence(kind="end of file", value=f"{delivered.bytes} bytes without an end mark")
        yield _finding(delivered, victim, Anomaly.TRUNCATED, what)
    if behind := _unread_rest(document):
        yield _finding(delivered, victim, Anomaly.RESIDUE, behind, severity=Severity.REVIEW)
    if foreign_pages(document):
        return
    if lost := _lost_pages(document):
        yield _finding(delivered, victim, Anomaly.PAGE_LOSS, *lost)
    elif mixed := _mixed_pages(document):
        yield _finding(delivered, victim, Anomaly.PAGE_MIX, *mixed)
    elif repeated := _repeated_pages(document):
        yield _finding(delivered, victim, Anomaly.WRONG_ITEM, *repeated)


def _unread_rest(document: DocumentOwnership) -> Evidence | None:
    """Tell of bytes around the file that are no revision of it: an error page, the end of a longer file before it.

    Whole files and revisions of other people are searched by the reader; of a fragment, and of an attachment or archive
    that cannot be opened, only a person can say whose it is.
    """
    marks = document.marks
    if marks.unread and not document.residue:
        return Evidence(kind="enclosed file", value=f"{marks.unread} {_NOT_LOOKED_THROUGH}")
    fragment = marks.headers == 1 and marks.eofs > marks.prevs + 1
    if document.residue or not (fragment or max(marks.leading_bytes, marks.trailing_bytes) > _STRAY_ALLOWED):
        return None
    if marks.leading_bytes > _STRAY_ALLOWED:
        return Evidence(kind="end of file", value=f"{marks.leading_bytes} bytes before its beginning")
    told = f"{marks.eofs} end marks, {marks.prevs} later revisions, {marks.trailing_bytes} bytes behind the last"
    return Evidence(kind="end of file", value=told)


def _lost_pages(document: DocumentOwnership) -> list[Evidence]:
    """Return the page counters that never came, of the largest count printed."""
    pages = max((p.counter[1] for p in document.pages if p.counter is not None), default=0)
    absent = absent_pages(document.pages)
    return [Evidence(kind="page counter", value=f"{number}/{pages} is missing") for number in absent]


def _mixed_pages(document: DocumentOwnership) -> list[Evidence]:
    """Return what tells that the pages were not made as one document."""
    found: list[Evidence] = []
    numbers = issue_numbers(document)
    if len(numbers) > 1:
        pages = [p for p in document.pages if p.issue_number]
        found += [Evidence(kind="issue number", page=p.page, value=p.issue_number) for p in pages]
    counters = [(p.page, *p.counter) for p in document.pages if p.counter is not None]
    if len({total for _, _, total in counters}) > 1 or len({n for _, n, _ in counters}) < len(counters):
        found += [Evidence(kind="page counter", page=page, value=f"{n}/{total}") for page, n, total in counters]
    return found


def _repeated_pages(document: DocumentOwnership) -> list[Evidence]:
    """Return the pages that list the same people in the same words as an earlier page, however they are counted."""
    repeated = (p for p in document.pages if p.repeats)
    return [Evidence(kind="repeated page", page=p.page, value=f"repeats page {p.repeats}") for p in repeated]


def _finding(
    delivered: Delivered, victim: str, anomaly: Anomaly, *evidence: Evidence, severity: Severity = Severity.DEFECT
) -> Finding:
    return Finding(
        finding="",
        property=Property.PAGES,
        anomaly=anomaly,
        severity=severity,
        application=delivered.application,
        delivery=delivered.delivery,
        digest=delivered.digest,
        victim=victim,
        pages=tuple(sorted({e.page for e in evidence if e.page})),
        evidence=evidence,
    )
