"""The baseline oracle: compares documents with their baselines, and says whose a document is where no profile does.

Pure and deterministic. It believes in no layout: all it knows is what the same person was handed quietly.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from harness.baseline.comparison import Compared, Differing, compare, telling
from harness.baseline.issued import Issued, Key, Sheet
from harness.baseline.moment import Moment
from harness.baseline.shelf import Shelf
from harness.baseline.tellers import Hit, donor_of
from harness.baseline.template import Template
from harness.baseline.tokens import Kind, Value, value_of
from harness.records.certificates import Certificate
from harness.records.picture import Region

_CANDIDATES = 3  # donors whose whole documents are compared


class Agreement(StrEnum):
    """What comparing with the baseline concluded."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_APPLICABLE = "not applicable"  # no baseline of this application, or the register changed since


class Conclusion(Struct, frozen=True, kw_only=True):
    """One document against its baseline."""

    agreement: Agreement
    reason: str = ""  # NOT_APPLICABLE: why, a stable code
    differing: tuple[Differing, ...] = ()
    pages: int = 0  # of the baseline
    pages_now: int = 0
    donor: str = ""  # resident whose values stand where the own ones stood
    whole: bool = False  # the document is the donor's altogether
    hits: tuple[Hit, ...] = ()  # the donor's values; or where there is no sure donor, all that is on others' baselines
    same_bytes: bool = False  # the very document of the baseline once more
    base: str = ""  # digest of the baseline document that it is nearest to
    regions: tuple[Region | None, ...] = ()  # where the places of `differing` are on the page's picture, parallel


class BaselineOracle:
    """Judges documents by a shelf of baselines."""

    def __init__(self, shelf: Shelf) -> None:
        """Remember the shelf; pages are split when they are first needed."""
        self.shelf = shelf
        self._templates: dict[tuple[Certificate, Sheet], Template] = {}
        self._of: dict[str, list[Issued]] = {}
        for key, documents in shelf.documents.items():
            self._of.setdefault(key.resident, []).extend(documents)

    def conclude(
        self, key: Key, pages: Sequence[Sheet], moment: Moment, digest: str = "", without: str = ""
    ) -> Conclusion:
        """Compare a document with the baselines of `key`, those of application `without` excepted."""
        own = [one for one in self.shelf.documents.get(key, ()) if one.application != without]
        return self.against(own, key, pages, moment, digest="" if without else digest)

    def against(
        self, own: Sequence[Issued], key: Key, pages: Sequence[Sheet], moment: Moment, digest: str = ""
    ) -> Conclusion:
        """Compare a document with some baselines of its application; the one that is nearest counts."""
        if not own:
            return Conclusion(agreement=Agreement.NOT_APPLICABLE, reason="no_baseline")
        if key.certificate in self.shelf.learned.unstable:
            return Conclusion(agreement=Agreement.NOT_APPLICABLE, reason="unstable_text")
        base, best = self._nearest(own, key.certificate, pages, moment)
        same_bytes = bool(digest) and any(one.digest == digest for one in own)
        if best.equal:
            return Conclusion(agreement=Agreement.EQUAL, same_bytes=same_bytes)
        if not best.differing and best.pages == best.pages_now:
            return Conclusion(agreement=Agreement.NOT_APPLICABLE, reason="nothing_to_compare")
        return replace(self._different(key, best, pages, moment), base=base)

    def _nearest(
        self, own: Sequence[Issued], certificate: Certificate, pages: Sequence[Sheet], moment: Moment
    ) -> tuple[str, Compared]:
        """Return the comparison with the fewest differences, and with which document; one that is equal ends the
        search."""
        best: tuple[str, Compared] | None = None
        for one in own:
            compared = self._compare(certificate, one, pages, moment)
            if best is None or _distance(compared) < _distance(best[1]):
                best = one.digest, compared
            if best[1].equal:
                break
        assert best is not None
        return best

    def _compare(self, certificate: Certificate, one: Issued, pages: Sequence[Sheet], moment: Moment) -> Compared:
        return compare(certificate, one.pages, one.moment, pages, moment, self.shelf.volatile, self._template)

    def _template(self, certificate: Certificate, sheet: Sheet) -> Template:
        known = self._templates.get((certificate, sheet))
        if known is None:
            known = self._templates[certificate, sheet] = Template(certificate, sheet, self.shelf.volatile)
        return known

    def _different(self, key: Key, best: Compared, pages: Sequence[Sheet], moment: Moment) -> Conclusion:
        hits = self.shelf.foreign(key.resident, self._new_values(key, best, pages))
        donor = donor_of(hits, self.shelf.known)
        whole = self._whole(key, donor, hits, pages, moment)
        donor = whole or donor
        return Conclusion(
            agreement=Agreement.DIFFERENT,
            differing=best.differing,
            pages=best.pages,
            pages_now=best.pages_now,
            donor=donor,
            whole=bool(whole),
            hits=tuple(h for h in hits if not donor or h.owner == donor),
        )

    def _new_values(self, key: Key, best: Compared, pages: Sequence[Sheet]) -> list[Value]:
        """Return what stands where the baseline has something else, and everything on pages that it has not."""
        new = [value_of(d.side.now) for d in best.differing if d.side.now is not None]
        for sheet in pages[best.pages :]:
            new += telling(key.certificate, sheet, self.shelf.volatile)
        return new

    def _whole(self, key: Key, donor: str, hits: Sequence[Hit], pages: Sequence[Sheet], moment: Moment) -> str:
        """Return the resident whose document this is from the first word to the last, "" if there is none."""
        candidates = list(dict.fromkeys(([donor] if donor else []) + [h.owner for h in hits]))[:_CANDIDATES]
        for candidate in candidates:
            for one in self._of.get(candidate, ()):
                if self._compare(one.key.certificate, one, pages, moment).equal:
                    return candidate
        return ""

    def page_values(self, key: Key, number: int, without: str = "") -> set[Value]:
        """Return what tells `key`'s resident on a page of the baselines, 1..n, those of `without` excepted."""
        own = [one for one in self.shelf.documents.get(key, ()) if one.application != without]
        sheets = [one.pages[number - 1] for one in own if len(one.pages) >= number]
        sets = [set(telling(key.certificate, sheet, self.shelf.volatile)) for sheet in sheets]
        steady = set.intersection(*sets) if sets else set()
        return {v for v in steady if self.shelf.tellers.tells(key.resident, v)}


def _distance(compared: Compared) -> tuple[int, int, int]:
    """Order comparisons: the fewest differences first; a difference in pages weighs most."""
    return abs(compared.pages - compared.pages_now), len(compared.differing), -compared.compared


def told(differing: Differing) -> tuple[str, str]:
    """Return what stood in the baseline and what stands now, for readers; "" where nothing does."""
    base, now = differing.side.base, differing.side.now
    shown = ["" if t is None else "bitmap" if t.kind is Kind.IMAGE else t.text for t in (base, now)]
    return shown[0], shown[1]
