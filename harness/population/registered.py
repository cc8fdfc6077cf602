"""What the population holds of a resident, in the words of a change of the register."""

from __future__ import annotations

from collections.abc import Mapping

from harness.records.resident import Resident


def registered(resident: Resident, field: str) -> str | None:
    """Return the value that a change back would have; None where it is unknown, or there is no such field."""
    if field == "seal":
        return None if resident.seal is None else "cancelled" if resident.seal.cancelled_on else "registered"
    value = getattr(resident, field, None)
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def before(residents: Mapping[str, Resident], resident: str, field: str) -> str | None:
    """Return what the population holds of somebody, who may be none of it; None where it is unknown."""
    return registered(residents[resident], field) if resident in residents else None
