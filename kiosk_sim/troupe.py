"""Puts together who plays a phase: one troupe per player program."""

from __future__ import annotations

from kiosk_sim.batches import Performs, Troupe
from kiosk_sim.played import Played
from kiosk_sim.progress import Progress
from kiosk_sim.retired import Retired
from kiosk_sim.settling import Settler
from kiosk_sim.stage import Stage


def troupe_of(stage: Stage, played: Played, progress: Progress, performer: Performs | None = None) -> Troupe:
    """Return the troupe of an open stage that knows the run's past; `performer` plays instead of the stage's own."""
    return Troupe(
        performer=performer or stage.performer,
        log=stage.log,
        retired=Retired(played.open, played.spoilt_residents, stage.target.limits.settle_s),
        settler=settler_of(stage, played),
        progress=progress,
        updates_allowed=bool(stage.target.updates),
    )


def settler_of(stage: Stage, played: Played) -> Settler:
    """Return who settles by the ledger what this run left open, lines that were there before it set aside."""
    return Settler(
        stage.performer,
        stage.adapter,
        stage.log,
        request_ids=played.request_ids,
        taken_ids=played.taken_ids,
        before=played.ledger_before,
        ledger=stage.target.ledger,
    )
