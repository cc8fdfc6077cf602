"""A worker of the distributed engine: `python -m kiosk_sim.engine.worker`, started by `honnin run` or `honnin worker`.

It serves the customers that the master sends to its kiosks, and writes journal and documents of its own. It never goes
on alone: once the master is not heard of any more, what is in flight is drained and the journal closed.

Exit codes: 0 played, 3 generator fault, 4 the master was not heard of any more, or a signal; 5 disk full, 64 usage.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

import gevent
from gevent.event import Event
from locust.env import Environment
from locust.runners import WorkerRunner

from harness.errors import DiskFull, GeneratorFault
from kiosk_sim.engine.fleet import kiosk_user
from kiosk_sim.engine.lag import LoopLag
from kiosk_sim.engine.messages import (
    Arm,
    BreakOff,
    Bye,
    Dissolve,
    Finish,
    Fire,
    Hello,
    Hurry,
    Leave,
    Message,
    Muster,
    Order,
    Ping,
    Pong,
)
from kiosk_sim.engine.post import Letter, Post
from kiosk_sim.engine.sockets import raise_file_limit
from kiosk_sim.engine.station import Share, Station
from kiosk_sim.exits import Exit, exit_code
from kiosk_sim.release import freeze_heap
from kiosk_sim.worker_clock import clock_name

TO_WORKER: tuple[type[Message], ...] = (Ping, Order, Muster, Leave, Arm, Fire, Dissolve, Hurry, BreakOff, Finish)
_CONNECT_S = 60.0  # until Locust's channel to the master stands
_SILENT_S = 15.0  # without a word from a master that asks every second; longer than the master itself waits
_QUIT_S = 5.0  # for Locust's own goodbye


def main(arguments: list[str] | None = None) -> int:
    """Play a worker's share of one phase; return the exit code."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.engine.worker", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="run folder, or this worker's own copy of it")
    parser.add_argument("--phase", required=True, help="phase of its plan")
    parser.add_argument("--worker", type=int, required=True, help="this worker's number, never given twice in a run")
    parser.add_argument("--place", type=int, required=True, help="its index among the workers of the phase, from 0")
    parser.add_argument("--workers", type=int, required=True, help="how many workers play the phase")
    parser.add_argument("--master", required=True, metavar="HOST:PORT", help="where the master listens")
    given = parser.parse_args(arguments)
    raise_file_limit()
    host, _, port = given.master.rpartition(":")
    share = Share(number=given.worker, place=given.place, workers=given.workers)
    return exit_code(lambda: Worker(Station(given.run, given.phase, share)).play(host, int(port)))


class Worker:
    """Does what the master says, one message after the other."""

    def __init__(self, station: Station) -> None:
        """Nothing is connected yet."""
        self._station = station
        self._finish = Event()
        self._heard_ns = time.monotonic_ns()
        self._master_lost = ""

    def play(self, host: str, port: int) -> int:
        """Serve until the master says that it is over, or is lost; raise GeneratorFault, DiskFull."""
        station = self._station
        station.warm()
        environment = Environment(user_classes=[kiosk_user(station.fleet)], stop_timeout=station.drain_s)
        runner = _connect(environment, host, port)
        self._post = Post(runner, TO_WORKER)
        station.begin(self._send)
        freeze_heap()
        lag = LoopLag(station.log.write)
        gevent.spawn(self._post.read, self._take, lambda e: station.fail("the worker's mail", e))
        gevent.spawn(self._watch_master)
        for number in (signal.SIGTERM, signal.SIGINT):
            gevent.signal_handler(number, lambda: self._lose_master("this worker was told to stop by a signal"))
        self._say_hello()
        self._finish.wait()
        station.drain()
        return self._close(runner, lag.stop())

    def _say_hello(self) -> None:
        station = self._station
        host, clock = os.uname().nodename, clock_name()
        self._send(Hello(worker=station.number, writer=station.log.writer, host=host, pid=os.getpid(), clock=clock))

    def _send(self, message: Message) -> None:
        try:
            self._post.send(message)
        except Exception as e:  # noqa: BLE001  boundary: Locust's channel, whatever it raises
            self._lose_master(f"the master cannot be sent to ({type(e).__name__})")

    def _take(self, letter: Letter) -> None:
        self._heard_ns = time.monotonic_ns()
        if letter.lost:
            self._lose_master(f"the connection to the master lost {letter.lost} messages")
        station = self._station
        match letter.message:
            case Ping(number=number):
                self._send(Pong(worker=station.number, number=number, at_ns=time.monotonic_ns()))
            case Order() as order:
                station.order(order)
            case Hurry():
                station.hurry()
            case BreakOff():
                station.break_off()
            case Finish():
                self._finish.set()
            case Muster() | Leave() | Arm() | Fire() | Dissolve() as about_a_burst:
                station.burst(about_a_burst)

    def _lose_master(self, why: str) -> None:
        """Go on to the end of what is in flight, and no further."""
        if self._finish.is_set():
            return
        self._master_lost = self._master_lost or why
        self._station.hurry()
        self._station.dissolve()
        gevent.spawn_later(self._station.drain_s, self._station.break_off)
        self._finish.set()

    def _watch_master(self) -> None:
        while not self._finish.wait(1.0):
            silent_s = (time.monotonic_ns() - self._heard_ns) / 1e9
            if silent_s > _SILENT_S:
                self._lose_master(f"the master was not heard of for {silent_s:.0f} s")

    def _close(self, runner: WorkerRunner, lag_note: str) -> int:
        station = self._station
        log = station.log
        try:
            for note in (lag_note, self._master_lost):
                if note:
                    log.note(note)
            station.close()
        except DiskFull as e:
            station.fail("the journal", e)
        else:
            bye = Bye(worker=station.number, records=log.records, played=log.started, adapter_fault=log.adapter_fault)
            self._send(bye)
        with gevent.Timeout(_QUIT_S, False):
            runner.greenlet.join()
        return self._code()

    def _code(self) -> int:
        faults = self._station.faults
        if reason := faults.reason or self._master_lost:
            print(reason, file=sys.stderr)
        if faults.disk_full:
            return Exit.DISK_FULL
        if faults.generator:
            return Exit.GENERATOR_FAULT
        return Exit.INTERRUPTED if self._master_lost else Exit.OK


def _connect(environment: Environment, host: str, port: int) -> WorkerRunner:
    try:
        with gevent.Timeout(_CONNECT_S):
            return environment.create_worker_runner(host, port)
    except gevent.Timeout:
        raise GeneratorFault(f"no master answered at {host}:{port} within {_CONNECT_S:g} s") from None


if __name__ == "__main__":
    sys.exit(main())
