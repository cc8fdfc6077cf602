"""Whose turn it was: applications of every node in the order in which they departed for it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from harness.checks.history import Application, HistoryView


def departure_ns(one: Application) -> int:
    """Return when an application left its kiosk; where that was not told, when it was made, else begun."""
    return next(ns for ns in (one.left_ns, one.applied_ns, one.started_ns) if ns > 0)


def departures_ns(view: HistoryView) -> npt.NDArray[np.int64]:
    """Return the same of every application, by row."""
    columns = (view.applications.integers(field) for field in ("left_ns", "applied_ns", "started_ns"))
    left, applied, started = (np.array(column, dtype=np.int64) for column in columns)
    return np.where(left > 0, left, np.where(applied > 0, applied, started))


def turns(view: HistoryView) -> dict[str, npt.NDArray[np.int64]]:
    """Return each known node's applications as rows by departure: the n-th of an array is its n-th customer."""
    numbers: defaultdict[str, int] = defaultdict(lambda: len(numbers))
    nodes = np.fromiter((numbers[node] for node in view.applications.strings("node")), dtype=np.int64)
    if not numbers:
        return {}
    order = np.lexsort((departures_ns(view), nodes))
    firsts = np.searchsorted(nodes[order], np.arange(1, len(numbers)))
    return {node: rows for node, rows in zip(numbers, np.split(order, firsts), strict=True) if node and len(rows)}
