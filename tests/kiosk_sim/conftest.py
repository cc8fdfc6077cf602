"""A scripted server that counts, drivers over it, and run folders to play."""

from __future__ import annotations

import base64
import resource
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.config import read_json_lines
from harness.journal import DocumentStore, RunFolder, read_history
from harness.records.certificates import Certificate, Options
from harness.records.history import ApplicationEnded, Delivery
from harness.records.manifest import MANIFEST_VERSION, Manifest
from harness.records.plan import PLAN_VERSION, Batch, Driver, Phase, PlanHeader, PlannedApplication
from harness.records.resident import Resident
from harness.records.target import Client
from kiosk_sim.cards import Algorithm, CardRecord, CardState, load_cards, make_cards
from kiosk_sim.drivers.leases import Leases
from kiosk_sim.drivers.quiet import HttpxTransport
from kiosk_sim.drivers.transport import Bounds, Depart, Exchanged, Fire, Holder, Origin, Request, TlsOf, Transport
from kiosk_sim.drivers.wire import WireTransport

T = TypeVar("T")
Script = Callable[["Peer"], None]


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, seen: list[bytes]) -> None:
        self.socket = sock
        self._seen = seen

    def read(self) -> bytes:
        """Read one whole request and count it; b"" at the end of the connection."""
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = self.socket.recv(65536)
            if not chunk:
                return b""
            received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        while len(body) < length:
            body += self.socket.recv(65536)
        self._seen.append(head + b"\r\n\r\n" + body)
        return head + b"\r\n\r\n" + body

    def write(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, body: bytes = b"ok", status: str = "200 OK", headers: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self.write(head.encode() + body)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Server:
    """Runs a script per connection, on threads; counts connections and requests."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._script = script
        self._tls = tls
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            self._script(Peer(sock, self.requests))
        except OSError:
            pass
        finally:
            sock.close()

    def close(self) -> None:
        if self._socket.fileno() < 0:
            return
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for sock in self._open:
            sock.close()
        self._thread.join(5)


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


class Bench:
    """A driver, and everything it was told to note."""

    def __init__(self, kind: str, client: Client, tls_of: TlsOf | None = None, size: int = 4) -> None:
        self.notes: list[str] = []
        self.departures: list[str] = []
        self.kind = kind
        identity = tls_of or (lambda _: ssl.create_default_context())
        self.transport: Transport
        if kind == "wire":
            self.transport = WireTransport(Leases(client, size), identity, "w", self.notes.append)
        else:
            self.transport = HttpxTransport(Leases(client, size), identity, "w")

    def send(
        self,
        url: str,
        *,
        method: str = "POST",
        path: str = "/p",
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"hello",
        kiosk: str = "K1",
        card: str = "1",
        answer_s: float = 2.0,
        hang_up_s: float | None = None,
        body_bytes: int = 1_000_000,
        depart: Depart | None = None,
    ) -> Exchanged:
        """Make one exchange."""

        def at_once(connection: str, fire: Fire) -> None:
            self.departures.append(connection)
            fire()

        request = Request(
            origin=Origin.of(url), holder=Holder(kiosk, card), method=method, path=path, headers=headers, body=body
        )
        bounds = Bounds(connect_s=1.0, answer_s=answer_s, body_bytes=body_bytes, hang_up_s=hang_up_s)
        return self.transport.exchange(request, bounds, depart or at_once)


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


class TlsFiles:
    """A throw-away CA and what it signs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test CA")])
        self._ca = self._sign(self._name, self._key, ca=True)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self._ca.public_bytes(serialization.Encoding.PEM))

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, name: str = "", ca: bool = False
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if name:
            alternative = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
            builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def files(self, subject: str, name: str = "") -> tuple[Path, Path]:
        """Return certificate and key file of a new identity."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]), key, name)
        paths = self._folder / f"{subject}.pem", self._folder / f"{subject}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return paths

    def server(self, name: str = "127.0.0.1", wants_client: bool = False) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.files("server", name))
        if wants_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca_file)
        return context

    def client(self, card: str = "") -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        if card:
            context.load_cert_chain(*self.files(card))
        return context


@pytest.fixture
def tls_files(tmp_path: Path) -> TlsFiles:
    """Make a CA for one test."""
    return TlsFiles(tmp_path)


class StubIssuer:
    """Speaks the reference issuer's interface from memory; misbehaves for the kiosks it is told to.

    `faults[(kiosk, step)]` is called with the peer instead of answering that step; it may answer by itself.
    Documents are `%PDF-stub <serial> <application> <copy>`.
    """

    def __init__(self) -> None:
        self.faults: dict[tuple[str, str], Callable[[Peer], None]] = {}
        self.documents_s = 0.0  # how long a document takes
        self.updates: list[dict[str, str]] = []
        self.steps: list[tuple[str, str]] = []  # (kiosk, step), in the order of arrival
        self.ledger: dict[str, dict[str, object]] = {}
        self.alive = True
        self._sessions: dict[str, dict[str, str]] = {}
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()
        self._count = 0

    def __call__(self, peer: Peer) -> None:
        while request := peer.read():
            self._route(peer, request)

    def _route(self, peer: Peer, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        method, path, _ = head.decode("latin-1").split("\r\n")[0].split(" ")
        headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
        match [method, *path.partition("?")[0].strip("/").split("/")[1:]]:
            case ["POST", "sessions"]:
                self._open(peer, msgspec.json.decode(body))
            case ["POST", "sessions", session, "authentication"]:
                self._authenticate(peer, session, msgspec.json.decode(body))
            case ["DELETE", "sessions", session]:
                self._step(peer, session, "close", lambda: peer.answer(b"", "204 No Content"))
            case ["POST", "applications"]:
                self._apply(peer, headers, msgspec.json.decode(body))
            case ["POST" | "GET", "applications", application, what]:
                self._about(peer, application, what, path)
            case ["POST", "register", "updates"]:
                self.updates.append(msgspec.json.decode(body))
                self.steps.append(("", "update"))
                peer.answer(b'{"version": 7}')
            case ["GET", "ledger"]:
                peer.answer(b"\n".join(msgspec.json.encode(line) for line in self.ledger.values()))
            case ["GET", "nodes"]:
                peer.answer(b'[{"node": "n1", "build": "b1", "alive": true}]')
            case ["GET", "health"]:
                peer.answer(b'{"status": "ok"}', "200 OK" if self.alive else "503 Service Unavailable")
            case _:
                peer.answer(b"{}", "404 Not Found")

    def _next(self, prefix: str) -> str:
        with self._lock:
            self._count += 1
            return f"{prefix}{self._count}"

    def _step(self, peer: Peer, session: str, step: str, answer: Callable[[], None]) -> None:
        kiosk = self._sessions[session]["kiosk"]
        self.steps.append((kiosk, step))
        fault = self.faults.get((kiosk, step))
        if fault is not None:
            fault(peer)
        else:
            answer()

    def _open(self, peer: Peer, body: dict[str, str]) -> None:
        session = self._next("session-secret-")
        self._sessions[session] = {"kiosk": body["kiosk"], "serial": ""}
        answer = msgspec.json.encode({"session": session, "nonce": "bm9uY2U="})
        self._step(peer, session, "open", lambda: peer.answer(answer, "201 Created"))

    def _authenticate(self, peer: Peer, session: str, body: dict[str, str]) -> None:
        certificate = x509.load_der_x509_certificate(base64.b64decode(body["certificate"]))
        self._sessions[session]["serial"] = str(certificate.serial_number)
        token = self._next("token-secret-")
        self._tokens[token] = session
        answer = msgspec.json.encode({"token": token, "certificates": []})
        self._step(peer, session, "authenticate", lambda: peer.answer(answer))

    def _apply(self, peer: Peer, headers: dict[str, str], body: dict[str, str]) -> None:
        session = self._tokens[headers["authorization"].removeprefix("Bearer ")]
        application = self._next("Q")
        self.ledger[application] = {
            "application": application,
            "card": self._sessions[session]["serial"],
            "certificate": body["certificate"],
            "state": "open",
            "issue_numbers": [],
            "node": headers.get("x-route-node", "n1"),
            "at": "now",
        }
        self._sessions[application] = self._sessions[session]
        answer = msgspec.json.encode({"application": application, "fee": 200, "node": "n1"})
        self._step(
            peer, session, "apply", lambda: peer.answer(answer, "201 Created", f"X-Request-Id: {application}\r\n")
        )

    def _about(self, peer: Peer, application: str, what: str, path: str) -> None:
        serial = self._sessions[application]["serial"]
        if what == "document":
            time.sleep(self.documents_s)
            body = f"%PDF-stub {serial} {application} {path.partition('copy=')[2]}".encode()
            extra = "Content-Type: application/pdf\r\nX-Issue-Number: 77\r\nX-Node-Id: n1\r\nX-Build-Id: b1\r\n"
            extra += f"X-Request-Id: {application}\r\n"

            def issue() -> None:
                self.ledger[application]["state"] = "issued"
                peer.answer(body, headers=extra)

            self._step(peer, application, "document", issue)
        elif what == "payment":
            self._step(peer, application, "payment", lambda: peer.answer(b'{"receipt": "1"}'))
        else:
            if what == "cancellation":
                self.ledger[application]["state"] = "cancelled"
            self._step(peer, application, what, lambda: peer.answer(b"", "204 No Content"))


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


class Run:
    """A run folder to be played, and what came of it."""

    def __init__(self, folder: RunFolder, cards: Path) -> None:
        self.folder = folder
        self._cards = {card.resident: card.serial for card in map(load_cards(cards).by_serial, _serials(cards))}
        self._count = 0

    def application(self, resident: int, kiosk: str = "", **more: object) -> PlannedApplication:
        self._count += 1
        key = f"R{resident:05d}"
        fields: dict[str, object] = {
            "application": f"A{self._count:06d}",
            "resident": key,
            "card": self._cards.get(key, "0"),
            "certificate": Certificate.JUMINHYO,
            "options": Options(),
            "kiosk": kiosk or f"K{self._count}",
            "store": "S1",
        }
        return PlannedApplication(**(fields | more))

    def plan(self, *batches: Batch, driver: Driver = Driver.ENGINE, **more: object) -> None:
        phases = {b.phase for b in batches}
        header = PlanHeader(
            version=PLAN_VERSION,
            scenario="test",
            scenario_digest="",
            seed=1,
            population_digest="",
            target="stub",
            phases=tuple(
                Phase(phase=p, title_ja=p, title_en=p, driver=driver, **more)  # type: ignore[arg-type]
                for p in sorted(phases)
            ),
            batches=len(batches),
            applications=sum(len(b.applications) for b in batches),
            updates=0,
            residents=0,
            kiosks=(),
            nodes=(),
        )
        lines = [msgspec.json.encode(record) + b"\n" for record in (header, *batches)]
        self.folder.plan.write_bytes(b"".join(lines))

    def start(self, program: str, *arguments: str, limit_bytes: int = 0) -> subprocess.Popen[str]:
        """Start a player; `limit_bytes` is the largest file it may write."""

        def limit() -> None:
            if limit_bytes:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

        return subprocess.Popen(
            [sys.executable, "-m", f"kiosk_sim.{program}", "--run", str(self.folder.path), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limit,  # noqa: PLW1509  nothing is locked in this thread when it forks
        )

    def play(self, program: str, *arguments: str, **more: int) -> int:
        """Run a player to its end; return its exit code."""
        child = self.start(program, *arguments, **more)
        self.output, self.errors = child.communicate(timeout=60)
        return child.returncode

    def records(self, kind: type[T]) -> list[T]:
        """Return all journaled records of a kind."""
        return [e.record for e in read_history(self.folder) if isinstance(e.record, kind)]

    def endings(self) -> dict[str, ApplicationEnded]:
        return {e.application: e for e in self.records(ApplicationEnded)}

    def documents(self) -> dict[str, bytes]:
        """Return the delivered documents by delivery."""
        store = DocumentStore(self.folder)
        return {d.delivery: store.get(d.digest) for d in self.records(Delivery)}


def _serials(cards: Path) -> list[str]:
    return [record.serial for record in read_json_lines(cards / "cards.jsonl", CardRecord)]


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
        manifest = Manifest(
            version=MANIFEST_VERSION,
            run="run",
            honnin="0",
            scenario="test",
            scenario_digest="",
            target="stub",
            target_digest="",
            plan_digest="",
            population_digest="",
            started_wall_ns=0,
            cards_folder=str(cards),
        )
        folder.manifest.write_bytes(msgspec.json.encode(manifest))
        run = Run(folder, cards)
        run.plan()
        return run

    return lay_out
