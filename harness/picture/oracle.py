"""The picture tier: whose a page is by its picture alone, against judged baselines of everybody. Needs no profile.

OWN     equal to the applicant's own baseline but for volatile regions, and nearer to it than to anybody else's.
FOREIGN equal to another resident's baseline where the two people's baselines differ.
DEVIATION  differs from the own baseline, and not as anybody known. NONE  nothing to compare with, or too faint.
"""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from harness.picture.alignment import warp_raster
from harness.picture.difference import Difference, compare, fitted
from harness.picture.donors import owners_there
from harness.picture.raster import Ink, Raster, ink_of
from harness.picture.regions import area, inside, merge, touches, whole, word_around
from harness.picture.thumbnails import thumbnail
from harness.picture.twins import far_apart, is_theirs, reduced, told_apart
from harness.records.certificates import Certificate
from harness.records.picture import PictureOpinion, PictureVerdict, Region

_KEPT_RASTERS = 128  # 1 MB each
_MOST_REGIONS = 12  # the widest are asked whose they are; with more, it is another page or a poor copy
_MOST_WHOLE = 4  # whole pages that are laid over each other to find a donor
_WIDE = 26  # pixels: two characters of 10 points; one alone might be a slip of the pen, not a person
_WORD_MOST = 400  # pixels (10 cm) that a word may go on to either side
_FOUND = 0.5  # of the differing area that a donor must explain to be told as the page's

_NO_PAGE = np.full((1, 1), 255, np.uint8)

RasterOf = Callable[[str, int], Raster | None]  # by document digest and page
Volatile = Mapping[tuple[Certificate, int, int], Sequence[Region]]  # by certificate, page and number of pages
Related = Callable[[str, str], bool]  # whether two residents may rightly stand on one another's pages


class BaselinePage(Struct, frozen=True, kw_only=True, order=True):
    """One page of a judged baseline document."""

    resident: str
    certificate: Certificate
    page: int  # from 1
    pages: int  # of the document
    digest: str  # of the document


class PictureOracle:
    """Compares pages with baselines. Deterministic; keeps the rasters used last."""

    def __init__(
        self, pages: Iterable[BaselinePage], raster_of: RasterOf, volatile: Volatile, related: Related = operator.eq
    ) -> None:
        """Take everybody's baseline pages, where their rasters come from, what differs by issue, and who belongs
        together."""
        self._pages = tuple(sorted(pages))
        self._raster_of = raster_of
        self._volatile = volatile
        self._related = related
        self._kept: OrderedDict[tuple[str, int], Raster | None] = OrderedDict()
        self._thumbnails: dict[tuple[str, int], Ink] = {}
        self._cells: dict[tuple[str, int], Raster] = {}

    def page(self, raster: Raster, own: BaselinePage | None, also: Sequence[Region] = ()) -> PictureOpinion:
        """Return whose the page is, seen from the applicant whose baseline page is `own`.

        What is volatile of every page is left out, and what is in `also` of this one.
        """
        if own is None:
            return _none("the baseline has no such page of this application")
        return replace(self._compared(raster, own, also), base=f"{own.digest}/{own.page}")

    def _compared(self, raster: Raster, own: BaselinePage, also: Sequence[Region]) -> PictureOpinion:
        base = self._raster(own)
        if base is None:
            return _none("the baseline's page has no picture")
        volatile = (*self._varying(own), *also)
        found = compare(raster, base, volatile)
        if not found.regions:
            return self._equal(raster, base, own, found, volatile)
        if found.alignment is None or found.faint:
            return self._elsewhere(raster, own.resident, found, own)
        return self._differing(raster, own, found, volatile)

    def beyond(self, raster: Raster, resident: str, without: str = "") -> PictureOpinion:
        """Return whose a page is of which the applicant has no baseline; that of the document `without` is none.

        A page that people related to the applicant were issued as well may be the applicant's.
        """
        opinion = self._elsewhere(raster, resident, Difference((whole(raster.shape),), None), without=without)
        if opinion.donor and self._related(resident, opinion.donor):
            return _none(f"as well {opinion.donor}'s, who may stand on the same page")
        return replace(opinion, reason=opinion.reason and "the baseline has fewer pages")

    def candidates(self, own: BaselinePage) -> Iterator[BaselinePage]:
        """Yield other people's baseline pages of the same certificate and page number."""
        for page in self._pages:
            if page.certificate is own.certificate and page.page == own.page and page.resident != own.resident:
                yield page

    def _equal(
        self, raster: Raster, base: Raster, own: BaselinePage, found: Difference, volatile: Sequence[Region]
    ) -> PictureOpinion:
        """Judge a page that shows no difference: under noise, the twins' baselines must be farther off."""
        if found.exact:
            return PictureOpinion(verdict=PictureVerdict.OWN, likeness=1.0)
        assert found.alignment is not None
        hidden = inside(base.shape, volatile, 2)
        seen, wanted = ink_of(warp_raster(raster, found.alignment)), ink_of(base)
        covered = reduced((hidden * np.uint8(255)).astype(np.uint8))
        for other in self.candidates(own):
            if far_apart(self._reduced(own), self._reduced(other), covered):
                continue
            theirs = self._raster(other)
            if theirs is None or theirs.shape != base.shape:
                continue
            apart = told_apart(seen, wanted, ink_of(theirs), hidden)
            if apart is False:
                return _none(f"too faint to tell from {other.resident}")
        if found.faint:
            return _none("too faint: an item of another person could not be seen")
        return PictureOpinion(verdict=PictureVerdict.OWN, likeness=1.0 - found.share)

    def _differing(
        self, raster: Raster, own: BaselinePage, found: Difference, volatile: Sequence[Region]
    ) -> PictureOpinion:
        """Ask of each differing region whose it is."""
        assert found.alignment is not None
        regions = sorted(found.regions, key=lambda r: (r.left - r.right, r))[:_MOST_REGIONS]
        seen = ink_of(warp_raster(raster, found.alignment))
        golden = self._golden(own)
        explained: dict[str, list[Region]] = {}
        likeness: dict[str, float] = {}
        for region in regions:
            word = self._word(region, seen, volatile)
            same, like = owners_there(seen, word, golden)
            owners = sorted({name.partition("/")[0] for name in same})
            if own.resident in owners:
                continue  # the applicant's as well: under noise, or on a page with other options
            for owner in owners if len(owners) <= _few(len(golden)) else ():
                explained.setdefault(owner, []).append(word)
                likeness[owner] = max(like, likeness.get(owner, 0.0))
        donor = min(explained, key=lambda who: (-area(explained[who]), -likeness[who], who), default="")
        if not donor or not (found.exact or self._is_theirs(donor, explained[donor], seen, own)):
            return self._elsewhere(raster, own.resident, found, own)
        twins = [
            w for w in explained if w != donor and explained[w] == explained[donor] and not self._alike(donor, w, own)
        ]
        if twins and not found.exact:
            reason = f"not the applicant's: {donor}'s, {', '.join(sorted(twins)[:3])}'s; too faint to tell"
            return PictureOpinion(verdict=PictureVerdict.DEVIATION, reason=reason, regions=found.regions)
        if self._convinces(explained[donor], regions):
            return PictureOpinion(
                verdict=PictureVerdict.FOREIGN,
                donor=donor,
                reason=f"as well {', '.join(self._sharing(explained, donor))}'s" if len(explained) > 1 else "",
                regions=merge(explained[donor]),
                likeness=likeness[donor],
            )
        return self._elsewhere(raster, own.resident, found, own)

    def _is_theirs(self, donor: str, words: Sequence[Region], seen: Ink, own: BaselinePage) -> bool:
        """Tell whether a noisy page shows a donor's words, and clearly not the applicant's."""
        mine = self._raster(own)
        theirs = (self._raster(p) for p in self.candidates(own) if p.resident == donor)
        return mine is not None and any(
            base is not None and base.shape == mine.shape and is_theirs(seen, ink_of(base), ink_of(mine), words)
            for base in theirs
        )

    def _golden(self, own: BaselinePage) -> dict[str, Ink]:
        """Return everybody's pages like `own`, the applicant's own ones too, as "resident/document"."""
        pages = (p for p in self._pages if p.certificate is own.certificate and p.page == own.page)
        return {f"{p.resident}/{p.digest}": ink_of(r) for p in pages if (r := self._raster(p)) is not None}

    @staticmethod
    def _sharing(explained: Mapping[str, Sequence[Region]], donor: str) -> list[str]:
        return sorted(who for who in explained if who != donor)[:3]

    def _alike(self, one: str, other: str, own: BaselinePage) -> bool:
        """Tell whether two people's baseline pages are the same picture: then either name is right."""
        first, second = (
            next((r for p in self.candidates(own) if p.resident == who and (r := self._raster(p)) is not None), None)
            for who in (one, other)
        )
        return first is not None and second is not None and not compare(first, second, self._varying(own)).regions

    @staticmethod
    def _word(region: Region, seen: Ink, volatile: Sequence[Region]) -> Region:
        """Grow to the whole word, volatile regions excepted: one figure of an address is on many people's papers."""
        return word_around(region, seen, ~inside(seen.shape, volatile), _WORD_MOST)

    @staticmethod
    def _convinces(explained: Sequence[Region], regions: Sequence[Region]) -> bool:
        """Tell whether these words speak for a person: several, or one that is most of what differs."""
        explained = merge(explained)
        everything = all(any(touches(r, e) for e in explained) for r in regions)
        wide = sum(1 for r in explained if r.right - r.left >= _WIDE)
        return wide > 1 or (wide == 1 and (everything or area(explained) >= _FOUND * area(regions)))

    def _elsewhere(
        self, raster: Raster, resident: str, found: Difference, own: BaselinePage | None = None, without: str = ""
    ) -> PictureOpinion:
        """Look for the page among everybody's baseline pages, other certificates too."""
        if found.alignment is not None and own is not None:  # in one frame with all other baselines of the form
            raster = warp_raster(raster, found.alignment)
        small = thumbnail(raster)
        pages = (p for p in self._pages if (p.resident, p.digest) != (resident, without))
        near = sorted(
            ((float(np.dot(small, self._thumbnail(p))), p) for p in pages),
            key=lambda pair: (-pair[0], pair[1]),
        )
        same = [p for _, p in near[:_MOST_WHOLE] if self._is(raster, p)]
        people = sorted({p.resident for p in same})
        if len(people) > 1 and not (found.exact and self._belong_together(people)):
            reason = f"too faint to tell whose it is: {', '.join(people[:4])}"
            return PictureOpinion(verdict=PictureVerdict.DEVIATION, reason=reason, regions=found.regions)
        if same and own is not None and not self._nearer(raster, same[0], own):
            reason = f"too faint to tell from {same[0].resident}"
            return PictureOpinion(verdict=PictureVerdict.DEVIATION, reason=reason, regions=found.regions)
        if same and all(p.resident != resident for p in same):
            return PictureOpinion(
                verdict=PictureVerdict.FOREIGN, donor=same[0].resident, regions=merge(found.regions), likeness=1.0
            )
        if any(p.resident == resident for p in same):
            reason = "it is the applicant's page of another certificate, or another page of this one"
            return PictureOpinion(verdict=PictureVerdict.DEVIATION, reason=reason, regions=found.regions)
        if found.faint:
            return _none("too faint to compare with the baseline")
        reason = "" if found.alignment is not None else "it cannot be laid over the baseline's page"
        return PictureOpinion(verdict=PictureVerdict.DEVIATION, reason=reason, regions=found.regions)

    def _nearer(self, raster: Raster, page: BaselinePage, own: BaselinePage) -> bool:
        """Tell whether a picture is nearer to somebody's page than to the applicant's, wherever the two differ."""
        base, mine = self._raster(page), self._raster(own)
        if base is None or mine is None or base.shape != mine.shape:
            return True
        found = compare(raster, base, self._varying(page))
        if found.exact or found.alignment is None:
            return found.exact
        seen = ink_of(warp_raster(fitted(raster, base.shape), found.alignment))
        hidden = inside(base.shape, self._varying(page), 2)
        return bool(told_apart(seen, ink_of(base), ink_of(mine), hidden))

    def _belong_together(self, people: Sequence[str]) -> bool:
        """Tell whether these people share their papers; what strangers have alike is nobody's in particular."""
        return all(self._related(people[0], other) for other in people[1:])

    def _is(self, raster: Raster, page: BaselinePage) -> bool:
        base = self._raster(page)
        if base is None:
            return False
        found = compare(raster, base, self._varying(page))
        return not found.regions and not found.faint

    def _varying(self, page: BaselinePage) -> Sequence[Region]:
        return self._volatile.get((page.certificate, page.page, page.pages), ())

    def _thumbnail(self, page: BaselinePage) -> Ink:
        key = (page.digest, page.page)
        if key not in self._thumbnails:
            raster = self._raster(page)
            self._thumbnails[key] = thumbnail(_NO_PAGE if raster is None else raster)
        return self._thumbnails[key]

    def _reduced(self, page: BaselinePage) -> Raster:
        """Return a page's mean greys, of one without a picture nothing."""
        key = (page.digest, page.page)
        if key not in self._cells:
            raster = self._raster(page)
            self._cells[key] = reduced(raster) if raster is not None else np.zeros((0, 0), np.uint8)
        return self._cells[key]

    def _raster(self, page: BaselinePage) -> Raster | None:
        key = (page.digest, page.page)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        raster = self._kept[key] = self._raster_of(*key)
        if len(self._kept) > _KEPT_RASTERS:
            self._kept.popitem(last=False)
        return raster


def _few(candidates: int) -> int:
    """Return how many people may share a content before it says nothing of any of them."""
    return max(2, candidates // 32)


def _none(reason: str) -> PictureOpinion:
    return PictureOpinion(verdict=PictureVerdict.NONE, reason=reason)
