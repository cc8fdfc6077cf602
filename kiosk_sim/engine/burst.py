"""What the coordinator knows of a burst, whoever releases it: this process, or several workers together."""

from __future__ import annotations

from typing import Protocol

from harness.records.history import BatchReleased, BurstBracket
from kiosk_sim.batches import BatchRun
from kiosk_sim.drivers.gate import Gate


class Burst(Protocol):
    """A burst being released, here or by several workers together; see kiosk_sim.rendezvous.Rendezvous."""

    def arm(self, timeout_s: float) -> tuple[str, ...]:
        """Wait, bounded, until everybody stands ready; return who is absent."""
        ...

    def release(self, at_ns: int | None = None) -> int | None:
        """Let everybody go, at an instant or soon; return it, or None where the attempt was void."""
        ...

    def hurry(self) -> None:
        """Release as soon as possible whoever has arrived."""
        ...

    def leave(self, application: str) -> None:
        """Say that an application will not come, or not come any more."""
        ...

    def dissolve(self) -> None:
        """Let nobody wait any more."""
        ...

    def result(self) -> BatchReleased:
        """Return who left when; call it once all visits are over."""
        ...

    def bracket(self) -> BurstBracket | None:
        """Return what the kernel said of the departures, where it was asked; call it with `result`."""
        ...


class Gates(Protocol):
    """Makes the gates of bursts."""

    def make(self, run: BatchRun) -> tuple[Burst, Gate | None]:
        """Return the gate of a batch, and what visits of this process hold at (None: they are made elsewhere)."""
        ...

    def lead_ns(self) -> int:
        """Return how long before it an instant of release has to be known."""
        ...
