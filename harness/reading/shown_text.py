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
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
_ODD = re.compile(rb"usecmap|begincidrange|\[|%")
_CODES = re.compile(rb"begincodespacerange\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*endcodespacerange")
_LARGEST_RANGE = 256

Codes = dict[bytes, str]


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
    size, codes = len(space[1]) // 2, Codes()
    for kind, entries in _RANGE.findall(content):
        if _ODD.search(entries):
            return {}
        numbers = [bytes.fromhex(n.decode()) for n in _HEX.findall(entries)]
        for code, character in _entries(kind == b"bfrange", numbers):
            if len(code) != size or codes.setdefault(code, character) != character:
                return {}
    return codes


def _entries(ranges: bool, numbers: list[bytes]) -> Iterator[tuple[bytes, str]]:
    step = 3 if ranges else 2
    if len(numbers) % step:
        yield b"", ""  # of no size: the map is not plain
        return
    for place in range(0, len(numbers), step):
        first, last, target = numbers[place], numbers[place + step - 2], numbers[place + step - 1]
        low, high = int.from_bytes(first), int.from_bytes(last)
        if len(target) != 2 or high - low >= _LARGEST_RANGE:
            continue  # not one character each
        for more in range(high - low + 1):
            yield (low + more).to_bytes(len(first)), chr(int.from_bytes(target) + more)


def decoded(string: bytes, codes: Codes) -> str:
    """Return what a string of a content stream says; every code must be one character."""
    raw = string_bytes(string)
    size = len(next(iter(codes)))
    like(len(raw) % size == 0)
    characters = [codes.get(raw[n : n + size], "") for n in range(0, len(raw), size)]
    like(all(characters))
    return "".join(characters)
