"""What verbs of harness are handed to drive a target: implemented in kiosk_sim, wired by the command line."""

from __future__ import annotations

from typing import Protocol

from harness.records.history import ApplicationEnded, LedgerEntry, UpdateOutcome
from harness.records.plan import Batch, PlannedUpdate


class Player(Protocol):
    """Plays one planned batch to its end."""

    def play(self, batch: Batch) -> tuple[ApplicationEnded, ...]:
        """Play `batch`; return one ending per application, in plan order. Everything is journaled."""
        ...


class TargetControl(Protocol):
    """Optional capabilities of a target."""

    def update(self, update: PlannedUpdate) -> UpdateOutcome:
        """Change the register; journaled as intent and outcome."""
        ...

    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Read the target's own issue ledger."""
        ...
