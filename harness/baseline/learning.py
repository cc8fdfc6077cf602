"""Learns which tokens change from issue to issue, across residents: dates and times by value, numbers by difference.

A place becomes volatile only where (nearly) everybody's token there behaves so. What tells residents apart is the same
in two issues of one application, so it fails that for everybody; what the register holds of anybody never becomes
volatile whatever it does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from harness.baseline.align import align
from harness.baseline.issued import Issued, Sheet, twins
from harness.baseline.moment import Moment, shifted
from harness.baseline.places import places_of
from harness.baseline.tokens import Kind, Token, runs_of
from harness.baseline.volatile import pattern_of
from harness.reading.dates import Day
from harness.records.baseline import VolatileKind, VolatileToken
from harness.records.certificates import Certificate

ENOUGH = 3  # residents; fewer may agree by chance
_SHARE = 0.95  # of the residents that have the place; the rest are what a faulty issuer does, and become findings
_FEW_WORDS = 0.5  # distinct words per resident: what tells residents apart has one for each
_LEAST_WORD = 2  # characters of a register's item that can be recognised inside a word
_LEAST_ITEM = 4  # the same of a number: shorter ones are met by chance

_FAMILIES = {VolatileKind.SHIFTED_DATE: ENOUGH}  # that must have the place; nothing but its sameness speaks for a date

_Key = tuple[str, str]  # text before, text behind; one of them ""


@dataclass(slots=True)
class _Tally:
    """What was seen at one place by one rule."""

    seen: set[str] = field(default_factory=set)  # residents
    fail: set[str] = field(default_factory=set)
    samples: set[str] = field(default_factory=set)

    def holds(self, least: int = ENOUGH) -> bool:
        return len(self.seen) >= least and len(self.fail) <= (1 - _SHARE) * len(self.seen)

    def families(self, family_of: FamilyOf) -> int:
        return len({family_of(resident) for resident in self.seen})

    def add(self, other: _Tally) -> None:
        self.seen |= other.seen
        self.fail |= other.fail
        self.samples |= other.samples


FamilyOf = Callable[[str], str]  # a resident to the one that stands for all who may be on one another's documents
_Tallies = dict[tuple[VolatileKind, _Key], _Tally]


def learn_tokens(
    issued: Sequence[Issued], items: Collection[str], family_of: FamilyOf = lambda resident: resident
) -> tuple[VolatileToken, ...]:
    """Return the volatile tokens of a baseline's documents; `items` is all that the register holds, folded.

    One family alone never makes a place volatile: its members share names, addresses and each other's dates.
    A certificate that fewer than ENOUGH residents were issued learns from the others where its own agree.
    Deterministic: sorted by certificate, kind and place.
    """
    kinds: dict[Certificate, list[Issued]] = {}
    for one in issued:
        kinds.setdefault(one.key.certificate, []).append(one)
    known = frozenset(items)
    own = {kind: _tallies(documents, known) for kind, documents in kinds.items()}
    pooled: _Tallies = {}
    for tallies in own.values():
        for place, tally in tallies.items():
            pooled.setdefault(place, _Tally()).add(tally)
    return tuple(token for kind in sorted(own) for token in _volatile(kind, own[kind], pooled, family_of))


def _volatile(
    certificate: Certificate, own: _Tallies, pooled: _Tallies, family_of: FamilyOf
) -> Iterator[VolatileToken]:
    widest: dict[VolatileKind, dict[_Key, int]] = {}
    for (kind, key), tally in sorted(own.items(), key=lambda o: (o[0][0], -len(o[0][1][0] + o[0][1][1]), o[0][1])):
        pool = pooled[kind, key]
        if not (tally.holds() or (len(tally.seen) < ENOUGH and tally.holds(1) and pool.holds())):
            continue
        if pool.families(family_of) < _FAMILIES.get(kind, 2) or (kind is VolatileKind.WORD and not _few(pool)):
            continue
        if kind is VolatileKind.SHIFTED_DATE and key in widest.get(VolatileKind.ISSUE_DATE, {}):
            continue
        wider = widest.setdefault(kind, {})
        if any(_inside(key, other) and count >= len(tally.seen) for other, count in wider.items()):
            continue
        wider[key] = len(tally.seen)
        yield VolatileToken(
            certificate=certificate,
            label=key[0],
            after=key[1],
            kind=kind,
            pattern=pattern_of(sorted(pool.samples)) if kind is VolatileKind.NUMBER else "",
            words=tuple(sorted(pool.samples)) if kind is VolatileKind.WORD else (),
            residents=len(tally.seen),
            differing=len(tally.seen - tally.fail),
        )


def _few(tally: _Tally) -> bool:
    return len(tally.samples) <= max(2, _FEW_WORDS * len(tally.seen))


def _inside(key: _Key, wider: _Key) -> bool:
    if key[0]:
        return wider[0].endswith(key[0])
    return bool(wider[1]) and wider[1].startswith(key[1])


def _tallies(documents: Sequence[Issued], items: frozenset[str]) -> _Tallies:
    tallies: _Tallies = {}
    pairs = list(twins(documents))
    for one in documents:
        for sheet in one.pages:
            _by_value(tallies, one, sheet.text, items)
    for a, b in pairs:
        for base, now in zip(a.pages, b.pages, strict=False):
            _by_difference(tallies, a.key.resident, base, now, items)
    _with_words_that_stayed(tallies, pairs)
    _without_strays(tallies)
    return tallies


def _by_value(tallies: _Tallies, one: Issued, text: str, items: frozenset[str]) -> None:
    tokens = runs_of(text)
    for token, place in zip(tokens, places_of(tokens), strict=True):
        for kind in _RULES.get(token.kind, ()):
            registered = kind is VolatileKind.SHIFTED_DATE and _iso(token.day) in items
            for key in place.texts():
                tally = tallies.setdefault((kind, key), _Tally())
                tally.seen.add(one.key.resident)
                if registered:
                    tally.fail.add(one.key.resident)
                if kind is VolatileKind.SHIFTED_DATE:
                    tally.samples |= {f"{d[0]}-{d[1]}-{d[2]}/{_told(token.day)}" for d in one.moment.days[-1:]}
                elif not _holds(kind, token, one.moment):
                    tally.fail.add(one.key.resident)


_RULES = {
    Kind.DATE: (VolatileKind.ISSUE_DATE, VolatileKind.SHIFTED_DATE),
    Kind.TIME: (VolatileKind.TIME,),
    Kind.YEAR: (VolatileKind.YEAR,),
}


def _holds(kind: VolatileKind, token: Token, moment: Moment) -> bool:
    match kind:
        case VolatileKind.ISSUE_DATE:
            return token.day in moment.days
        case VolatileKind.TIME:
            return moment.is_near(token.amount)
        case _:
            return moment.is_year(token.amount)


def _iso(day: Day | None) -> str:
    return "{}-{:02}-{:02}".format(*day) if day else ""


def _told(day: Day | None) -> str:
    return "-".join(map(str, day or ()))


def _by_difference(tallies: _Tallies, resident: str, base: Sheet, now: Sheet, items: frozenset[str]) -> None:
    """Count numbers that differ or stay, and words that differ, between two issues of one application."""
    for side in align(base, now):
        if side.base is None or side.now is None or side.base.kind is not side.now.kind:
            continue
        same = side.base.text == side.now.text
        kind = _BY_DIFFERENCE.get(side.base.kind)
        if kind is None or (kind is VolatileKind.WORD and same):
            continue
        registered = not same and (_registered(side.base, items) or _registered(side.now, items))
        for key in side.place.texts():
            tally = tallies.setdefault((kind, key), _Tally())
            tally.seen.add(resident)
            tally.samples |= {side.base.text, side.now.text}
            if same or registered:
                tally.fail.add(resident)


_BY_DIFFERENCE = {
    Kind.NUMBER: VolatileKind.NUMBER,
    Kind.WORD: VolatileKind.WORD,
    Kind.IMAGE: VolatileKind.IMAGE,
}


def _registered(token: Token, items: frozenset[str]) -> bool:
    """Tell whether a token is, or a word holds, what the register knows of somebody."""
    if token.text in items:
        return token.kind is Kind.WORD or len(token.text) >= _LEAST_ITEM
    return token.kind is Kind.WORD and any(len(i) > _LEAST_WORD and i in token.text for i in items)


def _with_words_that_stayed(tallies: _Tallies, pairs: Iterable[tuple[Issued, Issued]]) -> None:
    """Count against a place of words whoever has a word there that did not change."""
    places = {key for kind, key in tallies if kind is VolatileKind.WORD}
    if not places:
        return
    for a, b in pairs:
        for base, now in zip(a.pages, b.pages, strict=False):
            for side in align(base, now):
                if side.base is None or side.base.kind is not Kind.WORD or side.base != side.now:
                    continue
                for key in places.intersection(side.place.texts()):
                    tallies[VolatileKind.WORD, key].fail.add(a.key.resident)
                    tallies[VolatileKind.WORD, key].seen.add(a.key.resident)


def _without_strays(tallies: _Tallies) -> None:
    """Drop dates that do not keep one distance from the day of issue for everybody."""
    for (kind, key), tally in list(tallies.items()):
        if kind is VolatileKind.SHIFTED_DATE and not _one_distance(tally.samples):
            del tallies[kind, key]


def _one_distance(samples: Iterable[str]) -> bool:
    days = [tuple(_day(d) for d in sample.split("/")) for sample in sorted(samples)]
    (issue, value), *others = days
    return all(v == value or shifted(value, issue, v, i) for i, v in others)


def _day(text: str) -> Day:
    year, month, day = map(int, text.split("-"))
    return year, month, day
