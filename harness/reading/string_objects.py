"""The bytes of string objects as PDF files and their content streams write them (PDF 32000-1, 7.3.4)."""

from __future__ import annotations

import re

_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_ESCAPED |= {b"%0*o" % (digits, code): bytes([code & 0xFF]) for digits in (1, 2, 3) for code in range(8**digits)}


def string_bytes(written: bytes) -> bytes:
    """Return what `(...)` or `<...>` stands for; raise ValueError for what are no hexadecimal digits."""
    inside = written[1:-1]
    if written.startswith(b"<"):
        digits = b"".join(inside.split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    return _ESCAPE.sub(_unescaped, inside) if b"\\" in inside else inside


def _unescaped(found: re.Match[bytes]) -> bytes:
    escape = found[1]
    return _ESCAPED.get(escape, escape)
