"""Register updates from outside: moves, name changes, deaths, cancelled seals, 支援措置."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from mock_issuer import clock
from mock_issuer.documents.layout import fits
from mock_issuer.people import Extract, Residency, Resident
from mock_issuer.refusals import Refusal
from mock_issuer.register import Change, Register, Snapshot, encode, record_change
from mock_issuer.worktable import WorkTable

_TEXT_FIELDS = frozenset(
    {"address", "name", "kana", "former_name", "alias", "relation", "householder", "remarks", "honseki", "hittousha"}
)
_FLAGS = frozenset({"restricted", "gaiji_pending"})
_RESIDENCIES = frozenset({Residency.RESIDENT, Residency.MOVED_OUT, Residency.DECEASED})
STAGED = "coalesce(staged, body)"
_FIELD_MM = 142.0  # the widest field
FIELDS = tuple(sorted(_TEXT_FIELDS | _FLAGS | {"seal", "residency"}))


class Update(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change to one field of one resident."""

    resident: str
    field: str
    value: str | bool
    update: str = ""  # the sender's name for it; written down, not interpreted


def apply_update(register: Register, update: Update, work: WorkTable, slots: Sequence[str]) -> int:
    """Change the register in two steps, as the entry screens do, and return its new version.

    The new state is staged beside the old one, an extract of it goes through the work table (its rows are `slots`) and
    is proven to fit the paper; then the change is made to the state that holds by then, or what was staged is dropped.
    Raises Refusal: 404 for an unknown resident, 409 for a field or value that cannot be changed so.
    """
    _stage(register, update)
    try:
        with register.snapshot(STAGED) as view:
            extract = view.extract(update.resident)
        assert extract is not None
        for slot in slots:
            work.put(slot, extract)
        _require_fitting(update, extract)
        for slot in slots:
            work.take(slot)
    except Refusal:
        _drop(register, update)
        raise
    with register.change() as run:
        version = record_change(run, update.update, update.resident, update.field, str(update.value))
        enter_change(run, update, version)
        return version


def _stage(register: Register, update: Update) -> None:
    with register.change() as run:
        resident = Snapshot(run).resident(update.resident)
        if resident is None:
            raise Refusal(404, "RESIDENT_UNKNOWN", f"no resident {update.resident!r} in the register")
        if update.field != "seal":
            staged = encode(changed_by(resident, update))
            run.execute("UPDATE resident SET staged = ? WHERE key = ?", (staged, update.resident))


def _drop(register: Register, update: Update) -> None:
    with register.change() as run:
        run.execute("UPDATE resident SET staged = NULL WHERE key = ?", (update.resident,))


def _require_fitting(update: Update, extract: Extract) -> None:
    """Refuse what no certificate has room for: the new state is laid out as the widest field prints it."""
    person = extract.applicant
    for text in (person.name, person.kana, person.former_name, person.alias, person.address, person.remarks):
        if not fits(text or "", _FIELD_MM):
            raise Refusal(409, "NOT_CHANGEABLE", f"field {update.field!r}: the value is too long for the paper")


def unrecorded(change: Change) -> Update:
    """Return a recorded change as the update that it was."""
    return Update(resident=change.resident, field=change.field, value=change.value)


def enter_change(run: sqlite3.Connection, update: Update, version: int) -> None:
    """Enter an update under its version inside a transaction. Raises Refusal 409."""
    if update.field == "seal":
        _change_seal(run, update, version)
        return
    resident = Snapshot(run).resident(update.resident)
    assert resident is not None
    body = encode(changed_by(resident, update))
    run.execute("UPDATE resident SET body = ?, staged = NULL WHERE key = ?", (body, update.resident))


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
