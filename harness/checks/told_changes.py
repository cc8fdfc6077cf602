"""Evidence of findings about freshness: the change that should, or should not, have been seen, and by how much."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.register_reads import Judged
from harness.checks.value_history import FOREVER, ValueHistory, Write
from harness.records.findings import Anomaly, Evidence


def change(write: Write, origin_ns: int, item: str, owner: str) -> Evidence:
    """Return when a change was made, in seconds since `origin_ns`."""
    begun = f"{write.name}: {_seconds(write.start_ns - origin_ns)} s"
    if write.end_ns == FOREVER:
        value = f"{begun}, outcome unknown"
    else:
        value = f"{begun} to {_seconds(write.end_ns - origin_ns)} s" + (", failed" if write.failed else "")
    return Evidence(kind="change", item=item, value=value, owner=owner)


def why(judged: Judged, history: ValueHistory, origin_ns: int, item: str, owner: str) -> Iterator[Evidence]:
    """Yield what contradicts a read: the change it lacks or shows too early, how late it is, the read before it."""
    read = judged.read
    if judged.anomaly is Anomaly.STALE:
        yield change(history.writes[judged.version + 1], origin_ns, item, owner)
        value = f"{judged.behind} version{'s' * (judged.behind != 1)}, {_seconds(judged.late_ns)} s late"
        yield Evidence(kind="behind", item=item, value=value, owner=owner)
    elif judged.anomaly is Anomaly.FUTURE:
        yield change(history.writes[judged.version], origin_ns, item, owner)
    elif judged.anomaly is Anomaly.ABORTED_READ:
        yield from (change(w, origin_ns, item, owner) for w in history.failed if w.value == read.value)
    elif judged.anomaly is Anomaly.NEW_OLD_INVERSION:
        yield change(history.writes[judged.newer], origin_ns, item, owner)
        if judged.other is not None:
            yield Evidence(kind="earlier read", item=item, value=judged.other.name, owner=owner)


def _seconds(ns: int) -> str:
    return f"{ns / 1e9:.3f}"
