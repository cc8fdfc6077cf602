"""The work table (作業テーブル): through it the reading of the register hands an extract to the making of a document.

Issue and update programs both work with it; a row belongs to one piece of work, named by its slot.
"""

from __future__ import annotations

import msgspec

from mock_issuer.people import Extract
from mock_issuer.spool import Spool

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Extract).decode


class WorkTable:
    """One process's access."""

    def __init__(self, spool: Spool) -> None:
        """Use the tables that all nodes share."""
        self._run = spool.run

    def put(self, slot: str, extract: Extract) -> None:
        """Write the row of a slot, over whatever is there."""
        self._run("INSERT OR REPLACE INTO work VALUES (?, ?)", (slot, _encode(extract)))

    def take(self, slot: str) -> Extract | None:
        """Read the row of a slot and remove it; None if there is none."""
        row = self._run("DELETE FROM work WHERE slot = ? RETURNING body", (slot,)).fetchone()
        return _decode(row[0]) if row else None
