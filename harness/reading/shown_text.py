"""Tells what the strings in a page's content say, by the maps that the fonts bring: for plain fonts and maps only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from harness.reading.anatomy import Anatomy, objects_in, unfolded
from harness.reading.file_parts import Stream
from harness.reading.string_objects import string_bytes

_FONT = re.compile(rb"/([^\s/\[\]<>()]+)\s+[\d.+-]+\s+Tf\b")
# after these another font may be in force
_SET_BACK = re.compile(rb"(?<![^\s\])>])(?:Q|gs|BI|Do)(?![^\s\[(</])")
_TO_UNICODE = re.compile(rb"/ToUnicode (\d+) 0 R")
_RANGE = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_CODES = re.compile(rb"begincodespacerange\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*endcodespacerange")
_LARGEST_RANGE = 256
_CHARACTER = 4  # hexadecimal digits of a target that is one character

Codes = dict[bytes, bytes]  # of the codes' digits, in small letters, to the digits of what they stand for


class Unlike(Exception):
    """Documents cannot be compared, or differ in more than figures."""


def like(condition: bool) -> None:
    """Raise Unlike unless `condition` holds."""
    if not condition:
        raise Unlike


def font_at(before: bytes) -> bytes:
    """Return the name of the font in force after some content; it must have been chosen since anything set it back."""
    end = before.rfind(b"Tf")
    chosen = [found for found in _FONT.finditer(before, max(0, end - 80), end + 2) if found.end() == end + 2]
    like(len(chosen) == 1 and _SET_BACK.search(before, end) is None)
    return chosen[0][1]


def codes_of(file: Anatomy, around: bytes, font: bytes) -> Codes:
    """Return the map of codes of the font that has this name on every page."""
    number = _map_of(around, font)
    maps = [s for s in file.streams if s.number == number]
    like(len(maps) == 1)
    codes = _code_map(maps[0].data, maps[0].header)
    like(bool(codes))
    return codes


@lru_cache(maxsize=64)
def _map_of(around: bytes, font: bytes) -> int:
    """Return the number of the map of the one font that has this name; 0 where there is none, or several."""
    objects = set(re.findall(b"/" + re.escape(font) + rb" (\d+) 0 R", around))
    pointer = _TO_UNICODE.search(objects_in(around).get(objects.pop(), b"")) if len(objects) == 1 else None
    return int(pointer[1]) if pointer else 0


@lru_cache(maxsize=64)
def _code_map(data: bytes, header: bytes) -> Codes:
    """Return what a ToUnicode map tells of the codes of single characters; {} for a map that is not plain."""
    packed = b"/Filter" in header
    content = unfolded(Stream(0, header, data)) if packed else data
    space = _CODES.search(content) if content else None
    if content is None or space is None or len(space[1]) != len(space[2]):
        return {}
    pairs: list[tuple[bytes, bytes]] = []
    for kind, entries in _RANGE.findall(content):
        entry, plain = _patterns(kind == b"bfrange", len(space[1]))
        if plain.fullmatch(entries) is None:
            return {}
        found = entry.findall(entries)
        pairs += found if kind == b"bfchar" else (pair for one in found for pair in _ranged(*one))
    codes = {code.lower(): target for code, target in pairs}
    return codes if len(codes) == len(pairs) else {}


@lru_cache(maxsize=16)
def _patterns(ranges: bool, digits: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Return what matches one entry of a map, and all of them, of codes of so many digits."""
    code, target = rb"\s*<([0-9A-Fa-f]{%d})>" % digits, rb"\s*<([0-9A-Fa-f]*)>"
    entry = code * (1 + ranges) + target
    return re.compile(entry), re.compile(rb"(?:" + entry.replace(b"(", b"(?:") + rb")*\s*")


def _ranged(low: bytes, high: bytes, target: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the codes of a range, each with its character."""
    first, last = int(low, 16), int(high, 16)
    if len(target) == _CHARACTER and last - first < _LARGEST_RANGE:
        for more in range(last - first + 1):
            yield b"%0*x" % (len(low), first + more), b"%04x" % (int(target, 16) + more)


def decoded(string: bytes, codes: Codes) -> str:
    """Return what a string of a content stream says; every code must be one character."""
    digits = string_bytes(string).hex().encode()
    size = len(next(iter(codes)))
    like(len(digits) % size == 0)
    targets = [codes.get(digits[n : n + size], b"") for n in range(0, len(digits), size)]
    like(all(len(target) == _CHARACTER for target in targets))
    return "".join(chr(int(target, 16)) for target in targets)
