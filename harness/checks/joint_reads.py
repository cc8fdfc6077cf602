"""A document shows several registers at once: was there one instant at which all of them held what it says?

And how far back, before the document was asked for, that instant must lie: the observed reflection time.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from harness.checks.value_history import EXACT, Slack, ValueHistory

Field = tuple[ValueHistory, Hashable]  # a register, and the value read of it


def latest_common_ns(fields: Iterable[Field], to_ns: int) -> int | None:
    """Return the latest instant up to `to_ns` at which all fields may have held their values; None: never.

    Sweeps over the ends of the spans of all fields, backwards: O(k log k) for k spans.
    """
    spans = [[s for s in history.spans(value) if s[0] <= to_ns] for history, value in fields]
    events = [(min(last, to_ns), 0, place) for place, own in enumerate(spans) for _, last in own]
    events += [(first, -1, place) for place, own in enumerate(spans) for first, _ in own]
    open_, lacking = [0] * len(spans), len(spans)
    for at_ns, leaves, place in sorted(events, reverse=True):
        if leaves:
            open_[place] -= 1
            lacking += open_[place] == 0
        else:
            lacking -= open_[place] == 0
            open_[place] += 1
            if not lacking:
                return at_ns
    return None


def is_torn(fields: Sequence[Field], start_ns: int, end_ns: int, slack: Slack = EXACT) -> bool:
    """Tell whether each field alone is legal, but no instant of the window had them all."""
    from_ns, to_ns = slack.earliest_ns(start_ns), slack.latest_ns(end_ns)
    if any(history.legal(value, from_ns, to_ns) is None for history, value in fields):
        return False
    common = latest_common_ns(fields, to_ns)
    return common is None or common < from_ns


def needed_reflection_ns(fields: Sequence[Field], start_ns: int, end_ns: int, clock_error_ns: int = 0) -> int | None:
    """Return the smallest reflection time with which a document is legal; None where none makes it so."""
    common = latest_common_ns(fields, end_ns + clock_error_ns)
    return None if common is None else max(0, start_ns - clock_error_ns - common)
