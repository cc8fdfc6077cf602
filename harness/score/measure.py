"""Makes a row of a trial: what was found and how soon, and what of it the issuer's own log says is true."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain

from msgspec import Struct

from harness.embedded import Wrong
from harness.journal import RunFolder, read_history
from harness.records.findings import Finding, Property, Severity
from harness.records.history import ApplicationEnded, ApplicationStarted, BatchReleased, Delivery
from harness.score.rows import Row
from harness.score.trial import Trial
from harness.score.zoo import Kind, Subject

_S_NS = 1e9
# Findings that say a document is wrong in itself; the others compare documents, bookings or cards.
_ABOUT_ONE_DOCUMENT = frozenset({Property.OWNERSHIP, Property.FRESHNESS, Property.PAGES})


class Course(Struct, frozen=True, kw_only=True):
    """When a run's applications began and ended, and when what arrived. CLOCK_MONOTONIC nanoseconds."""

    began_ns: int
    ended_ns: int
    released_ns: tuple[int, ...]  # bursts, in order
    arrived_ns: dict[str, int]  # by delivery
    held: frozenset[tuple[str, str]]  # (digest, resident) of what came whole to the applicant's kiosk
    over_ns: dict[str, int]  # by application

    def seen_ns(self, finding: Finding) -> int:
        """Return when the first thing arrived that shows a finding."""
        at_ns = self.arrived_ns.get(finding.delivery) or self.over_ns.get(finding.application)
        return at_ns or self.ended_ns


def course_of(folder: RunFolder) -> Course:
    """Read a run's course from its journal."""
    began, released, arrived, over = [], [], {}, {}
    applicants: dict[str, str] = {}
    held: set[tuple[str, str]] = set()
    for entry in read_history(folder):
        record = entry.record
        if isinstance(record, ApplicationStarted):
            began.append(record.at_ns)
            applicants[record.application] = record.resident
        elif isinstance(record, BatchReleased):
            released.append(record.at_ns)
        elif isinstance(record, Delivery):
            arrived[record.delivery] = record.at_ns
            if record.complete:
                held.add((record.digest, applicants.get(record.application, "")))
        elif isinstance(record, ApplicationEnded):
            over[record.application] = record.at_ns
    return Course(
        began_ns=min(began, default=0),
        ended_ns=max(chain(over.values(), began), default=0),
        released_ns=tuple(sorted(released)),
        arrived_ns=arrived,
        held=frozenset(held),
        over_ns=over,
    )


def confirmed(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stand by themselves; the others are questions to a person."""
    return tuple(f for f in findings if f.severity is not Severity.REVIEW)


def right_ones(findings: Iterable[Finding], subject: Subject) -> tuple[Finding, ...]:
    """Return the confirmed findings that a subject's defect shows; a correct issuer shows none."""
    if subject.kind is Kind.CONTROL:
        return ()
    return tuple(f for f in confirmed(findings) if not subject.shows or f.anomaly in subject.shows)


def sought(subject: Subject) -> Callable[[Iterable[Finding]], bool]:
    """Return what ends a run against a subject; nothing does where nothing may be found.

    Only what stands once it is seen: a document that came, the answer to a probe. What is lost so far may still come.
    """
    return lambda findings: any(f.delivery or f.property is Property.ISOLATION for f in right_ones(findings, subject))


def row_of(
    trial: Trial,
    subject: Subject,
    scenario: str,
    seed: int,
    code: str,
    wrong: tuple[Wrong, ...] | None,
    load: float,
    at: str,
) -> Row:
    """Return the row of a trial. `wrong`: what the issuer's log says, None where it cannot be asked."""
    verdict, course = trial.verdict, course_of(trial.folder)
    found, right = confirmed(verdict.findings), right_ones(verdict.findings, subject)
    first_ns = min(map(course.seen_ns, right), default=0)
    missed = _missed(found, wrong) if wrong is not None else None
    return Row(
        code=code,
        subject=subject.name,
        kind=subject.kind,
        scenario=scenario,
        seed=seed,
        outcome=verdict.outcome,
        detected=bool(found),
        right=bool(right),
        anomalies=dict(sorted(Counter(f.anomaly.value for f in found).items())),
        seconds=round((first_ns - course.began_ns) / _S_NS, 1) if right else None,
        bursts=bisect_right(course.released_ns, first_ns) if right else None,
        played_s=round((course.ended_ns - course.began_ns) / _S_NS, 1),
        bursts_played=len(course.released_ns),
        stopped=trial.stopped,
        wrong=len(wrong) if wrong is not None and subject.in_log else None,
        missed=len(missed) if missed is not None else None,
        never_arrived=len(missed - course.held) if missed is not None else None,
        false_alarms=_false_alarms(found, subject, wrong),
        reasons=tuple(reason.code for reason in verdict.reasons),
        load=round(load, 1),
        at=at,
    )


def _missed(found: Iterable[Finding], wrong: tuple[Wrong, ...]) -> frozenset[tuple[str, str]]:
    """Return (digest, victim) of wrong documents that no finding names, whether or not they reached their kiosk.

    A probe keeps no document: what it finds names who was handed one.
    """
    found = tuple(found)
    named = {(f.digest, f.victim) for f in found}
    probed = {f.victim for f in found if f.property is Property.ISOLATION and not f.digest}
    return frozenset((w.digest, w.victim) for w in wrong if w.digest and w.victim not in probed) - named


def _false_alarms(found: tuple[Finding, ...], subject: Subject, wrong: tuple[Wrong, ...] | None) -> int | None:
    """Count findings that are not true: all, where nothing is wrong; else those about documents that were right."""
    if subject.kind is Kind.CONTROL:
        return len(found)
    if wrong is None:
        return None
    true = {(w.digest, w.victim) for w in wrong}
    return sum(1 for f in found if f.property in _ABOUT_ONE_DOCUMENT and f.digest and (f.digest, f.victim) not in true)
