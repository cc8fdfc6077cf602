"""Compiles each kind of phase into batches. Everything random comes from the plan's one seeded generator."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Collection, Iterator
from functools import singledispatchmethod

from harness.campaign.cast import Cast
from harness.campaign.quiet import Places, turns_of
from harness.campaign.scenario import (
    ABORTS,
    AnyPhase,
    Baseline,
    Bursts,
    Hold,
    Mix,
    Pairs,
    PhaseBase,
    Scenario,
    Solo,
    Succession,
    Updates,
)
from harness.errors import UsageError
from harness.records.certificates import Certificate, Options
from harness.records.plan import (
    AbortHow,
    Batch,
    BatchKind,
    PlannedAbort,
    PlannedApplication,
    PlannedUpdate,
    Step,
)

_ATOM_SHARE = 0.2  # of pairs, tried at gaps that known defects favour
_DISCONNECT_AFTER_MS = (1.0, 60.0)  # into the wait: before, within and after typical generation times


class PhaseCompiler:
    """Turns phases into batches, numbering applications, updates and batches through the whole plan."""

    def __init__(
        self,
        scenario: Scenario,
        cast: Cast,
        rng: random.Random,
        nodes: tuple[str, ...],
        card_of: Callable[[str], str],
        sync_step: Step,
    ) -> None:
        """Compile for these nodes; `card_of` gives a resident's card serial."""
        self._scenario = scenario
        self._cast = cast
        self._rng = rng
        self._nodes = nodes
        self._card_of = card_of
        self._sync_step = sync_step
        self._applications = itertools.count(1)
        self._batches = itertools.count(1)
        self._updates = itertools.count(1)
        self._deck: list[str] = []
        self._kiosks = list(range(scenario.kiosks))  # the longest rested first

    def compile(self, phase: AnyPhase) -> Iterator[Batch]:
        """Yield the batches of a phase, in the order they are to be played."""
        return self._compile(phase)

    @singledispatchmethod
    def _compile(self, phase: PhaseBase) -> Iterator[Batch]:
        raise TypeError(f"no compiler for phases of kind {type(phase).__name__}")

    @_compile.register
    def _solo(self, phase: Solo) -> Iterator[Batch]:
        for certificate in self._kinds(phase):
            for node in self._nodes or (None,):
                one = self._application(phase, certificate, kiosk=0, node=node)
                yield self._batch(phase, BatchKind.SEQUENCE, [one], "solo")
        for reason, certificate in self._cast.cases(self._kinds(phase)):
            resident = self._cast.refused(certificate, reason=reason)
            one = self._application(phase, certificate, kiosk=0, node=self._node(), resident=resident)
            yield self._batch(phase, BatchKind.SEQUENCE, [one], "solo:refusal")

    @_compile.register
    def _succession(self, phase: Succession) -> Iterator[Batch]:
        kiosks = itertools.count()
        for _ in range(phase.rounds):
            for event in phase.events:
                for middle in self._middles(phase, event):
                    for certificate in self._some_kinds(phase, 2):
                        yield from self._row(phase, event, certificate, middle, next(kiosks))

    def _middles(self, phase: Succession, event: str) -> list[PlannedAbort | None]:
        how = ABORTS.get(event)
        if how is None:
            return [None]
        steps = [s for s in phase.abort_steps if how is not AbortHow.DISCONNECT or s is not Step.TAKE_CARD]
        after = round(self._rng.uniform(*_DISCONNECT_AFTER_MS), 1) if how is AbortHow.DISCONNECT else 0.0
        return [PlannedAbort(step=step, how=how, after_ms=after) for step in steps]

    def _row(
        self, phase: Succession, event: str, certificate: Certificate, abort: PlannedAbort | None, kiosk: int
    ) -> Iterator[Batch]:
        """Yield first customer, the one who meets the event, and the next: on one kiosk and one node."""
        node = self._node()
        first = self._application(phase, certificate, kiosk=kiosk, node=node)
        used = {first.resident}
        if event == "refusal":
            refused = self._cast.refused(certificate, used)
            if refused is None:
                return
            middle = self._application(phase, certificate, kiosk=kiosk, node=node, resident=refused)
        else:
            middle = self._application(phase, certificate, kiosk=kiosk, node=node, besides=used, abort=abort)
        used.add(middle.resident)
        last = self._application(phase, certificate, kiosk=kiosk, node=node, besides=used)
        where = f"-at-{abort.step}" if abort else ""
        yield self._batch(phase, BatchKind.SEQUENCE, [first, middle, last], f"sequence:after-{event}{where}")

    @_compile.register
    def _pairs(self, phase: Pairs) -> Iterator[Batch]:
        for number in range(phase.pairs):
            kinds = self._kinds(phase)
            one = self._rng.choice(kinds)
            other = one if self._rng.random() < 0.5 else self._rng.choice(kinds)
            kiosks = self._two_kiosks()
            first, second = self._two_nodes(number)
            a = self._application(phase, one, kiosk=kiosks[0], node=first)
            b = self._application(
                phase, other, kiosk=kiosks[1], node=second, besides={a.resident}, gap_ms=self._gap_ms(phase)
            )
            yield self._batch(phase, BatchKind.BURST, [a, b], "pair")

    def _two_kiosks(self) -> list[int]:
        """Draw from the half of the kiosks that rested longest: pairs in flight together seldom want the same one."""
        rested = max(2, len(self._kiosks) // 2)
        two = [self._kiosks[place] for place in self._rng.sample(range(rested), 2)]
        self._kiosks = [k for k in self._kiosks if k not in two] + two
        return two

    def _gap_ms(self, phase: Pairs) -> float:
        """Draw from atoms, else 50/50 uniform and log-uniform: unknown windows of any width are met soon."""
        low, high = phase.gap_ms
        if phase.atoms_ms and self._rng.random() < _ATOM_SHARE:
            return self._rng.choice(phase.atoms_ms)
        if self._rng.random() < 0.5:
            return round(self._rng.uniform(low, high), 3)
        return round(math.exp(self._rng.uniform(math.log(max(low, 0.01)), math.log(high))), 3)

    def _two_nodes(self, number: int) -> tuple[str | None, str | None]:
        """Place a pair: a third on one node, the rest on two, so that equal ranks on both are met."""
        if len(self._nodes) < 2:
            return self._node(), self._node()
        if number % 3 == 0:
            node = self._node()
            return node, node
        first, second = self._rng.sample(self._nodes, 2)
        return first, second

    @_compile.register
    def _bursts(self, phase: Bursts) -> Iterator[Batch]:
        for size in (size for _ in range(phase.rounds) for size in phase.sizes):
            kinds = self._kinds(phase)
            common = self._rng.choice(kinds) if self._rng.random() < phase.same_certificate else None
            members: list[PlannedApplication] = []
            for kiosk in range(size):
                free = self._cast.next_for(common or self._rng.choice(kinds), kinds, {m.resident for m in members})
                if free is None:
                    break  # the population is smaller than the burst; the exposure shows the size played
                resident, certificate = free
                node = self._nodes[kiosk % len(self._nodes)] if self._nodes else None
                members.append(self._application(phase, certificate, kiosk=kiosk, node=node, resident=resident))
            yield self._batch(phase, BatchKind.BURST, members, f"burst:{len(members)}")

    @_compile.register
    def _hold(self, phase: Hold) -> Iterator[Batch]:
        """One closed batch; each kiosk has customers of its own, so that nobody stands at two kiosks at once."""
        people = self._cast.ordinary
        kiosks = min(phase.kiosks, len(people))
        members: list[PlannedApplication] = []
        for row in range(phase.per_kiosk):
            for kiosk in range(kiosks):
                own = people[kiosk::kiosks]
                resident = own[row % len(own)]
                kinds = [c for c in self._kinds(phase) if c in self._cast.may(resident)]
                if not kinds:
                    continue
                node = self._nodes[kiosk % len(self._nodes)] if self._nodes else None
                certificate = self._rng.choice(kinds)
                members.append(self._application(phase, certificate, kiosk=kiosk, node=node, resident=resident))
        yield self._batch(phase, BatchKind.CLOSED, members, f"hold:{kiosks}")

    @_compile.register
    def _update_phase(self, phase: Updates) -> Iterator[Batch]:
        for number in range(phase.cancelled_seals):
            yield self._around(phase, Certificate.INKAN, "seal", ("cancelled", "registered"), number)
        for number in range(phase.moves):
            resident = self._cast.residents[self._cast.next(Certificate.JUMINHYO)]
            if resident.address:
                new = f"{resident.municipality}新町{number + 1}丁目{self._rng.randrange(1, 99)}番{number + 1}号"
                values = (new, resident.address)
                yield self._around(phase, Certificate.JUMINHYO, "address", values, number, resident.key)

    def _around(
        self,
        phase: Updates,
        certificate: Certificate,
        field: str,
        values: tuple[str, str],
        kiosk: int,
        resident: str | None = None,
    ) -> Batch:
        """Issue, change, issue again once the change was acknowledged, then change back: the register is as before."""
        node = self._node()
        before = self._application(phase, certificate, kiosk=kiosk, node=node, resident=resident)
        after = self._application(phase, certificate, kiosk=kiosk, node=node, resident=before.resident)
        updates = tuple(
            PlannedUpdate(
                update=f"U{next(self._updates):05d}",
                resident=before.resident,
                field=field,
                value=value,
                before=after.application if value == values[0] else None,
            )
            for value in values
        )
        return self._batch(phase, BatchKind.SEQUENCE, [before, after], f"update:{field}", updates=updates)

    @_compile.register
    def _mix(self, phase: Mix) -> Iterator[Batch]:
        at_ms = 0.0
        members: list[PlannedApplication] = []
        recent: list[str] = []
        while (at_ms := at_ms + self._rng.expovariate(phase.per_second) * 1000.0) < phase.seconds * 1000.0:
            refuse = self._rng.random() < phase.refused_share
            certificate = self._rng.choice(self._kinds(phase))
            refused = self._cast.refused(certificate, recent) if refuse else None
            kiosk = self._rng.randrange(self._scenario.kiosks)
            one = self._application(
                phase, certificate, kiosk=kiosk, node=self._node(), resident=refused, besides=recent, start_ms=at_ms
            )
            members.append(one)
            recent = [*recent, one.resident][-len(self._cast.ordinary) // 2 :]
        yield self._batch(phase, BatchKind.ARRIVALS, members, "mix")

    @_compile.register
    def _baseline(self, phase: Baseline) -> Iterator[Batch]:
        for turns, purpose in turns_of(phase, self._kinds(phase), self._cast, self._rng, self._places()):
            applications = [
                self._application(
                    phase,
                    turn.certificate,
                    kiosk=turn.kiosk,
                    node=turn.node,
                    resident=turn.resident,
                    abort=turn.abort,
                    options=turn.options,
                )
                for turn in turns
            ]
            yield self._batch(phase, BatchKind.SEQUENCE, applications, purpose)

    def _places(self) -> Places:
        return Places(kiosks=self._scenario.kiosks, nodes=self._nodes)

    def _application(
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
    ) -> PlannedApplication:
        who = resident or self._cast.next(certificate, besides)
        return PlannedApplication(
            application=f"A{next(self._applications):06d}",
            resident=who,
            card=self._card_of(who),
            certificate=certificate,
            options=options or self._cast.options(who, certificate),
            kiosk=f"K{kiosk + 1:03d}",
            store=f"S{kiosk // 2 + 1:03d}",
            node=node,
            start_ms=round(start_ms, 1),
            gap_ms=gap_ms,
            think_ms=round(self._rng.uniform(*phase.think_ms), 1),
            abort=abort,
        )

    def _batch(
        self,
        phase: PhaseBase,
        kind: BatchKind,
        applications: list[PlannedApplication],
        purpose: str,
        updates: tuple[PlannedUpdate, ...] = (),
    ) -> Batch:
        return Batch(
            batch=f"B{next(self._batches):05d}",
            phase=phase.phase,
            kind=kind,
            applications=tuple(applications),
            updates=updates,
            sync_step=self._sync_step,
            purpose=purpose,
        )

    def _kinds(self, phase: PhaseBase) -> tuple[Certificate, ...]:
        kinds = phase.certificates or self._scenario.certificates
        if not kinds:
            raise UsageError(f"phase {phase.phase} has no certificates; list at least one in the scenario")
        return kinds

    def _some_kinds(self, phase: PhaseBase, count: int) -> list[Certificate]:
        kinds = list(self._kinds(phase))
        return self._rng.sample(kinds, min(count, len(kinds)))

    def _node(self) -> str | None:
        """Draw from a shuffled deck: nodes stay nearly equal in rank, which node-local numbers need to collide."""
        if not self._nodes:
            return None
        if not self._deck:
            self._deck = self._rng.sample(self._nodes, len(self._nodes))
        return self._deck.pop()
