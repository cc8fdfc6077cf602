"""The verdict and everything it rests on: the content of `verdict.json`."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from harness.records.assure import Assure, Level
from harness.records.certificates import Options
from harness.records.findings import Finding, Property
from harness.records.generator import Achieved
from harness.records.history import Ending

VERDICT_VERSION = 1


class Outcome(StrEnum):
    """Three-valued verdict."""

    PASS = "PASS"  # noqa: S105  検出なし(計画した試験をすべて実施)
    FAIL = "FAIL"  # 不具合を検出
    INCONCLUSIVE = "INCONCLUSIVE"  # 判定保留


class FinalClass(StrEnum):
    """What finally became of one application (identity i). Exactly one each."""

    OWN = "own"
    OWN_WITH_FINDING = "own_with_finding"
    MISDELIVERED = "misdelivered"
    UNREAD = "unread"
    REFUSED = "refused"
    FAILED = "failed"
    ABORTED = "aborted"
    UNRESOLVED = "unresolved"


class Count(Struct, frozen=True, kw_only=True):
    """One source's count of one thing."""

    source: str  # "journal", "player counters", "document store", "readings", "ledger", ...
    count: int


class Identity(Struct, frozen=True, kw_only=True):
    """One of the two identities that must close, each side counted from independent sources."""

    name: str  # "applications" | "deliveries"
    closes: bool
    counts: tuple[Count, ...]
    classes: tuple[Count, ...]  # source = class name
    remainder: tuple[str, ...] = ()  # what did not close, one sentence each
    remainder_ja: tuple[str, ...] = ()  # the same sentences in Japanese, in the same order


class ScopeEntry(Struct, frozen=True, kw_only=True):
    """One property: in scope or not, exercised or not."""

    property: Property
    in_scope: bool
    exercised: bool
    exercised_count: int  # how many times there was something to check
    note_ja: str = ""
    note_en: str = ""


class GapClass(Struct, frozen=True, kw_only=True):
    """Bursts that were planned about as far apart, as they were played; void ones left out.

    One that left farther apart than planned, by more than `STRAY_MS`, stands where its measured distance belongs.
    """

    up_to_ms: float | None  # planned first to last departure; above the class before. None: any longer one
    bursts: int
    overlapped: int  # of them, those of which two applications were being issued at the same instant
    median_ms: float  # measured first to last departure
    longest_ms: float


class LimitCrossed(Struct, frozen=True, kw_only=True):
    """A time limit of the target, and how many applications waited that long."""

    limit_ms: float
    source: str  # "declared" by the target file, "detected" in waits that failed after the same time
    crossed: int


class KneeSeen(Struct, frozen=True, kw_only=True):
    """From how many kiosks on more people brought no more documents."""

    kiosks: int
    per_second: float  # documents served there
    most_kiosks: int  # of the ramp's last step


class FaultMet(Struct, frozen=True, kw_only=True):
    """One kind of fault from outside, and how often it was really there."""

    kind: str  # a LineFault, a LinkFault, or "command"
    on: str  # step of the kiosk whose line failed; name of the link or command in the target file
    injected: int
    met: int  # of these, while an application was under way
    applications: int  # that were under way meanwhile


class Exposure(Struct, frozen=True, kw_only=True):
    """What was exercised, as counts. Pair counts are exposure, not trials."""

    applications: int = 0
    residents: int = 0
    delivered: int = 0
    pages: int = 0
    bursts: int = 0  # not void, and two of their applications overlapped: the unit of the bound
    bursts_apart: int = 0  # not void, and none overlapped: no part of the bound
    void_batches: int = 0
    overlapping_pairs: int = 0
    same_second_pairs: int = 0  # starts in the same second of the harness's wall clock
    same_server_second_pairs: int = 0  # applications that the target answered with the same Date
    within_second_pairs: int = 0  # set in the target's second on purpose: both dated alike
    across_second_pairs: int = 0  # the same, at equal gaps, dated differently
    pairs_under_1_ms: int = 0  # departures of synchronised sends
    pairs_under_10_ms: int = 0
    pairs_under_100_ms: int = 0
    same_certificate_pairs: int = 0  # overlapping
    steered_pairs: int = 0  # sent where near misses had been seen
    same_kiosk_successions: int = 0
    after_refusal_or_error: int = 0  # successions on a kiosk after something other than a delivery
    after_refusal: int = 0
    after_error: int = 0  # failed, unresolved
    after_abort: int = 0  # on purpose
    same_node_pairs: int = 0
    cross_node_pairs: int = 0
    equal_rank_pairs: int = 0  # of them, both the n-th of their node in this run
    most_in_flight: int = 0
    updates: int = 0
    reads_near_update: int = 0  # applications of changed residents within 2 s of the change
    during_update: int = 0  # applications of anybody while a change was under way
    longest_wait_ms: float = 0.0
    median_spread_ms: float = 0.0  # of bursts: first to last departure
    gaps: tuple[GapClass, ...] = ()  # all bursts played, by planned distance
    limits: tuple[LimitCrossed, ...] = ()
    knee: KneeSeen | None = None  # None: no ramp, or none within it
    relations: tuple[Count, ...] = ()  # pairs, by how the two people stand to each other
    faults: tuple[FaultMet, ...] = ()  # from outside


class StratumBound(Struct, frozen=True, kw_only=True):
    """One kind of coincidence: in how many different groups of people it was tried, and what that bounds."""

    group: str  # "gap", "size", "second", "certificate", "node", "relation", "succession"
    name: str
    trials: int
    misdelivered: int  # bursts of this kind in which somebody received another person's document
    bound: float | None  # of the misdelivery probability per trial of this kind alone; None: none may be told


class People(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """With whom the bursts were made that count: few people give few different groups."""

    residents: int = 0  # who applied at all
    bursts: int = 0  # that count
    groups: int = 0  # of them, those of different people: the trials of the bound
    pairs_met: int = 0  # different pairs of residents who were in one burst together; small populations only
    pairs_possible: int = 0  # 0: the population is not small


class Reason(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why the verdict is what it is; `code` is stable, texts are for readers."""

    code: str
    ja: str
    en: str
    who: str = ""  # of a step: whom it is for, "municipality" or "vendor"


class LevelMet(Struct, frozen=True, kw_only=True):
    """One level of the standard procedure, and in what the run deviates from it."""

    level: Level
    title_ja: str
    title_en: str
    deviations: tuple[Reason, ...]  # none: the run conforms


class Conformance(Struct, frozen=True, kw_only=True):
    """How a run stands to the standard procedure (標準試験手順)."""

    name_ja: str
    name_en: str
    digest: str  # SHA-256 of the procedure's file
    published: bool  # it is, byte by byte, the procedure of that version
    levels: tuple[LevelMet, ...]  # the lowest first
    ja: str  # whether, and to which level, the run conforms
    en: str


class ControlCount(Struct, frozen=True, kw_only=True):
    """Control on the target's own paper (実帳票による検出確認): found of injected."""

    certificate: str
    kind: str  # "document", "page", "seal", "item"
    injected: int
    found: int


class Aftermath(StrEnum):
    """What is known, afterwards, of an application that ended without a document."""

    DOCUMENT_CAME = "document_came"  # a whole document, late or before the error
    REACHED_ANOTHER = "reached_another"  # somebody else received its document: a finding
    FOUND = "told_by_finding"  # the target holds it as issued and nobody received anything: a finding
    NOT_ISSUED = "not_issued"  # nothing was applied for, or the target's ledger holds it as not issued, or not at all
    TARGET_SAYS = "target_says"  # nothing but the target's answer at the kiosk
    HELD_AS_ISSUED = "held_as_issued"  # the applicant gave up, and the target holds it as issued
    STILL_OPEN = "still_open"  # the target had it open when its ledger was read last
    NOBODY_KNOWS = "nobody_knows"  # no whole answer, and nothing that settles it


class FollowedUp(Struct, frozen=True, kw_only=True):
    """Applications that ended without a document, by how they ended and what is known of them afterwards."""

    ending: Ending
    aftermath: Aftermath
    count: int


class Unaccounted(Struct, frozen=True, kw_only=True):
    """An application without a document that no one can account for."""

    application: str
    resident: str
    kiosk: str
    certificate: str
    ending: Ending
    code: str
    request_id: str  # the target's own id; "" where it told none
    aftermath: Aftermath


class Confirmed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Pages that were the applicant's by their text, and were chosen at random to be looked at as pictures."""

    chosen: int = 0
    by_picture: int = 0
    differing: int = 0  # their picture is not the baseline's
    not_confirmable: int = 0  # no baseline, or no picture
    decided: int = 0  # pages whose text could not be trusted, and whose picture decided


class Reflection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long changes of the register took to show, as far as it was read."""

    reads: int = 0  # documents and refusals of people whose register entry was changed
    after_change: int = 0  # of them, those that began after a change was complete
    documented_s: float = 0.0  # `limits.reflection_s` of the target file
    observed_s: float | None = None  # the smallest time with which every read is legal; None: nothing was observed


class ServerLog(Struct, frozen=True, kw_only=True):
    """A log of the target that was attached to the run, and how it fits the journal."""

    file: str
    digest: str  # SHA-256 of the log as it was attached
    rows: int
    kept: int  # of the run's time
    matched: int  # applications with a row
    not_received: int  # issues for cards of the run that are of no application
    not_logged: int  # applications with a document of which the log knows nothing
    others: int  # rows of people who are not of the run
    clock_ahead_s: float | None  # the server's clock against ours; None: nothing to compare
    nodes: tuple[Count, ...] = ()  # applications per node, as the log says


class ReadersLag(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far reading fell behind the kiosks. They never wait for it; the end of the run does."""

    processes: int = 0
    documents: int = 0
    unread: int = 0  # left waiting when the run ended
    most_waiting: int = 0  # documents, at one instant
    longest_lag_s: float = 0.0  # from a document's arrival to its reading


class Recovery(Struct, frozen=True, kw_only=True):
    """Whether the service worked again after the last arrival: one normal issue of every certificate on every node."""

    wanted: int
    confirmed: int  # with the applicant's own document
    may_open: bool  # all were confirmed, and nothing that this run found, or left in doubt, speaks against it
    ja: str  # a plain sentence for whoever opens the service
    en: str


class Sitting(Struct, frozen=True, kw_only=True):
    """When a sitting of the run used the target: from its first application to the end of its last."""

    began_wall_ns: int
    ended_wall_ns: int


class SweptCount(Struct, frozen=True, kw_only=True):
    """What a sweep asked of one certificate with one choice of options, and what became of it."""

    certificate: str
    options: Options
    forbidden: bool  # it is to be refused: by the rules, or for the card
    planned: int
    issued: int
    refused: int
    unanswered: int  # begun, and neither issued nor refused

    @property
    def not_asked(self) -> int:
        """Applications that were never begun."""
        return self.planned - self.issued - self.refused - self.unanswered


class Swept(Struct, frozen=True, kw_only=True):
    """What a sweep (全件の交付確認) covered."""

    residents: int  # of the population
    left_out: tuple[str, ...]  # keys of those of whom nothing was planned
    whole: int  # residents all of whose applications were answered
    counts: tuple[SweptCount, ...]

    @property
    def not_asked(self) -> int:
        """Applications that were never begun."""
        return sum(one.not_asked for one in self.counts)

    def total(self, field: str) -> int:
        """Return the sum over everything of one of the numbers of `SweptCount`."""
        return sum(int(getattr(one, field)) for one in self.counts)


class LeftChanged(Struct, frozen=True, kw_only=True):
    """An entry of the register that the run left other than it found it."""

    resident: str
    field: str
    before: str | None  # None: nobody knows
    now: str
    known: bool  # False: no answer told whether the last change was made


class NodeBuild(Struct, frozen=True, kw_only=True):
    """Build id of one node, and how it is known."""

    node: str
    build: str
    source: str
    applications: int


class SetAsideKind(StrEnum):
    """What does not count."""

    VOID = "void"  # batches
    CLEARED = "cleared"  # findings for review that people cleared, as documents


class SetAside(Struct, frozen=True, kw_only=True):
    """How much was set aside at one node in ten minutes: where it gathers, it is not the harness's chance."""

    kind: SetAsideKind
    from_wall_ns: int  # begin of the ten minutes
    node: str  # "n1+n2": batches that several served; "": not known
    count: int
    of: int  # batches, or documents, of that node in these minutes


class Verdict(Struct, frozen=True, kw_only=True):
    """Content of verdict.json. Deterministic: the same run folder and version give the same bytes."""

    version: int
    honnin: str  # version of the judge
    run: str
    outcome: Outcome
    scenario: str
    target: str
    reasons: tuple[Reason, ...]
    next_steps: tuple[Reason, ...]
    scope: tuple[ScopeEntry, ...]
    identities: tuple[Identity, ...]
    exposure: Exposure
    controls: tuple[ControlCount, ...]
    nodes: tuple[NodeBuild, ...]
    findings: tuple[Finding, ...]
    bound_per_burst: float | None  # upper bound of the misdelivery probability, at `assure.confidence`; None: no claim
    statement_ja: str  # the wording of checking.md, never stronger
    statement_en: str
    started_wall_ns: int
    ended_wall_ns: int
    inputs_digest: str  # SHA-256 over everything judged
    regularities: tuple[Reason, ...] = ()  # what misdeliveries have in common, against the others
    confirmed: Confirmed = Confirmed()
    reflection: Reflection = Reflection()
    generator: Achieved = Achieved()
    readers: ReadersLag = ReadersLag()
    server_logs: tuple[ServerLog, ...] = ()
    followed_up: tuple[FollowedUp, ...] = ()  # how applications ended that brought no document, and what came of them
    unaccounted: tuple[Unaccounted, ...] = ()
    not_tried: tuple[Reason, ...] = ()  # left out of the plan, or planned and never came about
    assure: Assure = Assure()  # what the scenario asks a PASS to be worth
    people: People = People()
    strata: tuple[StratumBound, ...] = ()
    conformance: Conformance | None = None  # None: the run folder holds no procedure
    load: Reason | None = None  # played load beside what the system is to carry
    tries: Reason | None = None  # which run against its target it was; None: told by an older version
    swept: Swept | None = None  # None: no sweep was planned
    left_changed: tuple[LeftChanged, ...] = ()
    set_aside: tuple[SetAside, ...] = ()  # void batches, findings cleared by eye, by node and time
    sittings: tuple[Sitting, ...] = ()  # none: nobody applied
    recovery: Recovery | None = None  # None: the plan asked for no confirmation, and there was no window
