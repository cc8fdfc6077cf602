"""Scenario files (scenarios/*.toml): what to explore, in the words of a test plan. One record per kind of phase."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

import harness
from harness.config import load_toml
from harness.errors import ConfigError, UsageError
from harness.records.assure import Assure
from harness.records.certificates import Certificate
from harness.records.plan import AbortHow, Step, Withhold
from harness.records.stop_when import StopWhen

AtLeastOne = Annotated[int, Meta(ge=1)]
NotNegative = Annotated[float, Meta(ge=0)]


class PhaseBase(Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """What all kinds of phases share."""

    phase: str  # P0, P1, ...
    title_ja: str
    title_en: str
    certificates: tuple[Certificate, ...] = ()  # empty: those of the scenario
    think_ms: tuple[NotNegative, NotNegative] = (0.0, 0.0)  # pause at each human step, drawn uniformly


class Solo(PhaseBase, frozen=True, tag="solo"):
    """P0: every certificate on every node, then one person per reason to refuse it and every bad card, each alone."""

    served: bool = True  # every certificate on every node
    turned_away: bool = True  # who, and which cards, are to be refused
    repeats: AtLeastOne = 1  # of every certificate on every node


class Succession(PhaseBase, frozen=True, tag="succession"):
    """P1: customers in a row on one kiosk, or on one pooled connection; one of them meets an event."""

    events: tuple[str, ...] = ("success", "refusal", "cancel", "walk_away", "disconnect")
    abort_steps: tuple[Step, ...] = (Step.AUTHENTICATE, Step.TAKE_CARD, Step.APPLY, Step.PAY, Step.COLLECT)
    rounds: AtLeastOne = 1
    certificates_each: AtLeastOne = 2  # per event and step
    idle_s: NotNegative = 0.0  # for `time_out`; 0: a tenth above the longest time limit that the target declares
    parallel: AtLeastOne = 1  # rows at once, each on a kiosk of its own; 1: nobody else is served meanwhile


class Pairs(PhaseBase, frozen=True, tag="pairs"):
    """P2: two customers at two kiosks: a covering array of what may matter, then the gap between them swept."""

    pairs: Annotated[int, Meta(ge=0)] = 0  # swept
    strength: Annotated[int, Meta(ge=0, le=3)] = 0  # combinations of so many factors are all covered; 0: none
    fillers: Annotated[int, Meta(ge=0)] = 3  # people around a covered pair that is played under load
    gap_ms: tuple[NotNegative, NotNegative] = (0.05, 2000.0)
    atoms_ms: tuple[NotNegative, ...] = (0.0, 1000.0)  # gaps tried on purpose, a fifth of the pairs
    parallel: AtLeastOne = 1


class Steered(PhaseBase, frozen=True, tag="steered"):
    """P2: pairs whose gaps are chosen by what was seen so far; a part stays as drawn, whatever was seen."""

    pairs: AtLeastOne
    drawn_share: Annotated[float, Meta(ge=0.3, le=1)] = 0.4
    gap_ms: tuple[NotNegative, NotNegative] = (0.05, 2000.0)
    atoms_ms: tuple[NotNegative, ...] = (0.0, 1000.0)
    parallel: AtLeastOne = 1


class Seconds(PhaseBase, frozen=True, tag="seconds"):
    """P2: pairs at equal gaps within one second of the target's clock, and across its end; each pair by itself.

    A few people ahead of each keep the target busy, so that the two are under way together at longer gaps, too.
    """

    pairs: AtLeastOne  # half of them within a second
    fillers: Annotated[int, Meta(ge=0)] = 4  # people ahead of a pair, at the node of whoever goes first
    gaps_ms: Annotated[tuple[Annotated[float, Meta(gt=0, lt=900)], ...], Meta(min_length=1)] = (60.0, 150.0, 400.0)


class Bursts(PhaseBase, frozen=True, tag="bursts"):
    """P3: customers released together, group after group."""

    sizes: tuple[AtLeastOne, ...]
    rounds: AtLeastOne = 1
    same_certificate: Annotated[float, Meta(ge=0, le=1)] = 0.5  # share of bursts in which all ask for the same kind
    long_documents: Annotated[float, Meta(ge=0, le=1)] = 0.0  # share in which all ask for documents of several pages
    aborting: Annotated[float, Meta(ge=0, le=1)] = 0.0  # share in which every fourth gives up while waiting
    refused: Annotated[float, Meta(ge=0, le=1)] = 0.0  # share in which every other may not be issued anything
    alike: bool = False  # instead of any: a group for each certificate, for which all ask, and all at one node
    sync_steps: tuple[Step, ...] = ()  # steps to release together, in turn; none: the target's
    per_minute: NotNegative = 0.0  # groups begun, at most: in between the target rests; 0: one after the other
    spares: Annotated[int, Meta(ge=0)] = 0  # more of the largest size, for bursts that come to nothing
    withhold: Withhold | None = None  # what is held back of each request until the release; none: the target's


class Hold(PhaseBase, frozen=True, tag="hold"):
    """P4: more kiosks than the target can serve, each starting anew at once, until waits cross its time limits."""

    kiosks: AtLeastOne
    per_kiosk: AtLeastOne
    ramp: tuple[AtLeastOne, ...] = ()  # kiosks, step by step, beforehand: where the target serves no more (the knee)
    rounds: AtLeastOne = 1  # at most; each begins only while fewer than `enough` applications crossed a limit
    enough: AtLeastOne = 50
    repeated: Annotated[float, Meta(ge=0, le=1)] = 0.5  # share of customers who ask again for the very same
    changes: Annotated[int, Meta(ge=0)] = 0  # of the register while the load is held, each with its undoing


class Updates(PhaseBase, frozen=True, tag="updates"):
    """P5: issue, change the register, issue again once the change was acknowledged; and changes while issuing."""

    cancelled_seals: Annotated[int, Meta(ge=0)] = 0
    moves: Annotated[int, Meta(ge=0)] = 0
    entries: Annotated[int, Meta(ge=0)] = 0  # of name, former name, householder, death and protection, in turn
    families: Annotated[int, Meta(ge=0)] = 0  # of the name of one, between two issues of another's copy of all of them
    in_flight: Annotated[int, Meta(ge=0)] = 0  # changes that fall into somebody's issue, others being served
    fillers: Annotated[int, Meta(ge=0)] = 4  # people served around a change in flight
    crowd: Annotated[int, Meta(ge=0)] = 0  # people before whom, every other time, changes follow each other; 0: never


class Probes(PhaseBase, frozen=True, tag="probes"):
    """P6: what must not work, tried while others are served: foreign and closed sessions, cards that are no good."""

    rounds: AtLeastOne = 3  # in each of which every probe that the target's interface allows is made once
    fillers: Annotated[int, Meta(ge=0)] = 2  # people served meanwhile, for each probe


class Faults(PhaseBase, frozen=True, tag="faults"):
    """P6: lines, links and nodes fail while people are served, as the target file allows; then all come at once."""

    rounds: AtLeastOne = 1  # in each of which every fault that the target file allows happens once
    line_steps: tuple[Step, ...] = (Step.AUTHENTICATE, Step.APPLY, Step.COLLECT)  # at which a kiosk's line fails
    lasts_s: Annotated[float, Meta(gt=0, le=600)] = 3.0  # of a link's fault, or until a command is undone
    kiosks: AtLeastOne = 6  # at which people are served around it
    per_kiosk: AtLeastOne = 2  # customers at each: some during the fault, some after it
    stampede: AtLeastOne = 12  # people who come together once it is over


class Mix(PhaseBase, frozen=True, tag="mix"):
    """P7: arrivals as in operation: open model, exponential gaps, all certificates."""

    per_second: Annotated[float, Meta(gt=0)]  # on average
    seconds: Annotated[float, Meta(gt=0)]
    refused_share: Annotated[float, Meta(ge=0, le=1)] = 0.05  # arrivals of people to whom nothing may be issued
    aborting_share: Annotated[float, Meta(ge=0, le=1)] = 0.0  # arrivals of people who give up on the way
    # Weights of equal parts of the day from 06:30 to 23:00, compressed into `seconds`; empty: even.
    profile: tuple[NotNegative, ...] = ()


class Recovery(PhaseBase, frozen=True, tag="recovery"):
    """P9: after the last arrival of a window, one normal issue of every certificate on every node, each alone."""

    windows: AtLeastOne = 7  # confirmations that the plan holds: one for each window that it may take


class Baseline(PhaseBase, frozen=True, tag="baseline"):
    """Everybody's documents issued quietly, many of them twice: what a later run is compared with."""

    options_each: AtLeastOne = 2  # different options per resident and certificate
    twins: AtLeastOne = 12  # residents per certificate and kind of options that are issued it twice
    twins_all: Annotated[int, Meta(ge=0)] = 60  # up to so many residents everybody is
    lanes: AtLeastOne = 1  # applications under way at once
    interruptions: bool = True  # some people give up or are refused in between


class Sweep(PhaseBase, frozen=True, tag="sweep"):
    """Every resident's every certificate with every choice of options, once each, with nobody else there (全件)."""

    parallel: Annotated[int, Meta(ge=1, le=16)] = 1  # applications under way at once
    per_minute: NotNegative = 0.0  # applications begun, at most; 0: each when the one before has ended


AnyPhase = (
    Solo
    | Succession
    | Pairs
    | Steered
    | Seconds
    | Bursts
    | Hold
    | Updates
    | Probes
    | Faults
    | Mix
    | Recovery
    | Baseline
    | Sweep
)


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign file."""

    name: str
    title_ja: str
    title_en: str
    phase: Annotated[tuple[AnyPhase, ...], Meta(min_length=1)]
    description_ja: str = ""
    description_en: str = ""
    acceptance: bool = True  # false: a report says on its first page that this is no acceptance test
    seed: int = 1
    residents: Annotated[int, Meta(ge=0)] = 0  # use at most so many people; 0: all who may be used
    kiosks: Annotated[int, Meta(ge=2)] = 40
    certificates: Annotated[tuple[Certificate, ...], Meta(min_length=1)] = tuple(Certificate)
    time_limit_s: float = 0.0  # the target's print time limit this scenario is scaled to; 0: not scaled
    stop_when: StopWhen = StopWhen()  # besides what the target file says
    assure: Assure = Assure()  # what a PASS may leave open
    incident: str = ""  # published incident that it re-enacts (domain.md)
    digest: str = ""  # SHA-256 of the file; filled when loading


PROCEDURE = "procedure-v1"  # beside the scenarios, and none itself


def sweeps(scenario: Scenario) -> bool:
    """Tell whether a scenario asks for everything of everybody."""
    return any(isinstance(phase, Sweep) for phase in scenario.phase)


ABORTS = {event.value: event for event in AbortHow}


def _folders() -> tuple[Path, ...]:
    package = Path(harness.__file__).parent
    return (package / "scenarios", package.parent / "scenarios")


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with honnin, e.g. "go-live", "incidents/kawasaki"."""
    for folder in _folders():
        if folder.is_dir():
            names = (str(p.relative_to(folder).with_suffix("")) for p in folder.rglob("*.toml"))
            return tuple(sorted(name for name in names if name != PROCEDURE))
    return ()


def procedure_file() -> Path:
    """Return the standard procedure that comes with honnin: it lies beside the scenarios."""
    return next(path for folder in _folders() if (path := folder / f"{PROCEDURE}.toml").is_file())


def find_scenario(name: str) -> Path:
    """Return the file of a scenario given by name or path; raise UsageError listing the names there are."""
    if name.endswith(".toml") or Path(name).is_file():
        return Path(name)
    for folder in _folders():
        path = folder / f"{name}.toml"
        if path.is_file():
            return path
    raise UsageError(f"no scenario {name!r}; there are: {', '.join(scenario_names())}, or give the path of a TOML file")


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file; raise ConfigError naming file, key and what is allowed."""
    scenario = load_toml(path, Scenario)
    for place, phase in enumerate(scenario.phase):
        if isinstance(phase, Pairs) and not phase.pairs and not phase.strength:
            raise ConfigError(path, f"phase[{place}].pairs", "no pair would be played; give pairs >= 1, or a strength")
    return replace(scenario, digest=hashlib.sha256(path.read_bytes()).hexdigest())
