"""Compares two extracts: counts, and which items differ for how many people. What people are called is not kept."""

from __future__ import annotations

import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from harness.csv_stream import CsvStream
from harness.errors import ConfigError
from harness.reconcile.digests import ITEM_BYTES, SECRET_BYTES, digested
from harness.reconcile.mapping import Columns, Mapping, Side, columns_of
from harness.reconcile.spill import PARTS, Spill

LISTED = 10_000  # differences told one by one; of a data link that lost everything the count says enough
_TOKEN_DIGITS = 16


class Kind(StrEnum):
    """How one person's entries differ."""

    ONLY_A = "only_a"
    ONLY_B = "only_b"
    DIFFERS = "differs"
    REPEATED_A = "repeated_a"  # the same key more than once in A
    REPEATED_B = "repeated_b"


class Extract(Struct, frozen=True, kw_only=True):
    """One extract, as read."""

    file: str  # name only
    encoding: str
    rows: int
    people: int  # distinct keys
    repeated: int  # further rows of a key
    without_key: int
    taken: str  # ISO time
    taken_from: str  # "declared" | "file": the file's own time of last change


class ItemCount(Struct, frozen=True, kw_only=True):
    """One item, and for how many people it differs."""

    item: str
    differing: int


class Difference(Struct, frozen=True, kw_only=True):
    """One person's difference, under a token that only the secret turns back into a key."""

    kind: Kind
    token: str
    items: tuple[str, ...] = ()
    line_a: int = 0  # 0: not there
    line_b: int = 0


class Reconciliation(Struct, frozen=True, kw_only=True):
    """What the comparison found. Holds nothing of any person."""

    a: Extract
    b: Extract
    same: int
    differing: int
    only_a: int
    only_b: int
    items: tuple[ItemCount, ...]  # all that were compared
    differences: tuple[Difference, ...]  # at most LISTED

    @property
    def agree(self) -> bool:
        """Whether both extracts hold the same people with the same items, each once and all with a key."""
        unclear = self.a.repeated + self.b.repeated + self.a.without_key + self.b.without_key
        return not (self.differing or self.only_a or self.only_b or unclear)


def reconcile(file_a: Path, file_b: Path, mapping: Mapping, secret: bytes | None = None) -> Reconciliation:
    """Compare two extracts under `secret` (None: a fresh one, thrown away afterwards).

    Memory does not grow with the rows: digests are put aside in a temporary folder. Raises ConfigError.
    """
    a, b = (
        CsvStream(file_a, mapping.a.encoding, mapping.a.delimiter),
        CsvStream(file_b, mapping.b.encoding, mapping.b.delimiter),
    )
    items, columns_a, columns_b = columns_of(a, b, mapping)
    secret = secret or secrets.token_bytes(SECRET_BYTES)
    with tempfile.TemporaryDirectory(prefix="honnin-reconcile-") as folder:
        spill_a = _spilt(Path(folder) / "a", a, columns_a, items, mapping, mapping.a, secret)
        spill_b = _spilt(Path(folder) / "b", b, columns_b, items, mapping, mapping.b, secret)
        if not (spill_a.rows or spill_b.rows):  # nobody is compared, and nothing would differ
            raise ConfigError(a.file, "", "has a heading but no rows; give the whole extract")
        comparison = _Comparison(items)
        for number in range(PARTS):
            comparison.part(spill_a.part(number), spill_b.part(number))
    counts = comparison.counts
    return Reconciliation(
        a=_extract(a, spill_a, mapping.a, counts["people_a"], counts[Kind.REPEATED_A]),
        b=_extract(b, spill_b, mapping.b, counts["people_b"], counts[Kind.REPEATED_B]),
        same=counts["same"],
        differing=counts[Kind.DIFFERS],
        only_a=counts[Kind.ONLY_A],
        only_b=counts[Kind.ONLY_B],
        items=tuple(ItemCount(item=i, differing=n) for i, n in zip(items, comparison.by_item, strict=True)),
        differences=tuple(sorted(comparison.differences, key=lambda d: (d.line_a or d.line_b, d.line_b))),
    )


def _spilt(
    folder: Path,
    stream: CsvStream,
    columns: Columns,
    items: tuple[str, ...],
    mapping: Mapping,
    side: Side,
    secret: bytes,
) -> Spill:
    folder.mkdir()
    spill = Spill(folder, ITEM_BYTES * len(items))
    spill.take(digested(stream, columns, items, mapping, side, secret))
    return spill


def _extract(stream: CsvStream, spill: Spill, side: Side, people: int, repeated: int) -> Extract:
    changed = datetime.fromtimestamp(stream.file.stat().st_mtime, UTC).astimezone()
    return Extract(
        file=stream.file.name,
        encoding=stream.encoding,
        rows=spill.rows,
        people=people,
        repeated=repeated,
        without_key=len(spill.without_key),
        taken=side.taken or changed.isoformat(timespec="seconds"),
        taken_from="declared" if side.taken else "file",
    )


Rows = Iterator[tuple[bytes, bytes, int]]


class _Comparison:
    """Counts under way; one part of the keys after the other."""

    def __init__(self, items: tuple[str, ...]) -> None:
        self._items = items
        self.counts: Counter[str] = Counter()
        self.by_item = [0] * len(items)
        self.differences: list[Difference] = []

    def part(self, rows_a: Rows, rows_b: Rows) -> None:
        """Compare the rows of one part of the keys."""
        of_a = self._distinct(rows_a, Kind.REPEATED_A)
        of_b = self._distinct(rows_b, Kind.REPEATED_B)
        self.counts["people_a"] += len(of_a)
        self.counts["people_b"] += len(of_b)
        for key, (items, line) in of_a.items():
            other = of_b.get(key)
            if other is None:
                self._tell(Kind.ONLY_A, key, line_a=line)
            elif other[0] == items:
                self.counts["same"] += 1
            else:
                self._tell(Kind.DIFFERS, key, self._differing(items, other[0]), line, other[1])
        for key, (_, line) in of_b.items():
            if key not in of_a:
                self._tell(Kind.ONLY_B, key, line_b=line)

    def _distinct(self, rows: Rows, repeated: Kind) -> dict[bytes, tuple[bytes, int]]:
        """Return the first row of every key; further ones are told."""
        first: dict[bytes, tuple[bytes, int]] = {}
        for key, items, line in rows:
            if key not in first:
                first[key] = (items, line)
            elif repeated is Kind.REPEATED_A:
                self._tell(repeated, key, line_a=line)
            else:
                self._tell(repeated, key, line_b=line)
        return first

    def _differing(self, a: bytes, b: bytes) -> tuple[str, ...]:
        places = [
            n for n in range(len(self._items)) if a[n * ITEM_BYTES :][:ITEM_BYTES] != b[n * ITEM_BYTES :][:ITEM_BYTES]
        ]
        for place in places:
            self.by_item[place] += 1
        return tuple(self._items[place] for place in places)

    def _tell(self, kind: Kind, key: bytes, items: tuple[str, ...] = (), line_a: int = 0, line_b: int = 0) -> None:
        self.counts[kind] += 1
        if len(self.differences) < LISTED:
            token = key.hex()[:_TOKEN_DIGITS]
            self.differences.append(Difference(kind=kind, token=token, items=items, line_a=line_a, line_b=line_b))
