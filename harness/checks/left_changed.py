"""Which entries of the register a run leaves other than it found them: a window that tears a batch leaves some."""

from __future__ import annotations

from collections.abc import Callable

from harness.checks.history import HistoryView, Update
from harness.records.history import UpdateResult
from harness.records.verdict import LeftChanged

Before = Callable[[str, str], str | None]
"""The value of a resident's field that the run found; None where nobody knows it."""


def left_changed(view: HistoryView, before: Before) -> tuple[LeftChanged, ...]:
    """Return the entries whose last change was not one back, or is not known to have been made, in their order."""
    return tuple(_left(update, before) for update in left_by(view, before))


def left_by(view: HistoryView, before: Before) -> tuple[Update, ...]:
    """Return these last changes."""
    last: dict[tuple[str, str], Update] = {}
    for update in sorted(view.updates, key=lambda u: (u.from_ns, u.update)):
        if update.result is not UpdateResult.FAILED:
            last[update.resident, update.field] = update
    return tuple(
        u for u in last.values() if u.result is not UpdateResult.APPLIED or before(u.resident, u.field) != u.value
    )


def _left(update: Update, before: Before) -> LeftChanged:
    return LeftChanged(
        resident=update.resident,
        field=update.field,
        before=before(update.resident, update.field),
        now=update.value,
        known=update.result is UpdateResult.APPLIED,
    )
