"""Scripted servers, drivers over them, and run folders to play; all closed after each test."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bare
import msgspec
import pytest

from harness.journal import RunFolder
from harness.records.resident import Resident
from harness.records.target import Client
from kiosk_sim.cards import Algorithm, CardState, make_cards
from kiosk_sim.drivers.transport import TlsOf
from tests.kiosk_sim.bench import Bench
from tests.kiosk_sim.run_to_play import Run
from tests.kiosk_sim.scripted_server import Script, Server
from tests.kiosk_sim.stub_issuer import StubIssuer
from tests.kiosk_sim.tls_files import TlsFiles


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start scripted servers; all are closed afterwards."""
    servers: list[Server] = []

    def start(script: Script, tls: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(script, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Callable[..., Bench]]:
    """Make drivers; all are closed afterwards."""
    benches: list[Bench] = []

    def make(kind: str, client: Client = Client.KIOSK, tls_of: TlsOf | None = None, size: int = 4) -> Bench:
        benches.append(Bench(kind, client, tls_of, size))
        return benches[-1]

    yield make
    for each in benches:
        each.transport.close()


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait, bounded, until a condition holds."""

    def wait(condition: Callable[[], bool]) -> None:
        by = time.monotonic() + 20.0
        while not condition():
            assert time.monotonic() < by, "the condition did not come true within 20 s"
            time.sleep(0.005)

    return wait


@pytest.fixture
def tls_files(tmp_path: Path) -> TlsFiles:
    """Make a CA for one test."""
    return TlsFiles(tmp_path)


@pytest.fixture
def issuer() -> StubIssuer:
    """A stub of the reference issuer, to be served."""
    return StubIssuer()


@pytest.fixture(scope="session")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cards of R00001 .. R00040; that of R00040 is locked."""
    folder = tmp_path_factory.mktemp("cards") / "cards"
    residents = {f"R{n:05d}": Resident(key=f"R{n:05d}", municipality="架空県見本市") for n in range(1, 41)}
    make_cards(
        residents,
        folder,
        algorithm=Algorithm.P_384,
        only=list(residents),
        special={CardState.LOCKED: ["R00040"]},
    )
    return folder


@pytest.fixture
def run_against(tmp_path: Path, cards: Path) -> Callable[..., Run]:
    """Lay out a run folder for a URL; `more` is appended to the target file."""

    def lay_out(url: str, more: str = "", head: str = "") -> Run:
        folder = RunFolder.create(tmp_path / "run")
        folder.target.write_text(
            f'name = "stub"\nurl = "{url}"\nledger = true\nupdates = true\nnode_header = "X-Node-Id"\n'
            f'build_header = "X-Build-Id"\nroute_header = "X-Route-Node"\n{head}'
            f"[limits]\nconnect_s = 2.0\nanswer_s = 3.0\ndocument_s = 5.0\nsettle_s = 2.0\n{more}"
        )
        folder.manifest.write_bytes(msgspec.json.encode(bare.manifest(cards_folder=str(cards))))
        run = Run(folder, cards)
        run.plan()
        return run

    return lay_out


@pytest.fixture
def run_as_centre(run_against: Callable[..., Run]) -> Callable[[str, int], Run]:
    """Lay out a run folder for a URL with a pool of so many connections, and serials instead of cards."""

    def lay_out(url: str, connections: int) -> Run:
        head = f'adapter = "by_serial_adapter:BySerial"\nclient = "centre"\nconnections = {connections}\n'
        return run_against(url, f'[extra]\nadapter_path = "{Path(__file__).parent}"\n', head)

    return lay_out
