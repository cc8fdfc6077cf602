"""Property B: under load a document is what was issued quietly for the same application, but for its volatile parts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import zip_longest

from msgspec.structs import replace

from harness.baseline.mutual import Doubt
from harness.baseline.oracle import Agreement, Conclusion, told
from harness.checks.history import NEVER, Delivered, HistoryView
from harness.checks.marked import base_page
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity

Conclusions = Mapping[str, Conclusion]  # by delivery id
_SHOWN = 12  # pieces of evidence per finding


def check_baseline(view: HistoryView, conclusions: Conclusions, known: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return what documents have otherwise than their baselines.

    `known` is what was found already: what a wrong document has otherwise is no news, nor that a page which could not
    be read does not say what it should. A difference is for review (要確認), unless it names another person.
    """
    wrong = {f.delivery for f in known if f.severity is not Severity.REVIEW}
    unread = {f.delivery: frozenset(f.pages) for f in known if f.anomaly is Anomaly.UNREAD}
    people = view.applications.strings("resident")
    findings = []
    for delivered in view.deliveries:
        conclusion = conclusions.get(delivered.delivery)
        if conclusion is None or delivered.place == NEVER or not delivered.complete:
            continue
        if conclusion.agreement is Agreement.DIFFERENT:
            pages = unread.get(delivered.delivery, frozenset())
            if delivered.delivery not in wrong and not _only_unread(conclusion, pages):
                findings.append(of_document(delivered, people[delivered.place], conclusion))
        elif conclusion.same_bytes:
            findings.append(_again(delivered, people[delivered.place]))
    return tuple(findings)


def _only_unread(conclusion: Conclusion, unread: frozenset[int]) -> bool:
    """Tell whether all that differs, and names nobody, is on pages that are told as unread."""
    if conclusion.donor or conclusion.pages != conclusion.pages_now or not conclusion.differing:
        return False
    return unread.issuperset(d.page for d in conclusion.differing)


def of_document(delivered: Delivered, victim: str, conclusion: Conclusion) -> Finding:
    """Return the finding of one document that differs."""
    evidence = tuple(_evidence(conclusion))
    donor = conclusion.donor
    anomaly = Anomaly.MISDELIVERY if conclusion.whole and donor else Anomaly.WRONG_ITEM if donor else Anomaly.DEVIATION
    return Finding(
        finding="",
        property=Property.OWNERSHIP if donor else Property.BASELINE,
        anomaly=anomaly,
        severity=Severity.GRAVE if donor else Severity.REVIEW,
        application=delivered.application,
        delivery=delivered.delivery,
        digest=delivered.digest,
        victim=victim,
        donor=donor,
        pages=tuple(sorted({e.page for e in evidence if e.page})),
        evidence=(*evidence[:_SHOWN], *_bases(conclusion)),
    )


def check_own(view: HistoryView, doubts: Collection[Doubt], known: AbstractSet[str]) -> tuple[Finding, ...]:
    """Return what the documents of a baseline run say against each other.

    A difference where nearly everybody's two issues agree is a defect, one that names another person grave; any
    other may be a volatile part that could not be learned, and is for review.
    """
    rows = {d.delivery: d for d in view.deliveries}
    findings = []
    for doubt in doubts:
        delivered = rows.get(doubt.issued.delivery)
        if delivered is None or not known.isdisjoint((doubt.issued.delivery, doubt.other.delivery)):
            continue  # found wrong already, or contradicted by nothing but a document that is
        finding = of_document(delivered, doubt.issued.key.resident, doubt.conclusion)
        if finding.severity is Severity.REVIEW and doubt.steady:
            finding = replace(finding, severity=Severity.DEFECT)
        other = Evidence(kind="other issue", value=doubt.other.application, owner=doubt.other.key.resident)
        findings.append(replace(finding, evidence=(other, *finding.evidence)))
    return tuple(findings)


def _evidence(conclusion: Conclusion) -> Iterator[Evidence]:
    if conclusion.pages != conclusion.pages_now:
        yield Evidence(kind="pages", value=f"{conclusion.pages} → {conclusion.pages_now}")
    owners = {hit.value: hit for hit in conclusion.hits}
    for differing, region in zip_longest(conclusion.differing, conclusion.regions[: len(conclusion.differing)]):
        was, now = told(differing)
        hit = owners.get(differing.side.now.text if differing.side.now else "")
        yield Evidence(
            kind="baseline",
            page=differing.page,
            item=differing.label,
            value=f"{was or '-'} → {now or '-'}",
            owner=hit.owner if hit else "",
            bits=round(hit.bits, 3) if hit else 0.0,
            region=region,
        )


def _bases(conclusion: Conclusion) -> Iterator[Evidence]:
    """Yield the baseline's pages that differ, for a report to show."""
    for page in dict.fromkeys(d.page for d in conclusion.differing if d.page and conclusion.base):
        yield from base_page(f"{conclusion.base}/{page}", page)


def _again(delivered: Delivered, victim: str) -> Finding:
    """The baseline's own file once more, days later: nothing of it was made anew."""
    return Finding(
        finding="",
        property=Property.BASELINE,
        anomaly=Anomaly.DEVIATION,
        severity=Severity.REVIEW,
        application=delivered.application,
        delivery=delivered.delivery,
        digest=delivered.digest,
        victim=victim,
        evidence=(Evidence(kind="same bytes", value=delivered.digest),),
    )
