"""The master's view of all its workers: who came, who is lost, whose clock shows what, who serves which kiosk.

Kiosks are dealt to workers once a phase and never dealt again: a worker that is not heard of any more may still be
sending. A person, and the card with them, is leased with one application at a time (Leased), to one worker.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

import gevent
from gevent.event import AsyncResult, Event

from harness.records.history import HistoryRecord, Leased, WorkerCensus, WorkerState
from harness.records.plan import PlannedApplication
from kiosk_sim.engine.fleet import Faults
from kiosk_sim.engine.messages import (
    Bye,
    Fault,
    Finish,
    Fired,
    Hello,
    Hurry,
    Message,
    Order,
    Pong,
    Ready,
    Served,
)
from kiosk_sim.engine.post import Letter, Post
from kiosk_sim.engine.roster import Member
from kiosk_sim.engine.timekeeper import Timekeeper
from kiosk_sim.worker_clock import PING_PONGS, PING_PONGS_BETWEEN, clock_name

TO_MASTER: tuple[type[Message], ...] = (Hello, Pong, Served, Ready, Fired, Fault, Bye)
SILENT_S = 10.0  # a worker that says nothing for so long is lost; it is asked every `_ASK_S`
_ASK_S = 1.0
_LOOK_S = 0.1


class Crew:
    """All workers of a phase."""

    def __init__(
        self,
        post: Post,
        numbers: Sequence[int],
        *,
        phase: str,
        write: Callable[[HistoryRecord], None],
        faults: Faults,
        on_this_host: bool,
    ) -> None:
        """Expect workers of these numbers; `faults` is told of each loss or fault, and stops arrivals.

        `on_this_host`: they are processes of this host's supervisor, so that a dead one can be seen at once.
        """
        self.numbers = tuple(numbers)
        self.members: dict[int, Member] = {}
        self.burst_mail: dict[str, Callable[[Message], None]] = {}  # by batch: who waits for its Ready and Fired
        self._post = post
        self._phase = phase
        self._write = write
        self._faults = faults
        self._on_this_host = on_this_host
        self._clock = clock_name()
        self._by_name: dict[str, Member] = {}
        self._time = Timekeeper(self.send, write)
        self._changed = Event()
        self._hurried = False
        self._loops = [
            gevent.spawn(post.read, self._take, lambda e: faults.add("the master's mail", e)),
            gevent.spawn(self._look_after),
        ]

    def gather(self, within_s: float) -> tuple[int, ...]:
        """Wait until all have come, at most `within_s`; journal who did; return the numbers of those who did not."""
        by = time.monotonic() + within_s
        while len(self.members) < len(self.numbers) and time.monotonic() < by and not self._hurried:
            self._changed.clear()
            self._changed.wait(max(0.0, by - time.monotonic()))
        absent = tuple(n for n in self.numbers if n not in self.members)
        why = "had not come when the player was stopped" if self._hurried else f"did not come within {within_s:g} s"
        for number in absent:
            self._tell(number, WorkerState.ABSENT, reason=why)
        return absent

    def hurry(self) -> None:
        """The player is stopping: wait for nobody who has not come, and tell those who have."""
        self._hurried = True
        self._changed.set()
        self.send_all(Hurry())

    def measure_clocks(self, ping_pongs: int = PING_PONGS) -> None:
        """Measure every worker's clock, all at once, and journal what was found."""
        self._time.measure(self.present, ping_pongs)

    @property
    def present(self) -> list[Member]:
        """Workers that came and are neither lost nor gone."""
        return [m for m in self.members.values() if not m.lost and m.bye is None]

    def lease(self, member: Member, planned: PlannedApplication, planned_ns: int) -> AsyncResult[Served | None]:
        """Journal the lease and hand the application over; the result is None where the worker is lost."""
        waiting: AsyncResult[Served | None] = AsyncResult()
        if member.lost:
            waiting.set(None)
            return waiting
        self._write(
            Leased(
                application=planned.application,
                worker=member.number,
                writer=member.hello.writer,
                resident=planned.resident,
                card=planned.card,
                certificate=planned.certificate,
                kiosk=planned.kiosk,
                at_ns=time.monotonic_ns(),
            )
        )
        member.handed[planned.application] = waiting
        self.send(member, Order(application=planned.application, planned_ns=member.own_ns(planned_ns)))
        return waiting

    def send(self, member: Member, message: Message) -> None:
        """Send to one worker; one that cannot be sent to is lost."""
        try:
            self._post.send(message, member.name)
        except Exception as e:  # noqa: BLE001  boundary: Locust's channel, whatever it raises
            self._lose(member, f"cannot be sent to ({type(e).__name__})")

    def send_all(self, message: Message) -> None:
        """Send to everybody who is there."""
        for member in self.present:
            self.send(member, message)

    def finish(self, within_s: float) -> None:
        """Have every worker close its journal and wait for their goodbyes; who gives none in time is lost."""
        self.measure_clocks(PING_PONGS_BETWEEN)
        leaving = self.present
        self.send_all(Finish())
        by = time.monotonic() + within_s
        for member in leaving:
            if not member.left.wait(max(0.0, by - time.monotonic())):
                self._lose(member, f"did not end within {within_s:g} s")
        gevent.killall(self._loops)

    def _look_after(self) -> None:
        """Ask everybody now and then; notice who is silent or dead; follow the drift of clocks."""
        while True:
            gevent.sleep(_LOOK_S)
            try:
                for member in self.present:
                    self._look_at(member)
                self._time.follow(self.present)
            except Exception as e:  # noqa: BLE001  boundary: a greenlet's exception would only be printed
                self._faults.add("looking after the workers", e)

    def _look_at(self, member: Member) -> None:
        silent_s = (time.monotonic_ns() - member.heard_ns) / 1e9
        if self._on_this_host and not _alive(member.hello.pid):
            self._lose(member, "died")
        elif silent_s > SILENT_S:
            self._lose(member, f"was not heard of for {silent_s:.0f} s")
        elif silent_s > _ASK_S:
            self._time.ping(member)

    def _take(self, letter: Letter) -> None:
        member = self._by_name.get(letter.sender)
        if isinstance(letter.message, Hello):
            self._welcome(letter.sender, letter.message)
            return
        if member is None:
            return  # a stranger on the network, or one that was not expected
        member.heard_ns = time.monotonic_ns()
        if letter.lost:
            self._lose(member, f"its connection lost {letter.lost} messages")
        self._act_on(member, letter.message)

    def _act_on(self, member: Member, message: Message) -> None:
        match message:
            case Pong():
                member.answered(message)
            case Served():
                waiting = member.handed.pop(message.application, None)
                if waiting is not None:
                    waiting.set(message)
            case Ready() | Fired():
                if deliver := self.burst_mail.get(message.batch):
                    deliver(message)
            case Fault():
                self._faults.of_worker(f"{member}: {message.disk_full or message.generator}")
            case Bye():
                self._let_go(member, message)

    def _welcome(self, name: str, hello: Hello) -> None:
        if hello.worker not in self.numbers or hello.worker in self.members:
            return
        member = Member(name, hello, self._clock)
        self.members[hello.worker] = self._by_name[name] = member
        self._tell(hello.worker, WorkerState.JOINED, member)
        self._changed.set()

    def _let_go(self, member: Member, bye: Bye) -> None:
        member.bye = bye
        self._tell(member.number, WorkerState.LEFT, member, records=bye.records)
        member.left.set()

    def _lose(self, member: Member, why: str) -> None:
        if member.lost or member.bye is not None:
            return
        member.give_up(why)
        self._tell(member.number, WorkerState.LOST, member, reason=why)
        self._faults.of_worker(f"{member} is lost: {why}")

    def _tell(
        self, number: int, state: WorkerState, member: Member | None = None, *, records: int = 0, reason: str = ""
    ) -> None:
        self._write(
            WorkerCensus(
                worker=number,
                phase=self._phase,
                state=state,
                at_ns=time.monotonic_ns(),
                writer=member.hello.writer if member else "",
                host=member.hello.host if member else "",
                pid=member.hello.pid if member else 0,
                records=records,
                reason=reason,
            )
        )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
