"""Sends and receives our messages over Locust's channel, and notices where the channel lost one.

Handlers only enqueue: Locust would swallow what they raise. Locust's socket drops what is sent to a worker whose
connection is down at that moment, and says nothing; numbered messages show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec
from gevent.queue import Queue
from locust.runners import MasterRunner, WorkerRunner
from msgspec import Struct

from kiosk_sim.engine.messages import Message

MASTER = ""  # whom a worker sends to


class Letter(Struct, frozen=True):
    """A message, who sent it (as Locust names its workers), and how many before it were lost."""

    sender: str
    message: Message
    lost: int


class _Numbered(Struct, frozen=True):
    """A message as it travels: which this is of all from one end to the other, from 1."""

    number: int
    message: dict[str, object]


class Post:
    """One end of the channel: the master's or a worker's."""

    def __init__(self, runner: MasterRunner | WorkerRunner, kinds: tuple[type[Message], ...]) -> None:
        """Listen for messages of these kinds; anything else is Locust's."""
        self._runner = runner
        self._arrived: Queue[Letter] = Queue()
        self._sent: Counter[str] = Counter()  # by receiver
        self._received: Counter[str] = Counter()  # by sender
        for kind in kinds:
            runner.register_message(kind.kind(), self._listener(kind))

    def _listener(self, kind: type[Message]) -> Callable[..., None]:
        def enqueue(environment: object, msg: object) -> None:
            try:
                numbered = msgspec.convert(getattr(msg, "data", None), _Numbered)
                message = kind.unpacked(numbered.message)
            except msgspec.ValidationError:
                return  # a stranger's; one of ours would be missed by the number of the next
            sender = MASTER if isinstance(self._runner, WorkerRunner) else str(getattr(msg, "node_id", ""))
            lost = max(0, numbered.number - self._received[sender] - 1)
            self._received[sender] = numbered.number
            self._arrived.put(Letter(sender, message, lost))

        return enqueue

    def send(self, message: Message, to: str = MASTER) -> None:
        """Send to a worker by its name on the channel, or, on a worker, to the master. Waits for no answer."""
        self._sent[to] += 1
        numbered = {"number": self._sent[to], "message": message.packed()}
        self._runner.send_message(message.kind(), numbered, to or None)

    def read(self, take: Callable[[Letter], None], failed: Callable[[Exception], None]) -> None:
        """Hand every letter to `take`, for ever; what that raises goes to `failed`."""
        while True:
            letter: Letter = self._arrived.get()
            try:
                take(letter)
            except Exception as e:  # noqa: BLE001  boundary: a greenlet's exception would only be printed
                failed(e)
