"""Register updates from outside: moves, name changes, deaths, cancelled seals, 支援措置."""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec import Struct

from mock_issuer import clock
from mock_issuer.people import Residency, Resident
from mock_issuer.refusals import Refusal
from mock_issuer.register import Register, Snapshot, encode, record_change

_TEXT_FIELDS = frozenset(
    {"address", "name", "kana", "former_name", "alias", "relation", "householder", "remarks", "honseki", "hittousha"}
)
_FLAGS = frozenset({"restricted", "gaiji_pending"})
_RESIDENCIES = frozenset({Residency.RESIDENT, Residency.MOVED_OUT, Residency.DECEASED})
FIELDS = tuple(sorted(_TEXT_FIELDS | _FLAGS | {"seal", "residency"}))


class Update(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change to one field of one resident."""

    resident: str
    field: str
    value: str | bool
    update: str = ""  # the sender's name for it; written down, not interpreted


def apply_update(register: Register, update: Update) -> int:
    """Change the register and return its new version.

    Raises Refusal: 404 for an unknown resident, 409 for a field or value that cannot be changed so.
    """
    with register.change() as run:
        resident = Snapshot(run).resident(update.resident)
        if resident is None:
            raise Refusal(404, "RESIDENT_UNKNOWN", f"no resident {update.resident!r} in the register")
        version = record_change(run, update.update, update.resident, update.field, str(update.value))
        if update.field == "seal":
            _change_seal(run, update, version)
        else:
            changed = changed_by(resident, update)
            run.execute("UPDATE resident SET body = ? WHERE key = ?", (encode(changed), changed.key))
        return version


def changed_by(resident: Resident, update: Update) -> Resident:
    """Return a resident as changed by an update of any field but the seal. Raises Refusal 409."""
    replace = msgspec.structs.replace
    field, value = update.field, update.value
    if field in _TEXT_FIELDS and isinstance(value, str):
        return replace(resident, **{field: value})
    if field in _FLAGS and str(value).lower() in {"true", "false"}:
        return replace(resident, **{field: str(value).lower() == "true"})
    if field == "residency" and value in _RESIDENCIES:
        left_on = None if value == Residency.RESIDENT else clock.today().isoformat()
        return replace(resident, residency=Residency(str(value)), left_on=left_on)
    raise _not_so(update)


def _change_seal(run: sqlite3.Connection, update: Update, version: int) -> None:
    if update.value not in {"cancelled", "registered"}:
        raise _not_so(update)
    cancelled_on = clock.today().isoformat() if update.value == "cancelled" else None
    cursor = run.execute(
        "UPDATE seal SET cancelled_on = ?, version = ? WHERE resident = ?", (cancelled_on, version, update.resident)
    )
    if cursor.rowcount == 0:
        raise Refusal(409, "SEAL_NOT_REGISTERED", f"resident {update.resident!r} never registered a seal")


def _not_so(update: Update) -> Refusal:
    allowed = f"fields are {', '.join(FIELDS)}; flags take true or false, seal cancelled or registered"
    return Refusal(409, "NOT_CHANGEABLE", f"field {update.field!r} cannot become {str(update.value)[:60]!r}; {allowed}")
