"""Documents as the baseline oracle sees them: who asked for what, when, and what the pages say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from harness.baseline.moment import Moment
from harness.records.certificates import Certificate, Options
from harness.records.reading import ImageRead, Reading


class Key(NamedTuple):
    """What the same document is issued for, again and again, as long as the register stands still."""

    resident: str
    certificate: Certificate
    options: Options


class Sheet(NamedTuple):
    """One page: its visible text, and the digests of its bitmaps from top left to bottom right."""

    text: str
    images: tuple[str, ...] = ()


class Issued(NamedTuple):
    """One document that was issued quietly."""

    key: Key
    application: str
    delivery: str
    digest: str
    moment: Moment
    pages: tuple[Sheet, ...]


def key_of(resident: str, certificate: Certificate, options: Options) -> Key:
    """Return the key of an application; how many copies were asked for changes no page."""
    return Key(resident, certificate, replace(options, copies=1))


def sheets_of(reading: Reading) -> tuple[Sheet, ...]:
    """Return the pages of a reading."""
    return tuple(Sheet(page.text, tuple(i.digest for i in _in_order(page.images))) for page in reading.pages)


def _in_order(images: Iterable[ImageRead]) -> list[ImageRead]:
    return sorted(images, key=lambda i: (-round(i.box[3]), round(i.box[0]), i.width, i.height))


def by_key(issued: Iterable[Issued]) -> dict[Key, list[Issued]]:
    """Return the issues of each application, in their order."""
    found: dict[Key, list[Issued]] = {}
    for one in issued:
        found.setdefault(one.key, []).append(one)
    return found


def twins(issued: Iterable[Issued]) -> Iterator[tuple[Issued, Issued]]:
    """Yield every two issues of one application that follow on each other."""
    for same in by_key(issued).values():
        yield from pairwise(same)
