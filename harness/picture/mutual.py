"""Judges pictures of documents issued quietly against each other: two issues of one application, and two people's.

It believes in no layout and reads nothing. Two issues that differ elsewhere than nearly everybody's cannot both be
the applicant's: the one that is another person's is told with its donor. Two unrelated people's documents that are
one picture cannot both be right: they are the one's whose issues are all so.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from harness.picture.difference import compare
from harness.picture.issues import Issue, by_key, learn_volatile, twins, varying
from harness.picture.near import Nearest
from harness.picture.oracle import BaselinePage, PictureOracle, RasterOf, Related
from harness.picture.raster import Raster, ink_of
from harness.picture.regions import inside, touches
from harness.picture.twins import told_apart
from harness.records.certificates import Certificate
from harness.records.picture import PictureOpinion, PictureVerdict, Region

_STEADY_SHARE = 0.05  # of a certificate's twins: where no more differ, a difference is no part that changes by issue
_LEAST_TWINS = 3  # fewer show nothing of what changes by issue
_ROUNDS = 4  # what one person's document is known to be may tell whose another's is
_MARGIN = 2  # pixels around volatile regions, as in comparisons
_PAPER = 255

Namesakes = Callable[[str, str], bool]  # whether the register holds the same of two residents, so that no paper differs


class Contradiction(Struct, frozen=True, kw_only=True):
    """What speaks against one document of a baseline."""

    application: str
    other: str  # application whose document it contradicts
    page: int = 0  # 0: the whole document
    donor: str = ""  # resident whose it is, "" where that cannot be told
    regions: tuple[Region, ...] = ()  # where it differs from the other issue
    steady: bool = False  # hardly anybody's two issues differ, or two people have one picture: not a volatile part


class _Pair(Struct, frozen=True):
    """Two issues of one application, compared: the first page that differs, and where."""

    first: Issue
    second: Issue
    page: int  # 0: none differs
    regions: tuple[Region, ...]
    exact: bool  # to the pixel where they do not differ
    known: bool = True  # both have all their pictures


class MutualPictures:
    """The documents of a baseline run, judged by their pictures alone. Deterministic."""

    def __init__(
        self, issues: Iterable[Issue], raster_of: RasterOf, related: Related, namesakes: Namesakes = lambda a, b: False
    ) -> None:
        """Compare all of them. `related` people may rightly be issued the same page."""
        self._issues = tuple(one for one in issues if one.pages)
        self._raster_of, self._related, self._namesakes = raster_of, related, namesakes
        self.volatile = learn_volatile(twins(self._issues), raster_of)
        self._pairs = {(a.application, b.application): self._compared(a, b) for a, b in twins(self._issues)}
        self._by_key = by_key(self._issues)
        self._found: dict[str, Contradiction] = {}
        groups = self._alike()
        for _ in range(_ROUNDS):
            if not self._note(c for g in groups for c in self._owned(g)) and not self._note(self._of_others()):
                break
        self._note([c for g in groups for c in self._shared(g)])
        self._note(self._unresolved())
        self._oracle = self._oracle_of(self._issues)

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Return what speaks against documents, one contradiction each, by application."""
        return tuple(self._found[name] for name in sorted(self._found))

    def opinion(self, raster: Raster, one: Issue, page: int) -> PictureOpinion:
        """Return whose a page is, seen from the application of `one`: by its other issues, and everybody's."""
        others = [i for i in self._by_key.get(one.key, ()) if i.application != one.application and i.pages >= page]
        bases = [i for i in others if i.application not in self._found]
        if not bases:
            opinion = self._oracle.beyond(raster, one.resident, without=one.digest)
            if opinion.verdict is PictureVerdict.FOREIGN:
                return opinion
            return _none("its other issue is doubtful" if others else "issued once: nothing to compare it with")
        return self._oracle.page(raster, bases[0].sheets()[page - 1])

    def _compared(self, first: Issue, second: Issue) -> _Pair:
        if first.pages != second.pages:
            return _Pair(first, second, min(first.pages, second.pages) + 1, (), exact=True)
        exact = True
        for page, other in zip(first.sheets(), second.sheets(), strict=True):
            was, now = self._raster_of(page.digest, page.page), self._raster_of(other.digest, other.page)
            if was is None or now is None:
                return _Pair(first, second, 0, (), exact=exact, known=False)
            found = compare(now, was, varying(page, self.volatile))
            exact = exact and found.exact
            if found.regions or found.faint:
                return _Pair(first, second, page.page, found.regions, exact=exact)
        return _Pair(first, second, 0, (), exact=exact)

    def _note(self, found: Iterable[Contradiction]) -> bool:
        """Keep what is new, the first of each application; tell whether anything was."""
        before = len(self._found)
        for one in list(found):
            self._found.setdefault(one.application, one)
        return len(self._found) > before

    def _owned(self, alike: Sequence[Issue]) -> Iterator[Contradiction]:
        """Yield whose documents of one picture are another's: theirs it is whose issues, of all, are all so."""
        best, owners = self._owners(alike)
        if best == 0 or not all(self._may_share(owners[0].resident, o.resident) for o in owners):
            return
        for one in alike:
            if one not in owners and not self._may_share(owners[0].resident, one.resident):
                owner = owners[0]
                yield Contradiction(
                    application=one.application, other=owner.application, donor=owner.resident, steady=True
                )

    def _shared(self, alike: Sequence[Issue]) -> Iterator[Contradiction]:
        """Yield documents of one picture of which strangers have an equal claim to be the owners."""
        best, owners = self._owners(alike)
        for one in owners if best else ():
            stranger = next((o for o in owners if not self._may_share(o.resident, one.resident)), None)
            if stranger is not None:
                yield Contradiction(application=one.application, other=stranger.application, steady=True)

    def _owners(self, alike: Sequence[Issue]) -> tuple[int, list[Issue]]:
        """Return the best rank in a group, and those who have it; what is known to be wrong left out."""
        left = [one for one in alike if one.application not in self._found]
        ranks = [self._rank(one, left) for one in left]
        best = max(ranks, default=0)
        return best, [one for one, rank in zip(left, ranks, strict=True) if rank == best]

    def _may_share(self, one: str, other: str) -> bool:
        return self._related(one, other) or self._namesakes(one, other)

    def _rank(self, one: Issue, alike: Sequence[Issue]) -> int:
        """Return 2 where all of several issues of the application are this picture, 1 of a single one, else 0."""
        same = [i for i in self._by_key[one.key] if i.application not in self._found]
        inside_group = sum(1 for i in same if i in alike)
        return 0 if inside_group < len(same) else 1 + (len(same) > 1)

    def _alike(self) -> list[list[Issue]]:
        """Return groups of documents, of several unrelated people, that are one picture."""
        groups: dict[tuple[object, ...], list[Issue]] = defaultdict(list)
        for one in self._issues:
            groups[self._print_of(one)].append(one)
        apart = [g for g in groups.values() if self._of_strangers(g)]
        noisy = {p.first.certificate for p in self._pairs.values() if not p.exact}
        return apart + [[a, b] for kind in sorted(noisy) for a, b in self._nearly(kind)]

    def _of_strangers(self, group: Sequence[Issue]) -> bool:
        return any(not self._may_share(group[0].resident, one.resident) for one in group[1:])

    def _print_of(self, one: Issue) -> tuple[object, ...]:
        """Return what identifies a document's pictures, volatile regions left out; of one without, itself."""
        prints: list[object] = [one.certificate]
        for page in one.sheets():
            raster = self._raster_of(page.digest, page.page)
            if raster is None:
                return (one.application,)
            hidden = inside(raster.shape, varying(page, self.volatile), _MARGIN)
            left = raster.copy()
            left[hidden] = _PAPER
            prints.append((raster.shape, hashlib.sha256(left.tobytes()).digest()))
        return tuple(prints)

    def _nearly(self, kind: Certificate) -> Iterator[tuple[Issue, Issue]]:
        """Yield documents of two strangers, of a target whose pictures carry noise, that are one picture under it."""
        documents = [one for one in self._issues if one.certificate is kind]
        for one, other in Nearest(documents, self._raster_of, self.volatile).pairs(self._may_share):
            if self._one_picture(one, other):
                yield one, other

    def _one_picture(self, one: Issue, other: Issue) -> bool:
        twin = next((i for i in self._by_key[one.key] if i.application != one.application), None)
        for number, (page, theirs) in enumerate(zip(one.sheets(), other.sheets(), strict=True)):
            mine, base = self._raster_of(page.digest, page.page), self._raster_of(theirs.digest, theirs.page)
            if mine is None or base is None:
                return False
            found = compare(mine, base, varying(page, self.volatile))
            if found.regions or found.faint:
                return False
            own = self._raster_of(twin.digest, number + 1) if twin and twin.pages == one.pages else None
            if own is not None and own.shape == mine.shape == base.shape:
                hidden = inside(own.shape, varying(page, self.volatile), _MARGIN)
                if told_apart(ink_of(mine), ink_of(own), ink_of(base), hidden):
                    return False
        return True

    def _of_others(self) -> list[Contradiction]:
        """Return issues that are another person's, whole pages or single items, as those that are settled tell."""
        oracle = self._oracle_of(one for one in self._issues if self._is_settled(one))
        return [c for pair in self._disputed() for c in self._blamed(pair, oracle)]

    def _is_settled(self, one: Issue) -> bool:
        left = [i for i in self._by_key[one.key] if i.application not in self._found]
        return one in left and all(
            pair is not None and pair.known and not pair.page
            for pair in (self._pairs.get((a.application, b.application)) for a, b in pairwise(left))
        )

    def _disputed(self) -> list[_Pair]:
        """Return the pairs that differ, and of which neither is known to be wrong."""
        return [
            p
            for p in self._pairs.values()
            if p.page and not {p.first.application, p.second.application} & self._found.keys()
        ]

    def _blamed(self, pair: _Pair, oracle: PictureOracle) -> list[Contradiction]:
        """Return which of two issues is whose: a whole page of another person's says more than single items."""
        found = []
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            raster = self._raster_of(one.digest, pair.page) if pair.page <= one.pages else None
            if raster is None:
                continue
            base = other.sheets()[pair.page - 1] if pair.page <= other.pages else None
            opinion = oracle.page(raster, base) if base else oracle.beyond(raster, one.resident, without=one.digest)
            if opinion.verdict is PictureVerdict.FOREIGN and _all_explained(pair.regions, opinion.regions):
                found.append((opinion, self._contradicted(one, other, pair, opinion)))
        most = max((sum(_area(r) for r in o.regions) for o, _ in found), default=0)
        return [c for o, c in found if sum(_area(r) for r in o.regions) == most]

    @staticmethod
    def _contradicted(one: Issue, other: Issue, pair: _Pair, opinion: PictureOpinion) -> Contradiction:
        return Contradiction(
            application=one.application,
            other=other.application,
            page=pair.page,
            donor=opinion.donor,
            regions=opinion.regions,
            steady=True,
        )

    def _unresolved(self) -> Iterator[Contradiction]:
        """Yield, of two issues that differ and are nobody else's, the second: which of them is right nobody knows."""
        seen = Counter(p.first.certificate for p in self._pairs.values() if p.known)
        differing = Counter(p.first.certificate for p in self._pairs.values() if p.page)
        for pair in self._disputed():
            kind = pair.first.certificate
            steady = seen[kind] >= _LEAST_TWINS and differing[kind] <= max(1, _STEADY_SHARE * seen[kind])
            yield Contradiction(
                application=pair.second.application,
                other=pair.first.application,
                page=pair.page,
                regions=pair.regions,
                steady=steady,
            )

    def _oracle_of(self, issues: Iterable[Issue]) -> PictureOracle:
        pages: dict[BaselinePage, None] = {
            page: None for one in issues if one.application not in self._found for page in one.sheets()
        }
        return PictureOracle(pages, self._raster_of, self.volatile, self._related)


def _all_explained(differing: Sequence[Region], explained: Sequence[Region]) -> bool:
    """Tell whether all that differs is the donor's: of two issues the other may be the wrong one, and share items."""
    return all(any(touches(r, e) for e in explained) for r in differing)


def _area(region: Region) -> int:
    return (region.right - region.left) * (region.bottom - region.top)


def _none(reason: str) -> PictureOpinion:
    return PictureOpinion(verdict=PictureVerdict.NONE, reason=reason)
