"""Gives findings their numbers, in the order of the history: the same run, the same numbers."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from harness.checks.history import Application, HistoryView
from harness.records.findings import Finding, Property

_ORDER = {name: number for number, name in enumerate(Property)}


def numbered(view: HistoryView, findings: Iterable[Finding]) -> list[Finding]:
    """Number the findings in the order of the history."""
    arrived = dict(zip(view.deliveries.strings("delivery"), view.deliveries.integers("at_ns"), strict=True))

    def order(finding: Finding) -> tuple[int, str, int, str, str]:
        one: Application | None = view.of(finding.application)
        at_ns = arrived.get(finding.delivery) or (one.ended_ns if one else 0)
        return at_ns, finding.application, _ORDER[finding.property], finding.anomaly, finding.delivery

    return [replace(f, finding=f"F{n:04d}") for n, f in enumerate(sorted(findings, key=order), 1)]
