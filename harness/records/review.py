"""A named person's judgement of a finding that a program could not decide (目視確認)."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from harness.records.findings import Anomaly, Finding, Property, Reviewed

Witness = tuple[str, str, str, str, str, tuple[int, ...]]


class Judgement(StrEnum):
    """What the reviewer saw."""

    OWN = "own"  # the applicant's own, and as it should be
    SPOILED = "spoiled"  # the applicant's own, and illegible or misprinted: a defect of the paper
    OTHER = "other"  # somebody else's, or wrong


class Review(Struct, frozen=True, kw_only=True):
    """One line of reviews.jsonl. The finding is named by its witness: its number may differ in another judging."""

    before: str  # SHA-256 of the line before, "" of the first: a line that was altered or taken out shows
    at_wall_ns: int
    judgement: Judgement
    reviewer: str
    reason: str
    property: Property
    anomaly: Anomaly
    application: str
    delivery: str
    digest: str
    pages: tuple[int, ...]

    def told(self) -> Reviewed:
        """The judgement as a finding carries it."""
        return Reviewed(
            judgement=self.judgement.value, reviewer=self.reviewer, reason=self.reason, at_wall_ns=self.at_wall_ns
        )


def witness_of(one: Finding | Review) -> Witness:
    """Return what a finding is told by, whatever its number, and what a review is about."""
    return (one.property, one.anomaly, one.application, one.delivery, one.digest, one.pages)


def is_cleared(finding: Finding) -> bool:
    """Tell whether the last person who looked at a finding found nothing wrong."""
    return bool(finding.reviews) and finding.reviews[-1].judgement == Judgement.OWN


def is_own_by_eye(finding: Finding) -> bool:
    """Tell whether the last person who looked saw that the document is the applicant's own, spoiled or not."""
    return bool(finding.reviews) and finding.reviews[-1].judgement in {Judgement.OWN, Judgement.SPOILED}
