"""What checks ask of a judged document: is it clean, whose else is on it, which numbers does it carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from harness.records.certificates import Certificate
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict
from harness.records.reading import ReadingStatus

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


_NUMBER = "\0"  # on a page of a judgement that many documents share: here stands each one's own issue number


class Judgement(Struct, frozen=True, kw_only=True, eq=False):
    """What was concluded of a document, or of several of which the very same was concluded."""

    document: DocumentOwnership  # of a shared judgement without the names and the issue number of any
    shared: bool
    own: bool  # as `is_own` says of each of its documents, and so on
    clean: bool
    read: bool
    foreign: bool
    no_document: bool


class _Kept(Struct, frozen=True, gc=False):
    application: str
    digest: str
    number: str  # that stands wherever the judgement's pages have `_NUMBER`
    judgement: Judgement


class Documents(Mapping[str, DocumentOwnership]):
    """Judged documents by delivery id: a million clean ones take a quarter of the memory that as many objects would.

    Clean documents differ in their names and issue numbers alone; what was concluded of them is kept, and looked at,
    once. A document that is asked for by its delivery is put together anew: who goes over all of them takes
    `judgements`.
    """

    def __init__(self, documents: Iterable[tuple[str, DocumentOwnership]] = ()) -> None:
        """Keep these, by delivery id."""
        self._kept: dict[str, _Kept] = {}
        self._shared: dict[DocumentOwnership, Judgement] = {}
        for delivery, document in documents:
            self[delivery] = document

    def __setitem__(self, delivery: str, document: DocumentOwnership) -> None:
        """Keep a document."""
        numbers = issue_numbers(document)
        if len(numbers) > 1 or not is_clean(document):
            alone = _judgement(document, shared=False)
            self._kept[delivery] = _Kept(document.application, document.digest, "", alone)
            return
        nameless = _nameless(document)
        judgement = self._shared.get(nameless)
        if judgement is None:
            judgement = self._shared[nameless] = _judgement(nameless, shared=True)
        number = numbers[0] if numbers else ""
        self._kept[delivery] = _Kept(document.application, document.digest, number, judgement)

    def __getitem__(self, delivery: str) -> DocumentOwnership:
        """Return a document; raise KeyError where none was judged."""
        kept = self._kept[delivery]
        document = kept.judgement.document
        if not kept.judgement.shared:
            return document
        pages = document.pages
        if kept.number:
            pages = tuple(replace(p, issue_number=kept.number) if p.issue_number else p for p in pages)
        return replace(document, application=kept.application, delivery=delivery, digest=kept.digest, pages=pages)

    def __iter__(self) -> Iterator[str]:
        """Yield the delivery ids."""
        return iter(self._kept)

    def __len__(self) -> int:
        """Return how many documents were judged."""
        return len(self._kept)

    def __contains__(self, delivery: object) -> bool:
        """Tell whether a delivery's document was judged."""
        return delivery in self._kept

    def judgement(self, delivery: str) -> Judgement | None:
        """Return what was concluded of a delivery's document; None where it was not judged."""
        kept = self._kept.get(delivery)
        return None if kept is None else kept.judgement

    def judgements(self) -> Iterator[Judgement]:
        """Yield what was concluded of every document, one for each."""
        return (kept.judgement for kept in self._kept.values())

    def numbers(self, delivery: str) -> tuple[str, ...]:
        """Return the distinct issue numbers that a delivery's document prints, in page order; () of one not judged."""
        kept = self._kept.get(delivery)
        if kept is None:
            return ()
        return (kept.number,) if kept.number else issue_numbers(kept.judgement.document)


def _judgement(document: DocumentOwnership, *, shared: bool) -> Judgement:
    return Judgement(
        document=document,
        shared=shared,
        own=is_own(document),
        clean=is_clean(document),
        read=is_read(document),
        foreign=bool(foreign_pages(document)),
        no_document=no_document(document),
    )


def _nameless(document: DocumentOwnership) -> DocumentOwnership:
    pages = tuple(replace(p, issue_number=_NUMBER) if p.issue_number else p for p in document.pages)
    return replace(document, application="", delivery="", digest="", pages=pages)
