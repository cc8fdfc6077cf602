"""What holds a burst's applications before their synchronised send; the engine's rendezvous fulfils it."""

from __future__ import annotations

from typing import Protocol

from harness.records.plan import Step
from kiosk_sim.drivers.transport import Fire


class Gate(Protocol):
    """One burst. Every application of it either holds, or leaves."""

    step: Step  # the step whose first send is held

    def line_up(self, application: str) -> int | None:
        """Block until the application may take a connection of the centre's pool; return which (None: any).

        Called before `hold` where connections are pooled: a connection taken any sooner would be missing to those who
        have not arrived yet. Who shares a connection with an earlier one is let through after the release only.
        """
        ...

    def hold(self, application: str, fire: Fire) -> None:
        """Block until the burst is released; raise SendFailed, what `fire` raised, or Withdrawn.

        `fire`, a Charge if it can leave in two parts, is fired once, by the releaser, at this application's gap. After
        Withdrawn it is not fired any more; with `again` the application makes its request anew, and holds again.
        """
        ...

    def leave(self, application: str) -> None:
        """Say that the application will not come, or not come any more; harmless after `hold`."""
        ...
