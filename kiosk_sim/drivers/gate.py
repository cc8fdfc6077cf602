"""What holds a burst's applications before their synchronised send; the engine's rendezvous fulfils it."""

from __future__ import annotations

from typing import Protocol

from harness.records.plan import Step
from kiosk_sim.drivers.transport import Fire


class Gate(Protocol):
    """One burst. Every application of it either holds once, or leaves."""

    step: Step  # the step whose first send is held

    def hold(self, application: str, fire: Fire | None) -> None:
        """Block until the burst is released; raise what `fire` raised.

        `fire` is called once, by the releaser, at this application's gap. None: there is no connection to send on
        yet (the centre's pool); the caller sends once this returns, and reports by `departed`.
        """
        ...

    def departed(self, application: str, left_ns: int) -> None:
        """Report when a send left that was held without `fire`."""
        ...

    def leave(self, application: str) -> None:
        """Say that the application will not come, or not come any more; harmless after `hold`."""
        ...
