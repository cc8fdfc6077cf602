"""Compiles each kind of phase into batches. Everything random comes from the plan's one seeded generator."""

from __future__ import annotations

from collections.abc import Iterator

from harness.campaign.author import Author
from harness.campaign.bursts import burst_batches
from harness.campaign.changes import update_batches
from harness.campaign.faults import fault_batches
from harness.campaign.load import hold_batches, mix_batches
from harness.campaign.pairs import pair_batches, second_batches, steered_batches
from harness.campaign.probes import probe_batches
from harness.campaign.quiet import Places, turns_of
from harness.campaign.recovery import recovery_batches
from harness.campaign.scenario import (
    AnyPhase,
    Baseline,
    Bursts,
    Faults,
    Hold,
    Mix,
    Pairs,
    Probes,
    Recovery,
    Seconds,
    Solo,
    Steered,
    Succession,
    Sweep,
    Updates,
)
from harness.campaign.succession import solo_batches, succession_batches
from harness.campaign.sweep import sweep_batches
from harness.records.plan import Batch, BatchKind, Covering


class PhaseCompiler:
    """Turns phases into batches, one after the other; gathers what the covering arrays of their pairs cover."""

    def __init__(self, author: Author) -> None:
        """Nothing is planned yet."""
        self._author = author
        self.covering: list[Covering] = []

    def compile(self, phase: AnyPhase) -> Iterator[Batch]:  # noqa: PLR0912  one line for each kind of phase
        """Yield the batches of a phase, in the order they are to be played."""
        author = self._author
        match phase:
            case Solo():
                return solo_batches(phase, author)
            case Succession():
                return succession_batches(phase, author)
            case Pairs():
                return pair_batches(phase, author, self.covering.append)
            case Steered():
                return steered_batches(phase, author)
            case Seconds():
                return second_batches(phase, author)
            case Bursts():
                return burst_batches(phase, author)
            case Hold():
                return hold_batches(phase, author)
            case Updates():
                return update_batches(phase, author)
            case Probes():
                return probe_batches(phase, author)
            case Faults():
                return fault_batches(phase, author)
            case Mix():
                return mix_batches(phase, author)
            case Recovery():
                return recovery_batches(phase, author)
            case Baseline():
                return _baseline_batches(phase, author)
            case Sweep():
                return sweep_batches(phase, author)


def _baseline_batches(phase: Baseline, author: Author) -> Iterator[Batch]:
    places = Places(kiosks=author.scenario.kiosks, nodes=author.nodes)
    for turns, purpose in turns_of(phase, author.kinds(phase), author.cast, author.rng, places):
        applications = [
            author.application(
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
        yield author.batch(phase, BatchKind.SEQUENCE, applications, purpose)
