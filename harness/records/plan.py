"""The compiled campaign (plan): exactly what is going to be played, decided before the first byte is sent.

`plan.jsonl` holds one PlanHeader, then one Batch per line. The players read it; only harness.campaign writes it.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from harness.records.certificates import Certificate, Options

PLAN_VERSION = 1


class Step(StrEnum):
    """A step at the kiosk. A target may lack some; its adapter then never yields them."""

    OPEN = "open"  # choose 行政サービス; challenge
    AUTHENTICATE = "authenticate"  # card on reader, PIN, signature
    TAKE_CARD = "take_card"  # the card is taken back: nothing is sent
    APPLY = "apply"  # certificate and options
    PAY = "pay"
    COLLECT = "collect"  # wait for the document
    ACKNOWLEDGE = "acknowledge"  # printed
    CANCEL = "cancel"
    CLOSE = "close"
    CONTROL = "control"  # updates, ledger, build ids: not a kiosk's step


class AbortHow(StrEnum):
    """How an applicant gives up on purpose."""

    CANCEL = "cancel"  # presses cancel: the cancel request is sent
    DISCONNECT = "disconnect"  # the connection is closed while the answer is awaited
    WALK_AWAY = "walk_away"  # nothing more is sent


class BatchKind(StrEnum):
    """How the applications of a batch relate in time."""

    SEQUENCE = "sequence"  # one after the other, each when the one before has ended
    BURST = "burst"  # all held before `sync_step`, then released together (同時申請)
    ARRIVALS = "arrivals"  # open model: each starts at its own start_ms whatever the others do
    CLOSED = "closed"  # closed model: each kiosk serves its applications one after the other


class Driver(StrEnum):
    """Which program plays a phase."""

    QUIET = "quiet"  # httpx, one application at a time
    ENGINE = "engine"  # Locust users


class PlannedAbort(Struct, frozen=True, kw_only=True):
    """Give up at a step: before it is sent with CANCEL and WALK_AWAY, `after_ms` into its wait with DISCONNECT."""

    step: Step
    how: AbortHow
    after_ms: float = 0.0


class PlannedApplication(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person asking one certificate at one kiosk."""

    application: str  # A000001, unique in the plan
    resident: str
    card: str  # card serial
    certificate: Certificate
    options: Options
    kiosk: str
    store: str
    node: str | None = None  # route to this node; None: the target's own choice
    start_ms: float = 0.0  # ARRIVALS: offset from the batch's start
    gap_ms: float = 0.0  # BURST: release this long after the batch's release instant; SEQUENCE: wait before starting
    think_ms: float = 0.0  # pause at each human step
    abort: PlannedAbort | None = None


class PlannedUpdate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change to the register. In a SEQUENCE it takes its place among the applications by `before`."""

    update: str  # U0001
    resident: str
    field: str  # a field of Resident, or "seal" with value "cancelled"
    value: str
    before: str | None = None  # application that starts only after this update was acknowledged; None: after all
    start_ms: float = 0.0


class Batch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Applications that belong together: the unit that is exercised, voided, repeated and counted."""

    batch: str  # B00001
    phase: str
    kind: BatchKind
    applications: tuple[PlannedApplication, ...]
    updates: tuple[PlannedUpdate, ...] = ()
    sync_step: Step = Step.APPLY
    arm_timeout_ms: float = 10_000.0  # BURST: who has not arrived by then is named and the batch is void
    purpose: str = ""  # e.g. "pair:gap", "sequence:after-cancel"


class Phase(Struct, frozen=True, kw_only=True):
    """One phase of a campaign."""

    phase: str  # P1
    title_ja: str
    title_en: str
    driver: Driver
    users: int = 1  # ENGINE: Locust users; one user is one kiosk
    parallel: int = 1  # batches played at once
    drain_s: float = 10.0  # bounded wait for applications in flight at the phase's end


class Fewer(Struct, frozen=True, kw_only=True):
    """A phase that has fewer people at once than the scenario asks for: the population has no more."""

    phase: str
    asked: int
    planned: int


class LeftOut(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the target's interface has no place for, or the population no people: told in the verdict."""

    certificates: tuple[Certificate, ...] = ()  # asked for by the scenario, not issued by the target
    steps: tuple[Step, ...] = ()  # steps at the kiosk that the target never sees
    phases: tuple[str, ...] = ()  # phases of which nothing is left
    phase_titles: tuple[tuple[str, str], ...] = ()  # their titles, Japanese and English, in the same order
    fewer: tuple[Fewer, ...] = ()


class PlanHeader(Struct, frozen=True, kw_only=True):
    """First line of a plan."""

    version: int
    scenario: str
    scenario_digest: str  # SHA-256 of the scenario file
    seed: int
    population_digest: str
    target: str
    phases: tuple[Phase, ...]
    batches: int
    applications: int
    updates: int
    residents: int  # distinct
    kiosks: tuple[str, ...]
    nodes: tuple[str, ...]
    left_out: LeftOut = LeftOut()
    title_ja: str = ""  # of the scenario
    title_en: str = ""
    description_ja: str = ""
    description_en: str = ""
    acceptance: bool = True  # False: the scenario says of itself that it is no acceptance test
