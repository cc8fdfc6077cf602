"""Faults from outside: what a target file allows ([faults]), and what a plan has happen around the target."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$")]  # becomes part of file names
Argv = Annotated[tuple[str, ...], Meta(min_length=1)]
Positive = Annotated[float, Meta(gt=0, le=3600)]


class LineFault(StrEnum):
    """What happens to a kiosk's own line in the midst of a request."""

    CUT_REQUEST = "cut_request"  # the connection ends when about half of the request has left
    CUT_ANSWER = "cut_answer"  # it ends when a part of the answer's body has come
    HALF_CLOSE = "half_close"  # our direction ends behind the request; the answer is still awaited
    SLOW_READ = "slow_read"  # the answer is taken in sips


class LinkFault(StrEnum):
    """What happens to a link between two parts of the target."""

    DELAY = "delay"  # `delay_ms` in each direction, and up to `jitter_ms` more
    BANDWIDTH = "bandwidth"  # `bytes_per_s` in each direction of each connection
    RESET = "reset"  # all connections end with a reset, once; new ones pass
    DOWN = "down"  # all connections end, and new ones do at once


class PlannedFault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fault around a batch: of a link, or (`how` is None) a command of the target file."""

    fault: str  # F0001, unique in the plan
    on: str  # name of the link or command in the target file
    how: LinkFault | None = None
    start_ms: float = 0.0  # after the batch's start; of a burst: after its release
    lasts_ms: float = 1000.0
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    bytes_per_s: float = 0.0


class Link(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection between two parts of the target that leads through honnin while a run goes on."""

    name: Name
    listen: str  # HOST:PORT that one part of the target is told to connect to
    to: str  # HOST:PORT of the other part


class Command(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command that pauses, stops or fails over a part of the target, and the one that undoes it. No shell."""

    name: Name
    start: Argv
    undo: Argv  # must be harmless where `start` did nothing, or only half of it
    longest_s: Positive = 30.0  # from the start to the undoing, whatever becomes of honnin
    command_s: Positive = 60.0  # within which each of the two ends


class AllowedFaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[faults] of a target file. Nothing is allowed that is not written there."""

    line: bool = False  # kiosks may cut, half close and slow down their own connections
    link: tuple[Link, ...] = ()
    command: tuple[Command, ...] = ()
    links_stay_s: Annotated[float, Meta(ge=0, le=3600)] = 60.0  # links go on passing so long after the run, unharmed

    @property
    def any(self) -> bool:
        """Whether anything is allowed."""
        return self.line or bool(self.link) or bool(self.command)
