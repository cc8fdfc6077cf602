"""Two workers against one process: journaled sends a second, processor time, and how far apart a burst leaves.

Interleaved rounds on the same stub target, which must not be the limit: nginx (Debian: nginx-light), which answers at a
small part of what a journaled send costs; without it two processes of a stub in Python, which on two processors are
themselves the limit. The lines say how many processors the generator had. On loopback.

Run: python benchmarks/workers.py [--kiosks 60] [--visits 40] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from kiosks import BODY, SENDS_A_VISIT, application, bursts, cpu_s, lay_out, stub
from msgspec.structs import replace

from harness.journal import RunFolder, read_history
from harness.lifeline import start
from harness.records.history import BatchReleased, Ending, SendOutcome
from harness.records.plan import Batch, BatchKind, Step
from harness.run.crew import LocalCrew
from kiosk_sim.targets.actions import End, Send

_NGINX = """
worker_processes 1; daemon off; pid nginx.pid; error_log error.log;
events {{ worker_connections 2048; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 600; default_type text/plain;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "{answer}"; }} }}
}}
"""
SIZES = {10: 10, 50: 6, 100: 5}  # of bursts: how many
CREWS = (1, 2)


class PlacedSends:
    """A visit of equal sends to the kiosk's own node; loaded by the engine as `workers:PlacedSends`."""

    def __init__(self, target):
        pass

    def issue(self, order):
        for number in range(SENDS_A_VISIT):
            first = number == 0
            yield Send(method="POST", path="/", body=BODY, step=Step.APPLY, synchronise=first, node=order.node)
        return End(ending=Ending.DELIVERED)

    update = ledger = builds = probe = issue


class Played(NamedTuple):
    """What one round achieved."""

    sends: int
    sends_per_s: float  # from first departure to last answer
    cpu_s: float  # of the generator's processes, starting them included
    spreads_us: tuple[float, ...]


def main() -> None:
    """Print one line per measurement, then the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kiosks", type=int, default=60)
    parser.add_argument("--visits", type=int, default=40, help="per kiosk")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if nginx := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
            urls = [stack.enter_context(_served_by(nginx, folder / "nginx"))]
        else:
            urls = [stack.enter_context(stub()) for _ in range(2)]
        print("target:", "nginx" if nginx else "two processes in Python (nginx is not installed): likely the limit")
        closed(urls, folder, given)
        released(urls, folder)


def closed(urls: list[str], folder: Path, given: argparse.Namespace) -> None:
    """Compare throughput, without any pause at the kiosks."""
    rates: dict[int, list[float]] = {workers: [] for workers in CREWS}
    costs_us: dict[int, list[float]] = {workers: [] for workers in CREWS}
    for number in range(given.rounds):
        for workers in CREWS:
            started = play(urls, folder / f"s{number}-{workers}", [_visits(given.kiosks, 1)], workers)
            played = play(urls, folder / f"c{number}-{workers}", [_visits(given.kiosks, 1 + given.visits)], workers)
            cost_us = (played.cpu_s - started.cpu_s) / (played.sends - started.sends) * 1e6
            rates[workers].append(played.sends_per_s)
            costs_us[workers].append(cost_us)
            busy = played.sends_per_s * cost_us / 1e6
            print(
                f"{workers} worker(s): {played.sends_per_s:6.0f} sends/s, {cost_us:.0f} us of processor time a send: "
                f"{busy:.2f} processors busy in the generator"
            )
    ratio = statistics.median(two / one for one, two in zip(rates[1], rates[2], strict=True))
    cost = statistics.median(costs_us[2]) / statistics.median(costs_us[1])
    print(f"2 against 1: {ratio:.2f} x sends/s (median of rounds), {cost:.2f} x processor time a send")


def _visits(kiosks: int, each: int) -> Batch:
    people = [application(n, f"K{n % kiosks:03d}") for n in range(kiosks * each)]
    return Batch(batch="B1", phase="P", kind=BatchKind.CLOSED, applications=tuple(people))


@contextmanager
def _served_by(nginx: str, folder: Path) -> Iterator[str]:
    """Run nginx on a free port, everything it writes below `folder`; yield its URL."""
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "nginx.conf").write_text(_NGINX.format(port=port, answer="y" * 400))
    server = subprocess.Popen([nginx, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"])
    try:
        _await_listener(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(5)


def _await_listener(port: int) -> None:
    until = time.monotonic() + 5
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def released(urls: list[str], folder: Path) -> None:
    """Compare how far apart the departures of bursts are."""
    for size, count in SIZES.items():
        for workers in CREWS:
            spreads = play(urls, folder / f"b{size}-{workers}", bursts(size, count), workers).spreads_us
            told = f"{statistics.median(spreads):7.0f} us median, {max(spreads):.0f} worst"
            print(f"burst of {size:3d} from {workers} worker(s): departures within {told}")


def play(urls: list[str], path: Path, batches: list[Batch], workers: int) -> Played:
    """Play batches with one process, or with a master and so many workers of this machine."""
    nodes = "".join(f'[[nodes]]\nid = "n{n}"\nurl = "{url}"\n' for n, url in enumerate(urls))
    spread = [_spread(b, len(urls)) for b in batches]
    folder, phase = lay_out(urls[0], path, spread, adapter="workers:PlacedSends", extra=nodes)
    before = cpu_s()
    arguments = ("--run", str(path), "--phase", "P")
    if workers == 1:
        code = start("kiosk_sim.engine", *arguments, stdout=subprocess.DEVNULL).wait()
    else:
        crew = LocalCrew(folder, workers)
        master = start("kiosk_sim.engine", *arguments, *crew.arguments(), stdout=subprocess.PIPE)
        crew.begin(phase, json.loads(master.stdout.readline())["port"])
        for _ in master.stdout:  # progress, until its end
            pass
        code = master.wait()
        assert not crew.end(phase)
    assert code == 0
    return _achieved(folder, cpu_s() - before)


def _spread(batch: Batch, stubs: int) -> Batch:
    people = (replace(a, node=f"n{int(a.kiosk[1:]) // 2 % stubs}") for a in batch.applications)
    return replace(batch, applications=tuple(people))


def _achieved(folder: RunFolder, cpu_s: float) -> Played:
    records = [entry.record for entry in read_history(folder)]
    sends = [r for r in records if isinstance(r, SendOutcome)]
    took_s = (max(s.at_ns for s in sends) - min(s.left_ns for s in sends)) / 1e9
    spreads = [(max(r.left_ns) - min(r.left_ns)) / 1e3 for r in records if isinstance(r, BatchReleased)]
    return Played(len(sends), len(sends) / took_s, cpu_s, tuple(spreads))


if __name__ == "__main__":
    main()
