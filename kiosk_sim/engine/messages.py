"""What master and workers say to each other over Locust's message channel: ids and instants, nothing secret.

Every instant `*_ns` is on the clock of the *worker* it is exchanged with; only the master converts. The channel is
plain TCP without authentication: nothing that is judged ever travels on it.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

from harness.records.history import BatchReleased, Ending
from harness.records.plan import Withhold

M = TypeVar("M", bound="Message")
PREFIX = "honnin_"  # of message types, so that none of ours ever meets one of Locust's own


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all messages."""

    @classmethod
    def kind(cls) -> str:
        """Return the message type that Locust's channel knows it by."""
        return PREFIX + cls.__name__.lower()

    def packed(self) -> dict[str, object]:
        """Return the message as plain values."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain

    @classmethod
    def unpacked(cls: type[M], plain: object) -> M:
        """Return the message out of plain values; raise msgspec.ValidationError."""
        return msgspec.convert(plain, cls)


class Hello(Message, frozen=True):
    """Worker: I am here, and this is what I write to."""

    worker: int
    writer: str
    host: str
    pid: int
    clock: str  # identifies the clock that CLOCK_MONOTONIC reads: equal names, one clock


class Ping(Message, frozen=True):
    """Master: what does your clock show?"""

    number: int


class Pong(Message, frozen=True):
    """Worker: this, when I read your ping."""

    worker: int
    number: int
    at_ns: int


class Order(Message, frozen=True):
    """Master: serve this customer at its kiosk as soon as that is free. Each is ordered once."""

    application: str
    planned_ns: int = 0  # intended start; 0: none


class Served(Message, frozen=True):
    """Worker: this customer has left; the journal says it too. An empty ending: the visit never began."""

    worker: int
    application: str
    ending: Ending | None = None
    code: str = ""
    reason: str = ""
    request_id: str = ""
    at_ns: int = 0


class Muster(Message, frozen=True):
    """Master: these customers of yours belong to a burst, each with its gap; hold them when they are ordered."""

    batch: str
    applications: tuple[str, ...]
    gaps_ms: tuple[float, ...]
    withhold: Withhold | None = None
    bracket: bool = False  # ask the kernel when the bytes left and arrived


class Leave(Message, frozen=True):
    """Master: this member of the burst will not be ordered."""

    batch: str
    application: str


class Arm(Message, frozen=True):
    """Master: tell me when everybody of the burst is ready, or who is not within this time."""

    batch: str
    within_ms: float


class Ready(Message, frozen=True):
    """Worker: armed; these are absent."""

    worker: int
    batch: str
    absent: tuple[str, ...]


class Fire(Message, frozen=True):
    """Master: release your part at this instant of your clock, each member after its own gap."""

    batch: str
    at_ns: int


class Fired(Message, frozen=True):
    """Worker: DONE; everybody of my part has been served, and this is who left when, on my clock."""

    worker: int
    batch: str
    released: BatchReleased
    void: str = ""  # why my part did not leave at the agreed instant


class Dissolve(Message, frozen=True):
    """Master: the burst is over, however it ended: let nobody wait any more."""

    batch: str


class Hurry(Message, frozen=True):
    """Master: the player is stopping: no new visits; whoever is held goes with those who have come."""


class BreakOff(Message, frozen=True):
    """Master: the drain time is over: end what is in flight."""


class Finish(Message, frozen=True):
    """Master: no more customers; close your journal and tell me how long it is."""


class Fault(Message, frozen=True):
    """Worker: something went wrong in the player itself."""

    worker: int
    generator: str = ""
    disk_full: str = ""


class Bye(Message, frozen=True):
    """Worker: my journal is closed, and holds so many records."""

    worker: int
    records: int
    played: int  # applications begun
    adapter_fault: str = ""  # where no application ended otherwise than by one
