"""Equal findings together: a reader sees each kind of defect once, how often it came, and some of them in full."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, zip_longest

from msgspec import Struct

from harness.records.findings import Anomaly, Finding, Severity

# The page stays readable and printable; the rest is counted, and all are in verdict.json.
SHOWN_IN_FULL = 20
_MOST_LISTED = 500  # of a group, one line each: a page of some hundred kilobytes

_ANOMALIES = tuple(Anomaly)
_SEVERITIES = tuple(Severity)


class Group(Struct, frozen=True, kw_only=True):
    """Findings of one anomaly, severity and pattern, in the order of the history."""

    number: int  # 1..n
    anomaly: Anomaly
    severity: Severity
    pattern: str
    findings: tuple[Finding, ...]
    shown: tuple[Finding, ...]

    @property
    def hidden(self) -> int:
        """How many are not shown in full."""
        return len(self.findings) - len(self.shown)

    @property
    def listed(self) -> tuple[Finding, ...]:
        """Those that are not shown in full, as many as a page can list."""
        shown = {finding.finding for finding in self.shown}
        rest = (finding for finding in self.findings if finding.finding not in shown)
        return tuple(islice(rest, _MOST_LISTED))


def group(findings: Sequence[Finding], at_most: int = SHOWN_IN_FULL) -> tuple[Group, ...]:
    """Return groups, the gravest first and of one anomaly the most frequent; every group shows some before any many."""
    members: dict[tuple[int, int, str], list[Finding]] = {}
    for finding in findings:
        rank = (_SEVERITIES.index(finding.severity), _ANOMALIES.index(finding.anomaly), finding.pattern)
        members.setdefault(rank, []).append(finding)
    rows = [members[rank] for rank in sorted(members, key=lambda r: (r[0], r[1], -len(members[r]), r[2]))]
    in_turn = [finding for turn in zip_longest(*rows) for finding in turn if finding is not None]
    shown = {id(finding) for finding in in_turn[:at_most]}
    return tuple(
        Group(
            number=number,
            anomaly=row[0].anomaly,
            severity=row[0].severity,
            pattern=row[0].pattern,
            findings=tuple(row),
            shown=tuple(finding for finding in row if id(finding) in shown),
        )
        for number, row in enumerate(rows, 1)
    )


def findings_in_full(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that a report shows in full: those whose pages need pictures."""
    return tuple(finding for each in group(findings) for finding in each.shown)


def severities(findings: Sequence[Finding]) -> tuple[tuple[Severity, int], ...]:
    """Return how many findings each severity has, the gravest first, zeros included."""
    return tuple((severity, sum(f.severity is severity for f in findings)) for severity in _SEVERITIES)
