"""Writes down what is planned: numbers applications, updates and batches, and places people at kiosks and nodes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Collection, Sequence

from harness.campaign.cast import Cast
from harness.campaign.invalid_cards import Holder
from harness.campaign.scenario import PhaseBase, Scenario
from harness.errors import UsageError
from harness.records.certificates import Certificate, Options
from harness.records.plan import (
    AbortHow,
    Batch,
    BatchKind,
    PlannedAbort,
    PlannedApplication,
    PlannedProbe,
    PlannedUpdate,
    Probe,
    Relation,
    Slot,
    Step,
)
from harness.records.target import Client, Target

_DISCONNECT_AFTER_MS = (1.0, 60.0)  # into the wait: before, within and after typical generation times


class Author:
    """Everything that the phases of one plan share. Deterministic for a given generator and order of calls."""

    def __init__(
        self,
        scenario: Scenario,
        cast: Cast,
        rng: random.Random,
        target: Target,
        card_of: Callable[[str], str],
        invalid: Sequence[Holder] = (),
        probes: Collection[Probe] = (),
    ) -> None:
        """Write for this target; `card_of` gives a resident's card serial, `invalid` are holders of useless cards.

        `probes` are those that the target's interface allows.
        """
        self.scenario = scenario
        self.cast = cast
        self.rng = rng
        self.target = target
        self.nodes = target.addressed
        self.invalid = invalid
        self.probes = frozenset(probes)
        self._card_of = card_of
        self._applications = itertools.count(1)
        self._batches = itertools.count(1)
        self._updates = itertools.count(1)
        self._deck: list[str] = []
        self._rested = list(range(scenario.kiosks))  # the longest rested first

    def application(
        self,
        phase: PhaseBase,
        certificate: Certificate,
        *,
        kiosk: int,
        node: str | None,
        resident: str | None = None,
        besides: Collection[str] = (),
        abort: PlannedAbort | None = None,
        gap_ms: float = 0.0,
        start_ms: float = 0.0,
        options: Options | None = None,
        card: str = "",
        lane: int | None = None,
    ) -> PlannedApplication:
        """Plan one application: of `resident`, else of who waited longest and is not among `besides`.

        `card` is another than the resident's valid one.
        """
        who = resident or self.cast.next(certificate, besides)
        return PlannedApplication(
            application=f"A{next(self._applications):06d}",
            resident=who,
            card=card or self._card_of(who),
            certificate=certificate,
            options=options or self.cast.options(who, certificate),
            kiosk=_kiosk(kiosk),
            store=_store(kiosk),
            node=node,
            start_ms=round(start_ms, 1),
            gap_ms=gap_ms,
            think_ms=round(self.rng.uniform(*phase.think_ms), 1),
            abort=abort,
            lane=lane,
        )

    def with_bad_card(self, phase: PhaseBase, holder: Holder, kiosk: int) -> PlannedApplication:
        """Plan an application with a card that is no good, by somebody who may otherwise be issued it."""
        known = holder.resident in self.cast.residents
        return self.application(
            phase,
            holder.certificate,
            kiosk=kiosk,
            node=self.node(),
            resident=holder.resident,
            options=None if known else Options(),
            card=holder.serial,
        )

    def second(self, probe: Probe, resident: str, kiosk: int) -> PlannedProbe:
        """Plan the second person of a probe."""
        card = self._card_of(resident)
        return PlannedProbe(probe=probe, resident=resident, card=card, kiosk=_kiosk(kiosk), store=_store(kiosk))

    def lane(self, number: int) -> int | None:
        """Return the centre's connections in turn; None where kiosks have connections of their own."""
        return number % self.target.connections if self.target.client is Client.CENTRE else None

    def update(
        self, resident: str, field: str, value: str, before: str | None = None, start_ms: float = 0.0
    ) -> PlannedUpdate:
        """Plan one change of the register."""
        number = f"U{next(self._updates):05d}"
        return PlannedUpdate(
            update=number, resident=resident, field=field, value=value, before=before, start_ms=round(start_ms, 1)
        )

    def batch(
        self,
        phase: PhaseBase,
        kind: BatchKind,
        applications: Collection[PlannedApplication],
        purpose: str,
        *,
        updates: tuple[PlannedUpdate, ...] = (),
        sync_step: Step | None = None,
        relation: Relation | None = None,
        fillers: int = 0,
        phase_ms: float | None = None,
        slot: Slot | None = None,
        name: str = "",
    ) -> Batch:
        """Plan what belongs together; `name` is the phase's where it is one of several of a scenario's phase."""
        return Batch(
            batch=f"B{next(self._batches):05d}",
            phase=name or phase.phase,
            kind=kind,
            applications=tuple(applications),
            updates=updates,
            sync_step=sync_step or self.target.synchronise,
            purpose=purpose,
            relation=relation,
            fillers=fillers,
            phase_ms=phase_ms,
            slot=slot,
        )

    def kinds(self, phase: PhaseBase) -> tuple[Certificate, ...]:
        """Return the certificates of a phase; raise UsageError where it has none."""
        kinds = phase.certificates or self.scenario.certificates
        if not kinds:
            raise UsageError(f"phase {phase.phase} has no certificates; list at least one in the scenario")
        return kinds

    def some_kinds(self, phase: PhaseBase, count: int) -> list[Certificate]:
        """Draw certificates of a phase, all different."""
        kinds = list(self.kinds(phase))
        return self.rng.sample(kinds, min(count, len(kinds)))

    def node(self) -> str | None:
        """Draw from a shuffled deck: nodes stay nearly equal in rank, which node-local numbers need to collide."""
        if not self.nodes:
            return None
        if not self._deck:
            self._deck = self.rng.sample(self.nodes, len(self.nodes))
        return self._deck.pop()

    def node_at(self, place: int) -> str | None:
        """Return the nodes in turn."""
        return self.nodes[place % len(self.nodes)] if self.nodes else None

    def two_nodes(self, *, same: bool) -> tuple[str | None, str | None]:
        """Place a pair on one node or on two (see harness.campaign.ranks)."""
        if len(self.nodes) < 2:
            return self.node(), self.node()
        if same:
            node = self.node()
            return node, node
        first, second = self.rng.sample(self.nodes, 2)
        return first, second

    def two_kiosks(self, *, one_store: bool = False) -> tuple[int, int]:
        """Draw from the half of the kiosks that rested longest: pairs in flight together seldom want the same one."""
        rested = self._rested[: max(2, len(self._rested) // 2)]
        if one_store:
            neighbours = [k for k in rested if k % 2 == 0 and k + 1 < self.scenario.kiosks]
            first = self.rng.choice(neighbours) if neighbours else 0
            two = (first, first + 1)
        else:
            first = self.rng.choice(rested)
            apart = [k for k in rested if _store(k) != _store(first)] or [k for k in rested if k != first]
            two = (first, self.rng.choice(apart))
        self._rested = [k for k in self._rested if k not in two] + list(two)
        return two

    def other_kiosks(self, taken: Collection[int], count: int) -> list[int]:
        """Take so many kiosks that rested longest, besides those taken."""
        some = [k for k in self._rested if k not in taken][:count]
        self._rested = [k for k in self._rested if k not in some] + some
        return some

    def time_limits_ms(self) -> tuple[float, ...]:
        """Return the target's known time limits: declared by the target file, else by the scenario."""
        known = self.target.time_limits_s or ((self.scenario.time_limit_s,) if self.scenario.time_limit_s else ())
        return tuple(sorted({round(s * 1000.0, 3) for s in known}))

    def disconnect(self, step: Step) -> PlannedAbort:
        """Plan to hang up somewhere in the wait of a step."""
        after = round(self.rng.uniform(*_DISCONNECT_AFTER_MS), 1)
        return PlannedAbort(step=step, how=AbortHow.DISCONNECT, after_ms=after)


def is_turn(number: int, share: float) -> bool:
    """Tell whether the `number`-th is one of a share, evenly spread."""
    return (number + 1) * share // 1 > number * share // 1


def _kiosk(place: int) -> str:
    return f"K{place + 1:03d}"


def _store(place: int) -> str:
    return f"S{place // 2 + 1:03d}"
