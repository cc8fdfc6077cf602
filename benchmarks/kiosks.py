"""How many journaled sends a second the engine makes, beside bare Locust users (FastHttpUser) on the same stub.

Interleaved rounds of bare Locust, the engine, and the engine while readers at their low priority never run out of
documents; ratios within each round, and their median. On a busy machine sends a second are a lottery, and the
processor time of a send is what tells. Also: how far apart the departures of a burst are. All on loopback, the stub in
a process of its own. The aim is 0.85 of bare Locust, with readers.

Run: python benchmarks/kiosks.py [--kiosks 50] [--visits 40] [--rounds 5] [--readers 1]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec

from harness.journal import RunFolder, read_history
from harness.reading.pool import ReaderPool
from harness.records.certificates import Certificate, Options
from harness.records.history import BatchReleased, Ending, SendIntent, SendOutcome
from harness.records.manifest import MANIFEST_VERSION, Manifest
from harness.records.plan import PLAN_VERSION, Batch, BatchKind, Driver, Phase, PlanHeader, PlannedApplication, Step
from kiosk_sim.targets.actions import End, Send

SENDS_A_VISIT = 8  # as many as a visit to the reference issuer has
BODY = b"x" * 200
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n" + b"y" * 400
BURSTS = {10: 12, 50: 8, 100: 6}  # size: how many
DOCUMENT = Path(__file__).parents[1] / "tests/corpus/documents/api2/inkan_R00128_under.pdf"
AIM = 0.85

_STUB = """
import asyncio, sys
ANSWER = {answer!r}

class Stub(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.waiting = transport, b""
    def data_received(self, data):
        self.waiting += data
        while (end := self.waiting.find(b"\\r\\n\\r\\n")) >= 0 and len(self.waiting) >= end + 4 + {body}:
            self.waiting = self.waiting[end + 4 + {body}:]
            self.transport.write(ANSWER)

async def main():
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
"""

_BARE = """
import sys, time, json
from time import process_time
from locust import FastHttpUser, constant, task
from locust.env import Environment
import gevent

url, users, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])

class Bare(FastHttpUser):
    host = url
    wait_time = constant(0)
    @task
    def send(self):
        self.client.post("/", data=b"x" * {body})

environment = Environment(user_classes=[Bare])
runner = environment.create_local_runner()
runner.start(users, spawn_rate=users)
gevent.sleep(1.0)
before, began, used = environment.stats.total.num_requests, time.perf_counter(), process_time()
gevent.sleep(seconds)
sends = environment.stats.total.num_requests - before
print(json.dumps([sends / (time.perf_counter() - began), (process_time() - used) / sends * 1e6]), flush=True)
runner.quit()
"""


class BenchAdapter:
    """A visit of equal sends without any pause; loaded by the engine as `kiosks:BenchAdapter`."""

    def __init__(self, target):
        pass

    def issue(self, order):
        for number in range(SENDS_A_VISIT):
            yield Send(method="POST", path="/", body=BODY, step=Step.APPLY, synchronise=number == 0)
        return End(ending=Ending.DELIVERED)

    update = ledger = builds = probe = issue


def main() -> None:
    """Print one line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kiosks", type=int, default=50)
    parser.add_argument("--visits", type=int, default=40, help="per kiosk")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--readers", type=int, default=1, help="processes that read documents all the while")
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with stub() as url, tempfile.TemporaryDirectory() as folder:
        compare(url, Path(folder), given)
        for size, count in BURSTS.items():
            spreads = spread_us(engine(url, Path(folder) / f"burst{size}", bursts(size, count)))
            told = f"{statistics.median(spreads):8.0f} us median, {max(spreads):.0f} worst"
            print(f"burst of {size:3d}: departures within   {told}")


def compare(url: str, folder: Path, given: argparse.Namespace) -> None:
    """Play the rounds; print each and the medians."""
    ratios: dict[str, list[tuple[float, float]]] = {"engine": [], "engine beside readers": []}
    for number in range(given.rounds):
        bare, bare_us = bare_locust(url, given.kiosks)
        print(f"round {number + 1}: FastHttpUser, {given.kiosks} users {bare:.0f} sends/s, {bare_us:.0f} us CPU a send")
        for way, found in ratios.items():
            with reading(given.readers) if way != "engine" else nullcontext():
                rate, overhead_us, cpu_us = journaled(url, folder / f"{way}{number}", given)
            found.append((rate / bare, bare_us / cpu_us))
            told = f"{rate:.0f} sends/s, {cpu_us:.0f} us CPU a send, intent to departure {overhead_us:.0f} us"
            print(f"  {way}, journaled: {told}: {rate / bare:.2f} x by rate, {bare_us / cpu_us:.2f} x by CPU")
    for way, found in ratios.items():
        told = (
            f"{statistics.median(one):.2f} x ({min(one):.2f} to {max(one):.2f})" for one in zip(*found, strict=True)
        )
        print(f"{way} / FastHttpUser, median: {' by rate, '.join(told)} by CPU; aim {AIM}")


def journaled(url: str, path: Path, given: argparse.Namespace) -> tuple[float, float, float]:
    """Return sends a second, median from intent to departure (us), and the processor time of a send (us)."""
    before_s = cpu_s()
    engine(url, path.with_suffix(".start"), closed(given.kiosks, 1))
    started_s = cpu_s()
    records = engine(url, path, closed(given.kiosks, 1 + given.visits))
    used_s = cpu_s() - started_s - (started_s - before_s)
    return *throughput(records), used_s / (given.kiosks * given.visits * SENDS_A_VISIT) * 1e6


def cpu_s() -> float:
    """Return the processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def reading(processes: int) -> Iterator[None]:
    """Have so many readers read one document after the other."""
    over = threading.Event()
    with ReaderPool(processes) as pool:

        def feed() -> None:
            body, number = DOCUMENT.read_bytes(), 0
            while not over.is_set():
                number += 1
                pool.submit(str(number), body + b"\n%%%d" % number)
                over.wait(0.01 if pool.lag > 2 * processes else 0.0)
                for _ in pool.finished():
                    pass

        feeding = threading.Thread(target=feed)
        feeding.start()
        try:
            yield
        finally:
            over.set()
            feeding.join()


@contextmanager
def stub():
    """Run the stub; yield its URL."""
    source = _STUB.format(answer=ANSWER, body=len(BODY))
    child = subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{int(child.stdout.readline())}"
    finally:
        child.stdin.close()
        child.wait(5)


def bare_locust(url: str, users: int, seconds: float = 5.0) -> tuple[float, float]:
    """Return requests per second of Locust's own fast client, and the processor time of each (us)."""
    source = _BARE.replace("{body}", str(len(BODY)))
    command = [sys.executable, "-c", source, url, str(users), str(seconds)]
    return tuple(json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))


def closed(kiosks: int, visits: int) -> list[Batch]:
    """Return one batch in which every kiosk serves its row without a pause."""
    people = [application(n, f"K{n % kiosks}") for n in range(kiosks * visits)]
    return [Batch(batch="B1", phase="P", kind=BatchKind.CLOSED, applications=tuple(people))]


def bursts(size: int, count: int) -> list[Batch]:
    """Return `count` bursts of `size`."""
    return [
        Batch(
            batch=f"B{b}",
            phase="P",
            kind=BatchKind.BURST,
            applications=tuple(application(b * size + n, f"K{n}") for n in range(size)),
        )
        for b in range(count)
    ]


def application(number: int, kiosk: str) -> PlannedApplication:
    """Return one application; each of another person."""
    return PlannedApplication(
        application=f"A{number:06d}",
        resident=f"R{number}",
        card=str(number),
        certificate=Certificate.TAX,
        options=Options(),
        kiosk=kiosk,
        store="S",
    )


def engine(
    url: str,
    path: Path,
    batches: list[Batch],
    *,
    adapter: str = "kiosks:BenchAdapter",
    extra: str = "",
    parallel: int = 1,
    under: tuple[str, ...] = (),
) -> list:
    """Play batches with the engine, `parallel` at once; return the journal's records.

    `extra` ends the target file; `under` is the command that starts the engine's.
    """
    folder, _ = lay_out(url, path, batches, adapter=adapter, extra=extra, parallel=parallel)
    command = [*under, sys.executable, "-m", "kiosk_sim.engine", "--run", str(path), "--phase", "P"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return [entry.record for entry in read_history(folder)]


def lay_out(
    url: str,
    path: Path,
    batches: list[Batch],
    *,
    adapter: str,
    extra: str = "",
    parallel: int = 1,
    client: str = "kiosk",
) -> tuple[RunFolder, Phase]:
    """Make a run folder whose only phase, P, holds the batches; return both."""
    folder = RunFolder.create(path)
    folder.target.write_text(
        f'name = "bench"\nurl = "{url}"\nadapter = "{adapter}"\nclient = "{client}"\n'
        f'[extra]\nadapter_path = "{Path(__file__).parent}"\n{extra}'
    )
    phase = Phase(phase="P", title_ja="", title_en="", driver=Driver.ENGINE, parallel=parallel)
    header = PlanHeader(
        version=PLAN_VERSION,
        scenario="",
        scenario_digest="",
        seed=0,
        population_digest="",
        target="bench",
        phases=(phase,),
        batches=len(batches),
        applications=0,
        updates=0,
        residents=0,
        kiosks=(),
        nodes=(),
    )
    folder.plan.write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in (header, *batches)))
    manifest = Manifest(
        version=MANIFEST_VERSION,
        run="bench",
        honnin="",
        scenario="",
        scenario_digest="",
        target="",
        target_digest="",
        plan_digest="",
        population_digest="",
        started_wall_ns=time.time_ns(),
    )
    folder.manifest.write_bytes(msgspec.json.encode(manifest))
    return folder, phase


def throughput(records: list) -> tuple[float, float]:
    """Return sends per second from first departure to last answer, and the median from intent to departure (us)."""
    intents = {r.send: r.at_ns for r in records if isinstance(r, SendIntent)}
    outcomes = [r for r in records if isinstance(r, SendOutcome)]
    seconds = (max(o.at_ns for o in outcomes) - min(o.left_ns for o in outcomes)) / 1e9
    overhead = statistics.median((o.left_ns - intents[o.send]) / 1e3 for o in outcomes)
    return len(outcomes) / seconds, overhead


def spread_us(records: list) -> list[float]:
    """Return first to last departure of each burst, in microseconds."""
    return [(max(r.left_ns) - min(r.left_ns)) / 1e3 for r in records if isinstance(r, BatchReleased)]


if __name__ == "__main__":
    main()
