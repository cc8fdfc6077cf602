"""What all records of the journal have in common."""

from __future__ import annotations

from msgspec import Struct


# gc=False: records hold no cycles, and searching a million of them for garbage takes longer than judging them.
class Record(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="t", gc=False):
    """Base of all journal records."""
