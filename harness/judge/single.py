"""Explains one document outside any run: what it is, what may be believed, whose items stand where, its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from harness.checks import ownership, pages, pictures
from harness.checks.documents import is_own
from harness.checks.history import Application, Delivered
from harness.population import Population
from harness.reading.folded_page import FoldedPage
from harness.reading.form import FormTexts
from harness.reading.marks import counter_of, issue_number_of, title_of
from harness.reading.oracle import expect
from harness.reading.owners import Hit, OwnerIndex
from harness.reading.ownership import Judge
from harness.reading.profile import Profile
from harness.reading.seals import SealIndex
from harness.reading.trust import distrust
from harness.records.certificates import Certificate, Options
from harness.records.findings import Finding, Severity
from harness.records.ownership import DocumentOwnership, OwnerWeight
from harness.records.reading import PageRead, Reading, ReadingStatus

_SHOWN_OWNERS = 5
_OWNERS_OF_ITEM = 4


class Item(Struct, frozen=True, kw_only=True):
    """A text on a page that belongs to somebody in the population."""

    line: int  # from 1, in reading order
    text: str  # folded
    role: str
    owners: tuple[str, ...]  # the first few
    of: int  # how many people own it
    bits: float


class ExplainedPage(Struct, frozen=True, kw_only=True):
    """What one page is."""

    page: int
    tier: str  # "text" | "picture" | ""
    distrust: str  # why its text is not believed, "" where it is
    characters: int
    pictures: int
    title: Certificate | None = None
    issue_number: str = ""
    counter: tuple[int, int] | None = None
    items: tuple[Item, ...] = ()
    owners: tuple[OwnerWeight, ...] = ()  # heaviest first
    unexplained: tuple[str, ...] = ()  # lines nothing of which is anybody's or the form's


class Explained(Struct, frozen=True, kw_only=True):
    """What one document is. `ownership` and `findings` are there where resident and certificate are given."""

    reading: Reading
    pages: tuple[ExplainedPage, ...] = ()
    likely_owner: str = ""
    likely_bits: float = 0.0
    fits_as_well: tuple[str, ...] = ()  # residents of the same weight
    likely_certificate: Certificate | None = None
    ownership: DocumentOwnership | None = None
    findings: tuple[Finding, ...] = ()
    verdict: str = "unread"  # "own" | "foreign" | "wrong" | "unread" | "undecided"


class Examiner:
    """Explains documents of one population and profile."""

    def __init__(self, population: Population, profile: Profile) -> None:
        """Index everybody once."""
        self._population, self._profile = population, profile
        self._index = OwnerIndex(population)
        self._form = FormTexts(profile)
        self._judge = Judge(self._index, profile, SealIndex(population))

    def explain(self, reading: Reading) -> Explained:
        """Say what a document is and whose it seems to be, without knowing whose it should be."""
        pages = tuple(self._page(page) for page in reading.pages)
        bits: dict[str, float] = {}
        for page in pages:
            for owner in page.owners if not page.distrust else ():
                bits[owner.resident] = bits.get(owner.resident, 0.0) + owner.bits
        likely = max(sorted(bits), key=lambda who: bits[who], default="")
        return Explained(
            reading=reading,
            pages=pages,
            likely_owner=likely,
            likely_bits=round(bits.get(likely, 0.0), 1),
            fits_as_well=tuple(w for w in sorted(bits) if w != likely and bits[w] > bits[likely] - 0.1),
            likely_certificate=next((p.title for p in pages if p.title is not None), None),
            verdict="undecided" if reading.status is ReadingStatus.READ and likely else "unread",
        )

    def judge(self, reading: Reading, resident: str, certificate: Certificate, options: Options) -> DocumentOwnership:
        """Judge a document as that of an application; raise UsageError for a resident or paper that is not there."""
        wanted = expect(certificate, options, resident, self._population, self._profile)
        return self._judge.document(reading, wanted)

    def _page(self, page: PageRead) -> ExplainedPage:
        text = FoldedPage(page.text)
        title = title_of([text], self._profile)
        hits = list(_outermost(self._index.find(text.text)))
        return ExplainedPage(
            page=page.number,
            tier="text" if text.text else "",
            distrust=distrust(page, [text], self._profile, title, self._index.characters),
            characters=len(text.text),
            pictures=len(page.images),
            title=title,
            issue_number=issue_number_of([text], self._profile),
            counter=counter_of([text], self._profile),
            items=tuple(self._item(text, hit) for hit in hits),
            owners=tuple(self._weights(hits)[:_SHOWN_OWNERS]),
            unexplained=tuple(self._unexplained(text, hits)),
        )

    def _item(self, text: FoldedPage, hit: Hit) -> Item:
        owners = self._index.owners(hit.text)
        people = tuple(dict.fromkeys(o.resident for o in owners))
        return Item(
            line=_line(text, hit.start),
            text=self._index.text(hit.text),
            role=owners[0].role,
            owners=people[:_OWNERS_OF_ITEM],
            of=len(people),
            bits=round(self._index.bits(owners), 2),
        )

    def _weights(self, hits: Sequence[Hit]) -> list[OwnerWeight]:
        """Weigh each text once, however often it stands there."""
        bits: dict[str, float] = {}
        for number in {hit.text for hit in hits}:
            owners = self._index.owners(number)
            for who in {o.resident for o in owners}:
                bits[who] = bits.get(who, 0.0) + self._index.bits(owners)
        weights = [OwnerWeight(resident=who, bits=round(b, 2)) for who, b in bits.items()]
        return sorted(weights, key=lambda w: (-w.bits, w.resident))

    def _unexplained(self, text: FoldedPage, hits: Sequence[Hit]) -> Iterator[str]:
        """Yield lines on which neither an item, a date nor a text of the form stands."""
        spans = [(h.start, h.end) for h in hits] + [(a, b) for a, b, _ in text.dates]
        spans += self._form.spans(text)
        start = 0
        for line in text.lines:
            end = start + len(line)
            if not any(a < end and start < b for a, b in spans):
                yield line
            start = end


def findings_of(
    document: DocumentOwnership, resident: str, certificate: Certificate, options: Options, size_bytes: int
) -> tuple[Finding, ...]:
    """Return what a run would find in a document of `size_bytes` that this application received, and no other did."""
    one = _application(resident, certificate, options)
    delivered = _delivered(document.digest, size_bytes)
    return (
        *ownership.of_document(delivered, document, one),
        *pages.of_document(delivered, document, resident),
        *pictures.of_document(delivered, document, resident),
    )


def verdict_of(document: DocumentOwnership, findings: Sequence[Finding]) -> str:
    """Return "own" only where nothing was found; "foreign" for another person's data, "wrong" for another defect."""
    severities = {finding.severity for finding in findings}
    if Severity.GRAVE in severities:
        return "foreign"
    if Severity.DEFECT in severities:
        return "wrong"
    return "own" if not findings and is_own(document) else "unread"


def _application(resident: str, certificate: Certificate, options: Options) -> Application:
    return Application(
        application="",
        batch="",
        phase="",
        resident=resident,
        card="",
        certificate=certificate,
        options=options,
        kiosk="",
        node="",
        abort=None,
        writer="",
        started_ns=0,
    )


def _delivered(digest: str, size_bytes: int) -> Delivered:
    return Delivered(
        delivery="",
        application="",
        place=0,
        kiosk="",
        digest=digest,
        bytes=size_bytes,
        at_ns=0,
        copy=1,
        issue_number="",
        request_id="",
        complete=True,
        late=False,
        writer="",
    )


def _outermost(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield hits that are not inside longer ones, in their order."""
    end = -1
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if hit.end > end:
            yield hit
            end = hit.end


def _line(text: FoldedPage, place: int) -> int:
    return sum(1 for edge in text.breaks if 0 < edge <= place) + 1
