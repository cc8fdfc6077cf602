"""Turns the rows of an extract into keyed digests: whoever has not the key learns nothing from them but equality."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from harness.csv_stream import CsvStream
from harness.reconcile.mapping import Columns, Mapping, Rule, Side

KEY_BYTES = 16  # 128 bits: among a million people two that are equal by chance do not occur
ITEM_BYTES = 8
SECRET_BYTES = 32
_SEPARATOR = "\x1f"
_NO_DIGIT = re.compile(r"\D+")
_KANA = re.compile("[\uff65-\uff9f]+")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
# Full-width ASCII and the ideographic space, half-width kana: forms of one character, unlike 髙 and 高.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

Normal = Callable[[str], str]


class Digested(NamedTuple):
    """One row: the line it ends at, the digest of its key (b"" where it has none) and of each item, in one piece."""

    line: int
    key: bytes
    items: bytes


def digested(
    stream: CsvStream, columns: Columns, items: tuple[str, ...], mapping: Mapping, side: Side, secret: bytes
) -> Iterator[Digested]:
    """Yield the rows of one extract as digests under `secret`, in order."""
    key_of = key_digest(columns, mapping, secret)
    begun = hashlib.blake2b(digest_size=ITEM_BYTES, key=secret)
    work = [
        (place, _normal(mapping.rules.get(item, Rule.EXACT)), side.values.get(item, {}))
        for item, place in zip(items, columns.items, strict=True)
    ]
    for line, cells in stream.rows():
        parts = []
        for place, normal, values in work:
            text = normal(cells[place])
            digest = begun.copy()
            digest.update(values.get(text, text).encode() if values else text.encode())
            parts.append(digest.digest())
        yield Digested(line, key_of(cells), b"".join(parts))


def key_digest(columns: Columns, mapping: Mapping, secret: bytes) -> Callable[[list[str]], bytes]:
    """Return the function that gives the digest of a row's key, b"" where all its columns are blank."""
    normal = _normal(mapping.key_rule)
    begun = hashlib.blake2b(digest_size=KEY_BYTES, key=secret)

    def of(cells: list[str]) -> bytes:
        parts = [normal(cells[place]) for place in columns.key]
        if not any(parts):
            return b""
        text = _SEPARATOR.join(parts)
        digest = begun.copy()
        digest.update((_ZEROS.sub("", text) if mapping.key_without_zeros else text).encode())
        return digest.digest()

    return of


def _normal(rule: Rule) -> Normal:
    return {Rule.EXACT: _exact, Rule.WIDTH: _width, Rule.DIGITS: _digits}[rule]


def _exact(text: str) -> str:
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _width(text: str) -> str:
    return _exact(_KANA.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text.translate(_WIDE)))


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", unicodedata.normalize("NFKC", text))
