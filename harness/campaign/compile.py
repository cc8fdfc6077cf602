"""Compiles a scenario into a plan. The same inputs give the same bytes."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from datetime import date

from msgspec.structs import replace

from harness.campaign.author import Author
from harness.campaign.cast import Cast, Choices
from harness.campaign.fitting import asked_for, fit, unmet, unplanned, with_fewer, without_probes
from harness.campaign.invalid_cards import holders_of
from harness.campaign.load import round_names
from harness.campaign.phases import PhaseCompiler
from harness.campaign.ranks import levelled
from harness.campaign.recovery import recovery_names
from harness.campaign.scenario import (
    AnyPhase,
    Baseline,
    Bursts,
    Hold,
    Pairs,
    Recovery,
    Scenario,
    Solo,
    Steered,
    Succession,
    Sweep,
    Updates,
    sweeps,
)
from harness.journal.plan_file import PlannedBatches, put_aside
from harness.population import Population
from harness.records.manifest import CardStanding
from harness.records.plan import PLAN_VERSION, Driver, LeftOut, Phase, PlanHeader, Probe
from harness.records.target import Target

_CHANGES_AT_ONCE = 4  # batches; the changes themselves never overlap


def pool_of(
    scenario: Scenario,
    population: Population,
    target: Target,
    seed: int,
    on: date,
    without: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the keys of all residents a plan of this scenario may use, so that only their cards need keys."""
    fitted, _ = fit(scenario, target)
    rng = random.Random(seed)  # noqa: S311  a plan is to be repeatable
    cast = _cast(fitted, population, target, rng, on, without)
    return cast.everybody if sweeps(fitted) else cast.keys


def compile_plan(
    scenario: Scenario,
    population: Population,
    target: Target,
    seed: int,
    card_of: Callable[[str], str],
    on: date,
    without: Collection[str] = (),
    choices: Choices | None = None,
    standings: Collection[CardStanding] = (),
    probes: Collection[Probe] = (),
) -> tuple[PlanHeader, PlannedBatches]:
    """Compile what of `scenario` this target has a place for, with this population.

    `card_of` gives a resident's card serial; `on` is the day of the run (ages); people in `without` play no part;
    `choices` limits options to those that a baseline has; people whose cards are no good, by their `standings`, are
    asked for alone and must get nothing; of `probes` the target's interface has a place for these.
    Raises UsageError where the target or the population cannot carry the scenario.
    """
    rng = random.Random(seed)  # noqa: S311  a plan is to be repeatable
    written = scenario
    scenario, left_out = fit(scenario, target)
    cast = _cast(scenario, population, target, rng, on, without, choices)
    invalid = holders_of(standings, population.residents, asked_for(scenario), on, target.rules)
    if not (probes or invalid):
        scenario, left_out = without_probes(scenario, left_out, target)
    author = Author(scenario, cast, rng, target, card_of, invalid, probes)
    compiler = PhaseCompiler(author)
    written_down = (batch for phase in scenario.phase for batch in compiler.compile(phase))
    batches = put_aside(levelled(written_down, author.nodes))
    relations, events = unmet(scenario, batches)
    fewer, never = with_fewer(scenario, batches), unplanned(written, batches)
    left_out = replace(left_out, fewer=fewer, relations=relations, events=events, probes=never)
    header = _header(scenario, population, target, seed, left_out, batches)
    return replace(header, covering=tuple(compiler.covering), time_limits_ms=author.time_limits_ms()), batches


def _cast(
    scenario: Scenario,
    population: Population,
    target: Target,
    rng: random.Random,
    on: date,
    without: Collection[str],
    choices: Choices | None = None,
) -> Cast:
    kinds, people = asked_for(scenario), population.residents.values()
    return Cast(people, rng, on, scenario.residents, without, kinds, choices, target.rules)


def _header(
    scenario: Scenario,
    population: Population,
    target: Target,
    seed: int,
    left_out: LeftOut,
    batches: PlannedBatches,
) -> PlanHeader:
    applications, updates, residents, kiosks = 0, 0, set[str](), set[str]()
    for batch in batches:
        applications += len(batch.applications)
        updates += len(batch.updates)
        residents.update(a.resident for a in batch.applications)
        kiosks.update(a.kiosk for a in batch.applications)
    return PlanHeader(
        version=PLAN_VERSION,
        scenario=scenario.name,
        scenario_digest=scenario.digest,
        seed=seed,
        population_digest=population.digest,
        target=target.name,
        phases=tuple(described for phase in scenario.phase for described in _phases(phase, batches)),
        batches=len(batches),
        applications=applications,
        updates=updates,
        residents=len(residents),
        kiosks=tuple(sorted(kiosks)),
        nodes=target.addressed,
        left_out=left_out,
        title_ja=scenario.title_ja,
        title_en=scenario.title_en,
        description_ja=scenario.description_ja,
        description_en=scenario.description_en,
        acceptance=scenario.acceptance,
        assure=scenario.assure,
        stop_when=scenario.stop_when,
    )


def _phases(phase: AnyPhase, batches: PlannedBatches) -> Iterator[Phase]:
    """Describe a phase to its player: quiet ones one at a time, the rest by as many users as it has kiosks.

    The rounds of a held load are phases of their own: between phases it is decided whether the next is needed.
    """
    for name in _names(phase):
        own = batches.of(name)
        quiet = _is_quiet(phase)
        kiosks = {a.kiosk for b in own for a in b.applications}
        yield Phase(
            phase=name,
            title_ja=phase.title_ja,
            title_en=phase.title_en,
            driver=Driver.QUIET if quiet else Driver.ENGINE,
            users=1 if quiet else max(1, len(kiosks)),
            parallel=_parallel(phase),
            per_minute=phase.per_minute if isinstance(phase, Sweep | Bursts) else 0.0,
            drain_s=10.0 if quiet else _drain_s(phase),
            decides=any(b.slot for b in own),
            enough=phase.enough if isinstance(phase, Hold) else 0,
            kind=str(type(phase).__struct_config__.tag),
            recovery=isinstance(phase, Recovery),
        )


def _names(phase: AnyPhase) -> tuple[str, ...]:
    match phase:
        case Hold():
            return round_names(phase)
        case Recovery():
            return recovery_names(phase)
        case _:
            return (phase.phase,)


def _is_quiet(phase: AnyPhase) -> bool:
    match phase:
        case Solo() | Recovery():
            return True
        case Succession() | Sweep():
            return phase.parallel == 1
        case Updates():
            return phase.in_flight == 0
        case Baseline():
            return phase.lanes == 1
        case _:
            return False


def _parallel(phase: AnyPhase) -> int:
    match phase:
        case Pairs() | Steered() | Succession() | Sweep():
            return phase.parallel
        case Baseline():
            return phase.lanes
        case Updates():
            return 1 if _is_quiet(phase) else _CHANGES_AT_ONCE
        case _:
            return 1


def _drain_s(phase: AnyPhase) -> float:
    return 60.0 if isinstance(phase, Hold) else 30.0
