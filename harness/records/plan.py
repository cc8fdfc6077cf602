"""The compiled campaign (plan): exactly what is going to be played, decided before the first byte is sent.

`plan.jsonl` holds one PlanHeader, then one Batch per line. The players read it; only harness.campaign writes it.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from harness.records.assure import Assure
from harness.records.certificates import Certificate, Options
from harness.records.faults import LineFault, PlannedFault
from harness.records.stop_when import StopWhen

PLAN_VERSION = 1
RECOVERY = "recovery"  # purpose of the batches of a phase that confirms recovery
TURNED_AWAY = "solo:"  # begins the purpose of batches in which everybody is to be refused; why, follows
SWEEP, SWEEP_REFUSAL = "sweep", "sweep:refusal"  # of a sweep's: what is to be issued, and what is to be refused


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
    TIME_OUT = "time_out"  # stands idle, beyond the target's patience, and then leaves


class BatchKind(StrEnum):
    """How the applications of a batch relate in time."""

    SEQUENCE = "sequence"  # one after the other, each when the one before has ended
    BURST = "burst"  # all held before `sync_step`, then released together (同時申請)
    ARRIVALS = "arrivals"  # open model: each starts at its own start_ms whatever the others do
    CLOSED = "closed"  # closed model: each kiosk serves its applications one after the other


class Withhold(StrEnum):
    """What a burst holds back of each request until it is released."""

    HEADER = "header"  # the last byte of the header: nothing can be dispatched. The body follows with it if it is small
    BODY = "body"  # the last byte of the body: the target may dispatch on the header before the release
    NOTHING = "nothing"  # whole requests, one after the other in one loop


class Driver(StrEnum):
    """Which program plays a phase."""

    QUIET = "quiet"  # httpx, one application at a time
    ENGINE = "engine"  # Locust users


class Relation(StrEnum):
    """How two people who are asked to coincide stand to each other: what a mix-up would have to be told by."""

    STRANGERS = "strangers"
    HOUSEHOLD = "household"
    LOOKALIKES = "lookalikes"  # names that differ in a variant glyph, twins, the same name
    SAME_BIRTHDAY = "same_birthday"  # or the same name
    SELF = "self"  # one person at two kiosks, or again


class Probe(StrEnum):
    """What must not work, tried on purpose on an application of our own (isolation probe)."""

    WRONG_SIGNATURE = "wrong_signature"  # the card's certificate, and a signature over something else
    FOREIGN_JOB = "foreign_job"  # the session of one person asks for the document of another, who is being served
    NEXT_CUSTOMER = "next_customer"  # the same at the very kiosk that the other left without ending anything
    AFTER_END = "after_end"  # a session is used again after it was closed


class Slot(StrEnum):
    """A free parameter of a batch, filled by a journaled decision before its phase (harness.campaign.steering)."""

    GAP = "gap"  # distance and order of a pair
    MORE = "more"  # played only while the phase has not met yet what it is there for


class PlannedAbort(Struct, frozen=True, kw_only=True):
    """Give up at a step.

    Before it is sent with CANCEL and WALK_AWAY, `after_ms` into its wait with DISCONNECT, after `after_ms` of idling
    before it with TIME_OUT.
    """

    step: Step
    how: AbortHow
    after_ms: float = 0.0


class PlannedProbe(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A probe in the course of an application, and the second person whom it needs ("" where it needs none)."""

    probe: Probe
    resident: str = ""
    card: str = ""
    kiosk: str = ""
    store: str = ""


class PlannedLineFault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something happens to the kiosk's line at the first request of a step."""

    step: Step
    how: LineFault
    lasts_ms: float = 0.0  # SLOW_READ: so long at most; then the rest is taken at once


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
    line_fault: PlannedLineFault | None = None
    # Of the centre: which connection of its pool; None: a burst takes them in turn, others any that is free. People of
    # a burst on one lane leave in the order in which they are listed.
    lane: int | None = None
    probe: PlannedProbe | None = None

    @property
    def cards(self) -> tuple[str, ...]:
        """Serials of all cards that are used: the applicant's, and a probe's second one."""
        return (self.card, self.probe.card) if self.probe and self.probe.card else (self.card,)


class PlannedUpdate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change to the register. In a SEQUENCE it takes its place among the applications by `before`."""

    update: str  # U0001
    resident: str
    field: str  # a field of Resident, or "seal" with value "cancelled"
    value: str
    before: str | None = None  # application that starts only after this update was acknowledged; None: after all
    start_ms: float = 0.0
    refused: bool = False  # the register is to refuse it, after having begun it: nobody may read it


class Batch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Applications that belong together: the unit that is exercised, voided, repeated and counted."""

    batch: str  # B00001
    phase: str
    kind: BatchKind
    applications: tuple[PlannedApplication, ...]
    updates: tuple[PlannedUpdate, ...] = ()
    faults: tuple[PlannedFault, ...] = ()  # of links and parts of the target, while the batch is played
    sync_step: Step = Step.APPLY
    # BURST: who has not arrived by then is named and the batch is void. Nobody waits for who has left, so that a long
    # time costs nothing; a short one voids what a slow target, or hundreds of TLS handshakes, would have carried.
    arm_timeout_ms: float = 30_000.0
    purpose: str = ""  # e.g. "pair:sweep", "sequence:after-cancel"
    relation: Relation | None = None  # between the first two people of a pair
    fillers: int = 0  # so many of the last applications are load around the others
    phase_ms: float | None = None  # BURST: the first who is no load leaves so long after the target begins a second
    slot: Slot | None = None
    withhold: Withhold | None = None  # BURST; None: as the target file says
    spare: bool = False  # BURST: played only where one before it, not larger, came to nothing; by other people

    @property
    def main(self) -> tuple[PlannedApplication, ...]:
        """Whom the batch is about: its applications without the load around them."""
        return self.applications[: len(self.applications) - self.fillers]

    @property
    def span_ms(self) -> float:
        """Planned distance of the first and the last departure, load left aside; 0 where all leave together."""
        gaps = [a.gap_ms for a in self.main]
        return max(gaps) - min(gaps) if gaps else 0.0


class Phase(Struct, frozen=True, kw_only=True):
    """One phase of a campaign."""

    phase: str  # P1
    title_ja: str
    title_en: str
    driver: Driver
    users: int = 1  # ENGINE: Locust users; one user is one kiosk
    parallel: int = 1  # batches played at once
    drain_s: float = 10.0  # bounded wait for applications in flight at the phase's end
    decides: bool = False  # it has slots, to be filled before it begins
    enough: int = 0  # so many applications that crossed a time limit make its slots superfluous
    per_minute: float = 0.0  # batches begun at most; 0: as soon as may be
    kind: str = ""  # of the scenario's phase, "pairs"; "" in plans of older versions
    recovery: bool = False  # confirms, once arrivals have ended, that the service works; one such phase per window


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
    relations: tuple[Relation, ...] = ()  # no two people of this population stand so to each other
    events: tuple[str, ...] = ()  # of successions: no refusable person, or no time limit declared
    probes: tuple[Probe, ...] = ()  # the interface has no place for them, or the adapter does not make them


class Ways(Struct, frozen=True, kw_only=True):
    """How many combinations of the values of `strength` factors the rows of a covering array hold."""

    strength: int
    covered: int
    possible: int


class Covering(Struct, frozen=True, kw_only=True):
    """What a phase's pairs cover, counted over the rows as planned and not as the library says."""

    phase: str
    factors: tuple[tuple[str, int], ...]  # name, number of values
    rows: int
    ways: tuple[Ways, ...]

    @property
    def strength(self) -> int:
        """The largest number of factors of which every possible combination of values is covered."""
        full = 0
        for ways in self.ways:
            if ways.covered < ways.possible:
                break
            full = ways.strength
        return full


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
    assure: Assure = Assure()
    covering: tuple[Covering, ...] = ()
    time_limits_ms: tuple[float, ...] = ()  # of the target, as declared; the shortest first
    stop_when: StopWhen = StopWhen()  # of the scenario
