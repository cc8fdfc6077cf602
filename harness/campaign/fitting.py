"""Fits a scenario to a target: what its interface has no place for is left out of the plan, and told.

Told as well is where the population is too small for what the scenario asks.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec.structs import replace

from harness.campaign.scenario import AnyPhase, Bursts, Faults, Hold, Pairs, Probes, Scenario, Succession, Updates
from harness.errors import UsageError
from harness.records.certificates import Certificate
from harness.records.plan import Batch, Fewer, LeftOut, Probe, Relation, Step
from harness.records.target import Client, Target

_BY_HAND = 2  # of each kind: with their undoing at most eight changes for the operator
# The centre has a serial and nothing else: card, PIN and fee are the kiosk's and its own business.
_NOT_THE_CENTRES = (Step.OPEN, Step.AUTHENTICATE, Step.TAKE_CARD, Step.PAY)


def fit(scenario: Scenario, target: Target) -> tuple[Scenario, LeftOut]:
    """Return what of `scenario` can be played against `target`, and what was left out.

    Raises UsageError naming what the target offers where nothing is left.
    """
    steps = steps_lacking(target)
    offered = target.certificates
    together = (target.synchronise, *target.also_synchronise)
    fitted: list[tuple[AnyPhase, AnyPhase | None]] = []
    for phase in scenario.phase:
        allowed = target.faults.any or not isinstance(phase, Faults)
        fits = _fit(phase, scenario, offered, steps, target.updates, together) if allowed else None
        fitted.append((phase, fits))
    kept = tuple(phase for _, phase in fitted if phase is not None)
    if not kept:
        raise _no_place(scenario, target)
    left_out = LeftOut(
        certificates=tuple(c for c in asked_for(scenario) if c not in offered),
        steps=steps,
        phases=tuple(before.phase for before, phase in fitted if phase is None),
        phase_titles=tuple((before.title_ja, before.title_en) for before, phase in fitted if phase is None),
    )
    return replace(scenario, phase=kept, certificates=_offered(scenario.certificates, offered)), left_out


def without_probes(scenario: Scenario, left_out: LeftOut, target: Target) -> tuple[Scenario, LeftOut]:
    """Return the scenario without the phases that only try what must not work: here nothing could be tried.

    Raises UsageError where nothing is left.
    """
    trying = [phase for phase in scenario.phase if isinstance(phase, Probes)]
    kept = tuple(phase for phase in scenario.phase if phase not in trying)
    if not kept:
        raise _no_place(scenario, target)
    phases = (*left_out.phases, *(p.phase for p in trying))
    titles = (*left_out.phase_titles, *((p.title_ja, p.title_en) for p in trying))
    return replace(scenario, phase=kept), replace(left_out, phases=phases, phase_titles=titles)


def unplanned(scenario: Scenario, batches: Collection[Batch]) -> tuple[Probe, ...]:
    """Return the probes that `scenario` asks for and that nobody makes."""
    made = {a.probe.probe for b in batches for a in b.applications if a.probe}
    asked = any(isinstance(phase, Probes) for phase in scenario.phase)
    return tuple(p for p in Probe if p not in made) if asked else ()


def _no_place(scenario: Scenario, target: Target) -> UsageError:
    return UsageError(
        f"target {target.name} has no place for anything in scenario {scenario.name}: it issues "
        f"{', '.join(target.certificates) or 'nothing'}, updates = {str(target.updates).lower()}; choose another "
        "scenario"
    )


def asked_for(scenario: Scenario) -> tuple[Certificate, ...]:
    """Return every certificate that some phase of `scenario` may ask for."""
    asked: set[Certificate] = set()
    for phase in scenario.phase:
        asked.update(phase.certificates or scenario.certificates)
        if isinstance(phase, Updates):
            asked.update(kind for kind, times in _updated(phase).items() if times)
    return tuple(kind for kind in Certificate if kind in asked)


def _updated(phase: Updates) -> dict[Certificate, int]:
    """Return how often each certificate is issued around a change of the register."""
    residence = phase.moves + phase.entries + phase.families + phase.in_flight
    return {Certificate.INKAN: phase.cancelled_seals, Certificate.JUMINHYO: residence}


def steps_lacking(target: Target) -> tuple[Step, ...]:
    """Return the kiosk's steps that `target` never sees, in their order."""
    if target.client is Client.CENTRE:
        return _NOT_THE_CENTRES
    return () if target.fees else (Step.PAY,)


def with_fewer(scenario: Scenario, batches: Collection[Batch]) -> tuple[Fewer, ...]:
    """Return the phases in which fewer people come together than `scenario` asks for."""
    found = []
    for phase in scenario.phase:
        together = (len({a.kiosk for a in b.applications}) for b in batches if b.phase == phase.phase)
        planned = max(together, default=0)
        if planned < (asked := _people_at_once(phase)):
            found.append(Fewer(phase=phase.phase, asked=asked, planned=planned))
    return tuple(found)


def _people_at_once(phase: AnyPhase) -> int:
    """Return how many people a phase asks to come together; 0 where it does not say."""
    match phase:
        case Hold():
            return phase.kiosks
        case Bursts():
            return max(phase.sizes, default=0)
        case _:
            return 0


def _fit(
    phase: AnyPhase,
    scenario: Scenario,
    offered: Collection[Certificate],
    steps: Collection[Step],
    updates: bool | Literal["manual"],
    together: Collection[Step],
) -> AnyPhase | None:
    """Return the phase without what is lacking; None where nothing of it is left."""
    if isinstance(phase, Updates):
        phase = _by_hand(phase) if updates == "manual" else phase
        if Certificate.INKAN not in offered:
            phase = replace(phase, cancelled_seals=0)
        if Certificate.JUMINHYO not in offered:
            phase = replace(phase, moves=0, entries=0, families=0, in_flight=0)
        return phase if updates and any(_updated(phase).values()) else None
    if isinstance(phase, Succession):
        phase = replace(phase, abort_steps=tuple(s for s in phase.abort_steps if s not in steps))
    if isinstance(phase, Faults):
        phase = replace(phase, line_steps=tuple(s for s in phase.line_steps if s not in steps))
    if isinstance(phase, Hold) and updates is not True:
        phase = replace(phase, changes=0)
    if isinstance(phase, Bursts):
        phase = replace(phase, sync_steps=tuple(s for s in phase.sync_steps if s in together))
    asked = phase.certificates or scenario.certificates
    kinds = _offered(asked, offered)
    if asked and not kinds:
        return None
    return replace(phase, certificates=kinds) if phase.certificates else phase


def _by_hand(phase: Updates) -> Updates:
    """Return what a person can do: each change and its undoing, and none into the midst of an issue."""
    seals, moves = min(phase.cancelled_seals, _BY_HAND), min(phase.moves, _BY_HAND)
    return replace(phase, cancelled_seals=seals, moves=moves, entries=0, families=0, in_flight=0)


def unmet(scenario: Scenario, batches: Collection[Batch]) -> tuple[tuple[Relation, ...], tuple[str, ...]]:
    """Return the relations that no pair has, for want of people, and the events that no row of customers meets."""
    relations: tuple[Relation, ...] = ()
    if any(isinstance(phase, Pairs) and phase.strength for phase in scenario.phase):
        met = {b.relation for b in batches}
        relations = tuple(r for r in Relation if r not in met)
    purposes = {b.purpose.partition("-at-")[0] for b in batches}
    asked = [event for phase in scenario.phase if isinstance(phase, Succession) for event in phase.events]
    events = tuple(dict.fromkeys(e for e in asked if f"sequence:after-{e}" not in purposes))
    return relations, events


def _offered(kinds: tuple[Certificate, ...], offered: Collection[Certificate]) -> tuple[Certificate, ...]:
    return tuple(kind for kind in kinds if kind in offered)
