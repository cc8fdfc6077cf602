"""Findings: one broken property each, with a witness. The vocabulary is closed (checking.md)."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from harness.records.picture import Region


class Property(StrEnum):
    """The properties that are checked."""

    OWNERSHIP = "O"
    FRESHNESS = "F"
    EXACTLY_ONCE = "X"
    ISOLATION = "S"
    PAGES = "P"
    NUMBERS = "U"
    BASELINE = "B"


class Anomaly(StrEnum):
    """What can be wrong."""

    MISDELIVERY = "MISDELIVERY"
    PAGE_MIX = "PAGE-MIX"
    TYPE_CONFUSION = "TYPE-CONFUSION"
    OPTION_LEAK = "OPTION-LEAK"
    RESIDUE = "RESIDUE"
    WRONG_SEAL = "WRONG-SEAL"
    WRONG_ITEM = "WRONG-ITEM"  # the applicant's own document says something the register does not
    STRANGER = "STRANGER"  # the page names someone outside the population
    ZOMBIE_ISSUE = "ZOMBIE-ISSUE"
    STALE = "STALE"
    TORN = "TORN"
    NEW_OLD_INVERSION = "NEW-OLD-INVERSION"
    ABORTED_READ = "ABORTED-READ"
    FUTURE = "FUTURE"
    GARBAGE = "GARBAGE"
    LOST = "LOST"
    DUPLICATE = "DUPLICATE"
    ORPHAN = "ORPHAN"
    LATE_CROSS = "LATE-CROSS"
    CHARGED_NOT_PRINTED = "CHARGED-NOT-PRINTED"
    IDOR = "IDOR"
    SESSION_BLEED = "SESSION-BLEED"
    AUTH_GAP = "AUTH-GAP"
    PAGE_LOSS = "PAGE-LOSS"
    TRUNCATED = "TRUNCATED"
    SERIAL_DUP = "SERIAL-DUP"
    UNREAD = "UNREAD"
    UNEXPLAINED = "UNEXPLAINED"
    DEVIATION = "DEVIATION"


class Severity(StrEnum):
    """How grave a finding is."""

    GRAVE = "grave"  # 重大: another person's data
    DEFECT = "defect"  # 不具合: content, time, lost, duplicate
    REVIEW = "review"  # 要確認: for a person's eyes


class Evidence(Struct, frozen=True, kw_only=True):
    """One thing seen that supports a finding."""

    kind: (
        str  # "foreign item" | "missing item" | "same bytes" | "issue number" | "seal" | "page counter" | "ledger" ...
    )
    page: int = 0  # 0: the whole document
    item: str = ""  # field name
    value: str = ""  # the text seen
    owner: str = ""  # resident key that the text belongs to
    bits: float = 0.0  # weight: log2(residents / owners of this text)
    region: Region | None = None  # of the page's picture, to be marked on it


BASELINE_PAGE = "baseline page"  # kind of evidence whose value is the digest of a document issued quietly
POSSIBLE_OWNER = "possible owner"  # kind of evidence whose owner may be the donor as well: they share the paper


class Reviewed(Struct, frozen=True, kw_only=True):
    """What a named person judged of a finding for review (目視確認)."""

    judgement: str  # "own" | "spoiled" | "other"
    reviewer: str
    reason: str
    at_wall_ns: int


class Finding(Struct, frozen=True, kw_only=True):
    """One broken property with its smallest witness."""

    finding: str  # F0001, in the order of the history
    property: Property
    anomaly: Anomaly
    severity: Severity
    application: str = ""
    delivery: str = ""
    digest: str = ""  # of the document
    victim: str = ""  # resident key of the applicant
    donor: str = ""  # resident key whose data came
    donor_application: str = ""  # the donor's application that this document belonged to, where known
    pattern: str = ""  # copy, swap, rotation, chain, star
    pages: tuple[int, ...] = ()  # pages concerned
    evidence: tuple[Evidence, ...] = ()
    explanation_ja: str = ""
    explanation_en: str = ""
    reviews: tuple[Reviewed, ...] = ()  # of a finding for review, oldest first; the last counts
