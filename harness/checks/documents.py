"""What checks ask of a judged document: is it clean, whose else is on it, which numbers does it carry."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from harness.records.certificates import Certificate
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict
from harness.records.reading import ReadingStatus

Documents = Mapping[str, DocumentOwnership]  # by delivery id

OWN = frozenset({PageVerdict.OWN, PageVerdict.OWN_WEAK})
FOREIGN = frozenset({PageVerdict.FOREIGN, PageVerdict.MIXED})


def foreign_pages(document: DocumentOwnership) -> tuple[PageOwnership, ...]:
    """Return the pages on which somebody else's items stand."""
    return tuple(p for p in document.pages if p.verdict in FOREIGN)


def one_item_foreign(document: DocumentOwnership) -> bool:
    """Tell whether all that is somebody else's is one item, on pages that otherwise are the applicant's."""
    items = {item.item for page in foreign_pages(document) for item in page.evidence if item.owner}
    return len(items) == 1 and all(p.otherwise_own or p.verdict in OWN for p in document.pages)


def no_document(document: DocumentOwnership) -> bool:
    """Tell whether what arrived is no PDF at all: nothing, an error page, a picture."""
    return document.status is ReadingStatus.NOT_PDF


def is_read(document: DocumentOwnership) -> bool:
    """Tell whether every page was read well enough to say whose it is."""
    if document.status is not ReadingStatus.READ or not document.pages:
        return False
    return all(p.verdict is not PageVerdict.UNREAD for p in document.pages)


def is_own(document: DocumentOwnership) -> bool:
    """Tell whether every page is the applicant's; content and options may still be wrong."""
    return bool(document.pages) and all(p.verdict in OWN for p in document.pages)


def is_clean(document: DocumentOwnership) -> bool:
    """Tell whether nothing at all speaks against the document."""
    wrong = document.missing or document.leaked or document.wrong or document.unexplained
    foreign = document.residue or document.seal
    return not wrong and not foreign and document.status is ReadingStatus.READ and is_own(document)


def is_as_asked(document: DocumentOwnership, certificate: Certificate) -> bool:
    """Tell whether a document is clean and, as far as its titles say, the certificate asked for: nearly all are."""
    return is_clean(document) and all(p.certificate is None or p.certificate == certificate for p in document.pages)


def cut_short(document: DocumentOwnership) -> bool:
    """Tell whether a PDF begins and has no end mark: it was cut off, not merely hard to read."""
    return document.status is ReadingStatus.CORRUPT and document.marks.headers > 0 and document.marks.eofs == 0


def issue_numbers(document: DocumentOwnership) -> tuple[str, ...]:
    """Return the distinct issue numbers printed, in page order."""
    return tuple(dict.fromkeys(p.issue_number for p in document.pages if p.issue_number))


def foreign_weights(document: DocumentOwnership, applicant: str) -> dict[str, float]:
    """Return how many bits speak for each other resident, on the page where most do, heaviest first.

    A text that several people own speaks for each of them; an item of the evidence names only one.
    """
    bits: dict[str, float] = {}
    for page in foreign_pages(document):
        here = {owner.resident: owner.bits for owner in page.owners}
        for item in page.evidence:
            here.setdefault(item.owner, item.bits)
        for resident, weight in here.items():
            if resident not in {"", applicant}:
                bits[resident] = max(weight, bits.get(resident, 0.0))
    return dict(sorted(bits.items(), key=lambda pair: (-pair[1], pair[0])))


def condense(document: DocumentOwnership) -> DocumentOwnership:
    """Drop from a clean document what no check asks of clean ones: memory stays small over a million of them."""
    if not is_clean(document):
        return document
    pages = tuple(replace(p, owners=(), evidence=()) for p in document.pages)
    return replace(document, pages=pages, listed=())
