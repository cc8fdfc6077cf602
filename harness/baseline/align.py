"""Lays two issues of a page side by side: which token of one stands where which token of the other does."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from harness.baseline.issued import Sheet
from harness.baseline.places import Place, places_of
from harness.baseline.tokens import Kind, Token, Tokens, runs_of, tokens_of

_MOST_TOKENS = 3000  # beyond that a page is compared from its ends only: time stays bounded whatever is on it


class Side(NamedTuple):
    """Counterparts on two pages; None where one has nothing there. `place` is the base's, or else the page's."""

    place: Place
    base: Token | None
    now: Token | None


def align(base: Sheet, now: Sheet) -> tuple[Side, ...]:
    """Return all counterparts of two pages in the base's order, bitmaps behind the text.

    Where the words agree however lines break, tokens are paired in their order; else by the longest common parts.
    """
    return (*_texts(base.text, now.text), *_images(base.images, now.images))


def placed(sheet: Sheet) -> Iterator[tuple[Token, Place]]:
    """Yield every token of a page, words apart, with its place; bitmaps behind the text."""
    tokens = tokens_of(sheet.text)
    yield from zip(tokens, places_of(tokens), strict=True)
    for number, digest in enumerate(sheet.images, 1):
        yield Token(Kind.IMAGE, digest), _place_of_image(number, len(sheet.images))


def _place_of_image(number: int, of: int) -> Place:
    return Place(f"image {number}/{of}", "")


def _texts(base: str, now: str) -> Iterator[Side]:
    a, b = runs_of(base), runs_of(now)
    if [t.key for t in a] == [t.key for t in b]:
        return (Side(p, s, t) for p, s, t in zip(places_of(a), a, b, strict=True))
    return _matched(tokens_of(base), tokens_of(now))


def _images(base: tuple[str, ...], now: tuple[str, ...]) -> Iterator[Side]:
    """Pair bitmaps in their order on the page; where their numbers differ, those that are the same first."""
    if len(base) != len(now):
        common = [d for d in base if d in now]
        base = (*common, *(d for d in base if d not in common))
        now = (*common, *(d for d in now if d not in common))
    for number, (one, other) in enumerate(zip_longest(base, now), 1):
        yield Side(_place_of_image(number, len(base)), _bitmap(one), _bitmap(other))


def _bitmap(digest: str | None) -> Token | None:
    return None if digest is None else Token(Kind.IMAGE, digest)


def _matched(a: Tokens, b: Tokens) -> Iterator[Side]:
    places, there = places_of(a), places_of(b)
    for op, i, i_end, j, j_end in _opcodes(a, b):
        if op != "equal" and i_end - i != j_end - j:
            yield from (Side(places[n], a[n], None) for n in range(i, i_end))
            yield from (Side(there[n], None, b[n]) for n in range(j, j_end))
            continue
        for m, n in zip_longest(range(i, i_end), range(j, j_end)):
            yield Side(places[m], a[m], b[n])


def _opcodes(a: Tokens, b: Tokens) -> list[tuple[str, int, int, int, int]]:
    left, right = [t.key for t in a], [t.key for t in b]
    if max(len(left), len(right)) <= _MOST_TOKENS:
        return list(SequenceMatcher(None, left, right, autojunk=False).get_opcodes())
    head = _common(left, right)
    tail = _common(left[head:][::-1], right[head:][::-1])
    return [
        ("equal", 0, head, 0, head),
        ("replace", head, len(a) - tail, head, len(b) - tail),
        ("equal", len(a) - tail, len(a), len(b) - tail, len(b)),
    ]


def _common(left: list[str], right: list[str]) -> int:
    """Return how many first elements agree."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
