"""How far apart the requests of a burst arrive, by the clock of the server's kernel, beside other ways to send at once.

honnin (the engine, inside a Locust process whose other users are busy), Locust's FastHttpUser waked by an Event (the
same), threads at a barrier, `hey` and `h2load --h1` where installed (Debian: hey, nghttp2-client), and as the limit a
loop in C over connections held back in the same way. One run, one receiver, trials interleaved by rounds.

Where this machine lets the engine go before its other programs (CAP_SYS_NICE), it does; then `ordinary` is the engine
without that right, and `c-fifo` the loop in C with it.

Run: python benchmarks/bursts.py [--sizes 2,10,50,100,200] [--rounds 3] [--trials 3]
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from burst_rivals import BODY, BUSY_USERS, BUSY_WAIT_S
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kiosks import application, engine
from msgspec.structs import replace

from harness.records.history import BatchReleased, Ending, Held
from harness.records.plan import Batch, BatchKind, PlannedApplication, Step
from kiosk_sim.release import may_go_first
from kiosk_sim.targets.actions import End, Send, Wait

HERE = Path(__file__).parent
AIMS = (("honnin", "c", 1.3, 2), ("honnin", "c-fifo", 1.3, 2), ("ordinary", "c", 1.3, 2), ("honnin", "h2load", 1.0, 50))
Spreads = dict[tuple[str, int], list[float]]  # (way, size) -> first to last arrival, us


class BurstAdapter:
    """One request to warm up, one to be released; or, in the store `busy`, requests until the bursts are over."""

    bursts_left = 0

    def __init__(self, target):
        BurstAdapter.bursts_left = int(target.extra["applications"])

    def issue(self, order):
        if order.store == "busy":
            while BurstAdapter.bursts_left > 0:
                yield Send(method="POST", path="/busy", body=BODY, step=Step.OPEN)
                yield Wait(ms=BUSY_WAIT_S * 1000.0)
        else:
            yield Send(method="POST", path="/warm", body=BODY, step=Step.OPEN)
            yield Send(method="POST", path=f"/{order.store}", body=BODY, step=Step.APPLY, synchronise=True)
            BurstAdapter.bursts_left -= 1
        return End(ending=Ending.DELIVERED)

    update = ledger = builds = probe = issue


class Receiver:
    """benchmarks/burst_receiver.py, running."""

    def __init__(self, ca: Path | None, client_ca: Path | None = None) -> None:
        files = [str(file) for file in (ca, ca and ca.with_suffix(".key"), client_ca) if file]
        command = [sys.executable, str(HERE / "burst_receiver.py"), *files]
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port, control = (int(port) for port in self._child.stdout.readline().split())
        self._control = socket.create_connection(("127.0.0.1", control))
        self._answers = self._control.makefile()
        self.ca = str(ca) if ca else ""
        self.url = f"{'https' if ca else 'http'}://127.0.0.1:{self.port}"

    def arrivals(self) -> dict[str, list[int]]:
        """Return what arrived since the last time, by path (ns)."""
        self._control.sendall(b"take\n")
        return json.loads(self._answers.readline())

    def spreads(self) -> Spreads:
        """Return what arrived since the last time; a burst of which not all arrived is an error."""
        found: Spreads = defaultdict(list)
        for path, arrivals in self.arrivals().items():
            way, size, _ = path.strip("/").split("/")
            if len(arrivals) != int(size):
                raise SystemExit(f"{path}: {len(arrivals)} arrived")
            found[way.rpartition("-")[0], int(size)].append((max(arrivals) - min(arrivals)) / 1e3)
        return found

    def close(self) -> None:
        self._answers.close()
        self._control.close()
        self._child.wait(10)


def honnin(receiver: Receiver, sizes: list[int], trials: int, mark: str, way: str = "honnin", under=()) -> None:
    """Play all bursts in one phase of the engine, beside kiosks that are busy."""
    numbers = itertools.count()
    load = batch("load", BatchKind.CLOSED, people(numbers, BUSY_USERS, "L", "busy"))
    bursts = [
        batch(f"B{size}-{trial}", BatchKind.BURST, people(numbers, size, "K", f"{way}-{mark}/{size}/{trial}"))
        for trial in range(trials)
        for size in sizes
    ]
    extra = f'applications = "{sum(len(b.applications) for b in bursts)}"\n'
    tls = f'[tls]\nca = "{receiver.ca}"\n' if receiver.ca else ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run"
        records = engine(
            receiver.url,
            path,
            [load, *bursts],
            adapter="bursts:BurstAdapter",
            extra=extra + tls,
            parallel=2,
            under=under,
        )
    held = {one for r in records if isinstance(r, BatchReleased) for one in r.held}
    if held != {Held.RECORD if receiver.ca else Held.HEADER}:
        raise SystemExit(f"held back otherwise than intended: {held}")


def ordinary(receiver: Receiver, sizes: list[int], trials: int, mark: str) -> None:
    """The same without the right to go before other programs of this machine."""
    honnin(receiver, sizes, trials, mark, "ordinary", ("setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice"))


def people(numbers: Iterator[int], count: int, kiosks: str, store: str) -> tuple[PlannedApplication, ...]:
    """Return so many people, each at a kiosk of their own."""
    return tuple(replace(application(next(numbers), f"{kiosks}{n}"), store=store) for n in range(count))


def batch(name: str, kind: BatchKind, applications: tuple[PlannedApplication, ...]) -> Batch:
    """Return a batch of the one phase."""
    return Batch(batch=name, phase="P", kind=kind, applications=applications)


def rival(way: str):
    """Return how a way of benchmarks/burst_rivals.py is run."""

    def run(receiver: Receiver, sizes: list[int], trials: int, mark: str) -> None:
        told = [way, "127.0.0.1", str(receiver.port), ",".join(map(str, sizes)), str(trials), mark]
        if receiver.ca:
            told.append(receiver.ca)
        subprocess.run([sys.executable, str(HERE / "burst_rivals.py"), *told], check=True, capture_output=True)

    return run


def tool(way: str, command: list[str]):
    """Return how a program that makes N requests over N connections is run."""

    def run(receiver: Receiver, sizes: list[int], trials: int, mark: str) -> None:
        for trial in range(trials):
            for size in sizes:
                url = f"{receiver.url}/{way}-{mark}/{size}/{trial}"
                subprocess.run([*command, "-n", str(size), "-c", str(size), url], check=True, capture_output=True)

    return run


def ways(folder: Path) -> dict:
    """Return all ways that this machine has."""
    body = folder / "body"
    body.write_bytes(BODY)
    found = {"honnin": honnin}
    if may_go_first() and shutil.which("setpriv"):
        found["ordinary"] = ordinary
    found |= {"event": rival("event"), "threads": rival("threads")}
    if shutil.which("hey"):
        found["hey"] = tool("hey", ["hey", "-m", "POST", "-D", str(body)])
    if shutil.which("h2load"):
        found["h2load"] = tool("h2load", ["h2load", "--h1", "-t", "1", "-d", str(body)])
    if shutil.which("cc"):
        found["c"] = rival("c")
        if may_go_first():
            found["c-fifo"] = rival("c-fifo")
    return found


def certificate(folder: Path) -> Path:
    """Make a self-signed certificate of 127.0.0.1; return its file, beside which the key lies."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "bench.pem").write_bytes(built.public_bytes(pem))
    (folder / "bench.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return folder / "bench.pem"


@contextmanager
def receiving(ca: Path | None, client_ca: Path | None = None) -> Iterator[Receiver]:
    """Run a receiver; with `client_ca` it asks for certificates of clients."""
    receiver = Receiver(ca, client_ca)
    try:
        yield receiver
    finally:
        receiver.close()


def measure(ca: Path | None, found: dict, sizes: list[int], rounds: int, trials: int) -> Spreads:
    """Run every way in every round; return all spreads."""
    spreads: Spreads = defaultdict(list)
    with receiving(ca) as receiver:
        for number in range(rounds):
            for run in found.values():
                run(receiver, sizes, trials, str(number))
                for key, values in receiver.spreads().items():
                    spreads[key] += values
    return spreads


def show(title: str, spreads: Spreads, found: dict, sizes: list[int]) -> None:
    """Print one table, and which aims were met."""
    print(f"\n{title}: first to last arrival at the server's kernel, us, median / p95")
    print(f"{'':9s}" + "".join(f"{f'N={size}':>17s}" for size in sizes))
    for way in found:
        cells = (f"{statistics.median(v):.0f} / {sorted(v)[int(len(v) * 0.95)]:.0f}" for v in _of(spreads, way, sizes))
        print(f"{way:9s}" + "".join(f"{cell:>17s}" for cell in cells))
    for way, other, aim, from_ in AIMS:
        if way in found and other in found:
            print(_compared(way, other, spreads, sizes, aim, from_))


def _compared(way: str, other: str, spreads: Spreads, sizes: list[int], aim: float, from_: int) -> str:
    pairs = zip(sizes, _of(spreads, way, sizes), _of(spreads, other, sizes), strict=True)
    ratios = [(n, statistics.median(own) / statistics.median(others)) for n, own, others in pairs]
    missed = [n for n, ratio in ratios if n >= from_ and ratio > aim]
    told = ", ".join(f"N={n} {ratio:.2f}" for n, ratio in ratios)
    return f"{way} / {other}: {told}   aim {aim:g} from N={from_}: {f'missed at {missed}' if missed else 'met'}"


def _of(spreads: Spreads, way: str, sizes: list[int]) -> list[list[float]]:
    return [spreads[way, size] for size in sizes]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="2,10,50,100,200")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=3, help="of each size, in each round")
    parser.add_argument("--ways", default="", help="only these, e.g. honnin,c")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        wanted = given.ways.split(",") if given.ways else None
        found = {way: run for way, run in ways(Path(folder)).items() if wanted is None or way in wanted}
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {given.rounds} rounds of {given.trials} trials")
        for title, ca in (("plain", None), ("TLS", certificate(Path(folder)))):
            show(title, measure(ca, found, sizes, given.rounds, given.trials), found, sizes)
        print(f"load at the end {os.getloadavg()[0]:.1f}; honnin, ordinary and event beside {BUSY_USERS} busy users")


if __name__ == "__main__":
    main()
