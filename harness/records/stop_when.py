"""When arrivals are to end before the plan does ([stop_when] of a target file or a scenario)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class StopWhen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits beyond which the target is left alone; none by default. Where several are given, each of them counts."""

    # Share of the last `of_last` applications that failed or are of unknown outcome; giving up on purpose is neither.
    error_rate: Annotated[float, Meta(gt=0, le=1)] | None = None
    of_last: Annotated[int, Meta(ge=10)] = 50
    probe_ms: Annotated[float, Meta(gt=0)] | None = None  # the adapter's probe fails or takes longer
    health_command: tuple[str, ...] = ()  # program and arguments; it ends with another exit code than 0
    every_s: Annotated[float, Meta(ge=0.5)] = 10.0  # between two probes, and two calls of the command
    in_a_row: Annotated[int, Meta(ge=1)] = 2  # probes or calls beyond their limit; one may be chance

    @property
    def asks(self) -> bool:
        """Whether somebody has to ask the target, or to call a command, all the while."""
        return self.probe_ms is not None or bool(self.health_command)
