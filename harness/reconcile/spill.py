"""Keeps the digests of an extract on disk, in parts by key, so that memory stays small however many rows there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.reconcile.digests import KEY_BYTES, Digested

PARTS = 64  # of a million rows some 16,000 each: a few MB at a time
_BUFFER_BYTES = 1 << 16
_LINE_BYTES = 5


class Spill:
    """The rows of one extract, by the first byte of their key. Holds digests and line numbers only."""

    def __init__(self, folder: Path, item_bytes: int) -> None:
        """Write into `folder`, which must exist; `item_bytes` is the length of `Digested.items`."""
        self._folder, self._item_bytes = folder, item_bytes
        self.rows = 0
        self.without_key: list[int] = []  # their lines

    def take(self, rows: Iterable[Digested]) -> None:
        """Write all rows; call once."""
        buffers = [bytearray() for _ in range(PARTS)]
        files = [self._part(number).open("wb") for number in range(PARTS)]
        try:
            for line, key, items in rows:
                self.rows += 1
                if not key:
                    self.without_key.append(line)
                    continue
                part = key[0] % PARTS
                buffers[part] += key + items + line.to_bytes(_LINE_BYTES, "big")
                if len(buffers[part]) >= _BUFFER_BYTES:
                    files[part].write(buffers[part])
                    buffers[part].clear()
            for file, buffer in zip(files, buffers, strict=True):
                file.write(buffer)
        finally:
            for file in files:
                file.close()

    def part(self, number: int) -> Iterator[tuple[bytes, bytes, int]]:
        """Yield (key, items, line) of one part, in the order of the file."""
        size = KEY_BYTES + self._item_bytes + _LINE_BYTES
        body = self._part(number).read_bytes()
        for start in range(0, len(body), size):
            end = start + size
            line = int.from_bytes(body[end - _LINE_BYTES : end], "big")
            yield body[start : start + KEY_BYTES], body[start + KEY_BYTES : end - _LINE_BYTES], line

    def _part(self, number: int) -> Path:
        return self._folder / f"{number:02d}"
