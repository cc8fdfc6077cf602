"""Property O: every page handed to an applicant is the applicant's, and is the certificate asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from msgspec.structs import replace

from harness.checks.documents import (
    OWN,
    Documents,
    Judgement,
    cut_short,
    foreign_pages,
    is_as_asked,
    is_own,
    is_read,
    no_document,
    one_item_foreign,
)
from harness.checks.donors import Donor, Donors, possible_owners
from harness.checks.history import NEVER, Application, Delivered, HistoryView, predecessors
from harness.checks.marked import marked_page
from harness.checks.other_hands import in_other_hands
from harness.checks.patterns import patterns
from harness.records.certificates import Certificate
from harness.records.findings import BASELINE_PAGE, Anomaly, Evidence, Finding, Property, Severity
from harness.records.history import Ending
from harness.records.ownership import DocumentOwnership, PageVerdict

_EVIDENCE_SHOWN = 12  # items per finding; all of them are in the readings
_ANOTHERS_VALUE = frozenset({"wrong item", "unexpected item"})  # evidence whose owner is whose value it is
_SEALS_SHOWN = 2  # clean seal certificates that show that seals are found on this target's paper
_SURELY_THEIRS = frozenset({"same bytes", "issue number"})  # how a donor's own document is known
_ITEMS_OF_ANOTHER = 2  # one date or amount may be another person's by chance
NOBODY = Donor(resident="")


def check_ownership(view: HistoryView, documents: Documents, donors: Donors) -> tuple[Finding, ...]:
    """Return the findings of property O, and of P where a page, a seal or its readability is concerned.

    `documents` holds what the register oracle concluded per delivery, `donors` what `trace_donors` found. A
    delivery without a document was never judged; the accounting tells of it.
    """
    before = predecessors(view) if donors else ()
    seals_show = _seals_show(view, documents)
    findings: list[Finding] = []
    for delivered, document in _not_as_asked(view, documents):
        applicant = view.applications[delivered.place] if delivered.place != NEVER else None
        donor = donors.get(delivered.delivery, NOBODY)
        succession = _succession(view, delivered, donor, before)
        found = of_document(delivered, document, applicant, donor, succession)
        findings += (_missing_seal(f) if seals_show else f for f in found)
    findings += in_other_hands(view, documents)
    return _with_patterns(findings)


def _not_as_asked(view: HistoryView, documents: Documents) -> Iterator[tuple[Delivered, DocumentOwnership]]:
    """Yield the judged deliveries of which there is something to say: rows are made of them alone."""
    names, places = view.deliveries.strings("delivery"), view.deliveries.integers("place")
    kinds = view.applications.unpacked("certificate")

    @cache
    def as_asked(judgement: Judgement, certificate: Certificate) -> bool:
        return is_as_asked(judgement.document, certificate)

    for row, (name, place) in enumerate(zip(names, places, strict=True)):
        judgement = documents.judgement(name)
        if judgement is not None and not (place != NEVER and as_asked(judgement, kinds[place])):
            yield view.deliveries[row], documents[name]


def of_document(
    delivered: Delivered,
    document: DocumentOwnership,
    applicant: Application | None,
    donor: Donor = NOBODY,
    succession: tuple[Evidence, ...] = (),
) -> Iterator[Finding]:
    """Yield what one document shows by itself, without looking at any other; `succession` is added as evidence."""
    base = Finding(
        finding="",
        property=Property.OWNERSHIP,
        anomaly=Anomaly.UNREAD,
        severity=Severity.REVIEW,
        application=delivered.application,
        delivery=delivered.delivery,
        digest=delivered.digest,
        victim=applicant.resident if applicant else "",
    )
    if foreign_pages(document):
        yield _foreign(base, document, donor, succession)
    elif strange := [p for p in document.pages if p.verdict is PageVerdict.STRANGER]:
        yield replace(
            base,
            anomaly=Anomaly.STRANGER,
            severity=Severity.GRAVE,
            pages=tuple(p.page for p in strange),
            evidence=tuple(Evidence(kind="stranger", page=p.page, value=p.reason) for p in strange),
        )
    elif document.residue:
        yield _residue(base, document)
    yield from _unread(base, delivered, document, applicant)
    if applicant is None:
        return
    if is_own(document):
        yield from _own_content(base, document, applicant)
    elif not foreign_pages(document) and not any(p.verdict is PageVerdict.STRANGER for p in document.pages):
        yield from _of_nobody_known(base, document, applicant)


def _foreign(base: Finding, document: DocumentOwnership, donor: Donor, succession: tuple[Evidence, ...]) -> Finding:
    """Somebody else's: as a whole (MISDELIVERY), pages among the applicant's own (PAGE-MIX), or one item (WRONG-ITEM).

    An item on pages that are otherwise the applicant's does not make them another person's certificate.
    """
    pages = foreign_pages(document)
    items = [item for page in pages for item in page.evidence if item.owner]
    items.sort(key=lambda item: (item.owner != donor.resident, -item.bits, item.page, item.item))
    compared = (item for page in pages for item in page.evidence if item.kind == BASELINE_PAGE)
    shown = (*donor.evidence, *succession, *items[:_EVIDENCE_SHOWN], *compared)
    anomaly = _of_another(document, donor)
    return replace(
        base,
        property=Property.PAGES if anomaly is Anomaly.PAGE_MIX else Property.OWNERSHIP,
        anomaly=anomaly,
        severity=Severity.GRAVE,
        donor=donor.resident,
        donor_application=donor.application,
        pages=tuple(p.page for p in pages),
        evidence=shown,
    )


def _of_another(document: DocumentOwnership, donor: Donor) -> Anomaly:
    """Name what somebody else's part in a document is; whose bytes or number it has, theirs it is as a whole."""
    if one_item_foreign(document) and donor.how not in _SURELY_THEIRS:
        return Anomaly.WRONG_ITEM
    own_pages = any(p.verdict in OWN for p in document.pages)
    return Anomaly.PAGE_MIX if own_pages else Anomaly.MISDELIVERY


def _succession(view: HistoryView, delivered: Delivered, donor: Donor, before: Sequence[int]) -> tuple[Evidence, ...]:
    """Say so where the donor was the customer before at the same kiosk: a session or a buffer may have stayed."""
    if delivered.place == NEVER or not donor.application:
        return ()
    place = before[delivered.place]
    if place == NEVER or view.applications.strings("application")[place] != donor.application:
        return ()
    return (Evidence(kind="customer before", value=delivered.kiosk, owner=donor.resident),)


def _unread(
    base: Finding, delivered: Delivered, document: DocumentOwnership, applicant: Application | None
) -> Iterator[Finding]:
    """A part of a document that broke off is no unread document, nor is what is none where one was to be (LOST)."""
    if is_read(document) or not delivered.complete or cut_short(document):
        return
    if no_document(document) and applicant is not None and applicant.ending is Ending.DELIVERED:
        return
    unread = tuple(p for p in document.pages if p.verdict is PageVerdict.UNREAD)
    why = [Evidence(kind="unread", value=f"{document.status}: {document.reason}")] if not unread else []
    why += [Evidence(kind="unread", page=p.page, value=p.reason) for p in unread]
    why += [e for p in unread for e in marked_page(p)][:_EVIDENCE_SHOWN]
    yield replace(base, property=Property.PAGES, pages=tuple(p.page for p in unread), evidence=tuple(why))


def _residue(base: Finding, document: DocumentOwnership) -> Finding:
    """What is in the file though not on its pages; of somebody else's document it is no news."""
    return replace(
        base,
        anomaly=Anomaly.RESIDUE,
        severity=Severity.GRAVE,
        donor=document.residue[0].owner,
        evidence=document.residue[:_EVIDENCE_SHOWN],
    )


def _wrong_seal(base: Finding, seal: Evidence) -> Finding:
    """Another's seal is grave; one that is nobody's may be the reader's miss."""
    anothers = seal.owner not in {"", base.victim}
    return replace(
        base,
        property=Property.PAGES,
        anomaly=Anomaly.WRONG_SEAL,
        severity=Severity.GRAVE if anothers else Severity.REVIEW,
        donor=seal.owner if anothers else "",
        pages=(seal.page,) if seal.page else (),
        evidence=(seal,),
    )


def _seals_show(view: HistoryView, documents: Documents) -> bool:
    """Tell whether the reader finds this target's seals: then one that is not found is not printed."""
    kinds = view.applications.strings("certificate")
    deliveries = zip(view.deliveries.strings("delivery"), view.deliveries.integers("place"), strict=True)
    papers = (name for name, place in deliveries if place != NEVER and kinds[place] == Certificate.INKAN)
    clean = (name for name in papers if (judgement := documents.judgement(name)) is not None and judgement.clean)
    return len(list(islice(clean, _SEALS_SHOWN))) == _SEALS_SHOWN


def _missing_seal(finding: Finding) -> Finding:
    if finding.anomaly is Anomaly.WRONG_SEAL and not any(e.page for e in finding.evidence):
        return replace(finding, severity=Severity.DEFECT)
    return finding


def _own_content(base: Finding, document: DocumentOwnership, victim: Application) -> Iterator[Finding]:
    """The applicant's own document: is it the one asked for, and does it say what the register says."""
    other_kind = tuple(_other_kind(base, document, victim))
    yield from other_kind
    if other_kind:
        return  # another certificate's items and its lack of a seal are no wrong items of this one
    if document.leaked:
        yield replace(
            base,
            anomaly=Anomaly.OPTION_LEAK,
            severity=Severity.DEFECT,
            pages=tuple(sorted({e.page for e in document.leaked if e.page})),
            evidence=document.leaked[:_EVIDENCE_SHOWN],
        )
    if document.seal is not None:
        yield _wrong_seal(base, document.seal)
    if seen := (*document.wrong, *document.missing, *document.unexplained):
        # A missing item may be the reader's miss, an unexplained one the form's; another value in its place is neither.
        yield _wrong_item(base, seen, document.listed, Severity.DEFECT if document.wrong else Severity.REVIEW)


def _of_nobody_known(base: Finding, document: DocumentOwnership, victim: Application) -> Iterator[Finding]:
    """Say what is wrong with a document even though it does not say whose it is."""
    yield from _other_kind(base, document, victim)
    if blank := tuple(e for e in document.wrong if e.kind == "blank item"):
        yield _wrong_item(base, blank, (), Severity.DEFECT)


def _other_kind(base: Finding, document: DocumentOwnership, victim: Application) -> Iterator[Finding]:
    others = tuple(p for p in document.pages if p.certificate not in {None, victim.certificate})
    if others:
        seen = tuple(Evidence(kind="title", page=p.page, item="title", value=str(p.certificate)) for p in others)
        pages = tuple(p.page for p in others)
        yield replace(base, anomaly=Anomaly.TYPE_CONFUSION, severity=Severity.DEFECT, pages=pages, evidence=seen)


def _wrong_item(base: Finding, seen: tuple[Evidence, ...], listed: tuple[str, ...], severity: Severity) -> Finding:
    """Several items of one person who is not `listed` are that other person's data.

    One date or amount that somebody else has too may be chance: it is told, and names nobody as the donor.
    """
    items: dict[str, set[str]] = {}
    for one in seen:
        if one.owner not in {"", base.victim, *listed} and one.kind in _ANOTHERS_VALUE:
            items.setdefault(one.owner, set()).add(one.item)
    donor = max(items, key=lambda resident: (len(items[resident]), resident), default="")
    another = len(items.get(donor, ())) >= _ITEMS_OF_ANOTHER
    if another:
        others = possible_owners((r for r in items if len(items[r]) == len(items[donor])), donor)
    else:
        others = tuple(Evidence(kind="same value", owner=resident) for resident in items)
        seen = tuple(replace(e, owner="") if e.owner in items else e for e in seen)
    return replace(
        base,
        anomaly=Anomaly.WRONG_ITEM,
        severity=Severity.GRAVE if another else severity,
        donor=donor if another else "",
        pages=tuple(sorted({e.page for e in seen if e.page})),
        evidence=(*seen[:_EVIDENCE_SHOWN], *others),
    )


def _with_patterns(findings: list[Finding]) -> tuple[Finding, ...]:
    edges = {
        f.application: f.donor_application or f"resident {f.donor}"
        for f in reversed(findings)
        if f.application and f.donor and f.anomaly in {Anomaly.MISDELIVERY, Anomaly.PAGE_MIX}
    }
    classes = patterns(edges)
    return tuple(
        replace(f, pattern=classes[f.application])
        if f.application in classes and f.anomaly in {Anomaly.MISDELIVERY, Anomaly.PAGE_MIX}
        else f
        for f in findings
    )
