"""Which changes of the register a run could not wait for: their documented reflection time was not over at its end."""

from __future__ import annotations

from harness.checks.history import HistoryView, Update
from harness.records.history import UpdateResult


def pending(view: HistoryView, reflection_ns: int) -> tuple[Update, ...]:
    """Return the last change of every field of every resident whose effect nobody looked at once it had to show.

    Without a documented reflection time none: then every later read was one.
    """
    if reflection_ns <= 0:
        return ()
    last: dict[tuple[str, str], Update] = {}
    for update in sorted(view.updates, key=lambda u: (u.from_ns, u.update)):
        if update.result is UpdateResult.APPLIED:
            last[update.resident, update.field] = update
    latest: dict[str, int] = {}
    columns = (view.applications.strings("resident"), view.applications.integers("started_ns"))
    for resident, start_ns in zip(*columns, strict=True):
        latest[resident] = max(start_ns, latest.get(resident, start_ns))
    return tuple(u for u in last.values() if latest.get(u.resident, u.to_ns) < u.to_ns + reflection_ns)
