"""The test residents a report must name: what the register holds of victims, donors and neighbours."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.records.resident import Resident


class _Key(Struct):
    """Just enough of a line to know whose it is: most lines are skipped."""

    key: str


def read_residents(population: Path, wanted: Collection[str]) -> dict[str, Resident]:
    """Return the residents of `wanted` that `population/residents.jsonl` holds; none where there is no such file.

    A line that cannot be read leaves its resident out: the report then shows the key alone.
    """
    path = population / "residents.jsonl"
    if not path.exists():
        return {}
    found: dict[str, Resident] = {}
    keys = msgspec.json.Decoder(_Key)
    with path.open("rb") as lines:
        for line in lines:
            try:
                if keys.decode(line).key in wanted:
                    resident = msgspec.json.decode(line, type=Resident)
                    found[resident.key] = resident
            except msgspec.DecodeError:
                continue
    return found


def registered(resident: Resident | None, item: str) -> str:
    """Return what the register holds for an item of the evidence; "" where it is no plain item or not known."""
    value = getattr(resident, item, None) if item in Resident.__struct_fields__ else None
    return value if isinstance(value, str) else ""
