"""The served issuer: loads the register, starts the nodes, opens the door, and ends everything in order."""

from __future__ import annotations

import fcntl
import os
import secrets
import selectors
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from mock_issuer.centre.administration import Administration
from mock_issuer.centre.link import NodeLink
from mock_issuer.centre.routing import Router, Routing
from mock_issuer.centre.service import Centre
from mock_issuer.centre.sessions import Sessions
from mock_issuer.centre.trust import Trust
from mock_issuer.debuglog import DebugLog
from mock_issuer.defects.catalogue import Switch
from mock_issuer.lifecycle import announce, end_with, hold_signals, wait_for_end
from mock_issuer.load import LoadError, load_population
from mock_issuer.refusals import Refusal
from mock_issuer.register import Register
from mock_issuer.serving import Served, Tls
from mock_issuer.settings import NodeSettings, State, save_node
from mock_issuer.spool import Spool, new_spool
from mock_issuer.web import Answer, Request, refused
from mock_issuer.worktable import WorkTable

_NODE_READY_S = 30.0
_NODE_ENDS_S = 5.0
_EXPIRE_EVERY_S = 30.0


class Service(Struct, frozen=True, kw_only=True):
    """Everything that `serve` was asked for."""

    population: Path
    cards: Path
    state: State
    nodes: tuple[NodeSettings, ...]
    host: str = "127.0.0.1"
    port: int = 0
    threads: int
    routing: Routing = Routing.KIOSK
    tls: Tls | None = None
    ocsp: str = ""
    front_read_s: float = 0.0  # a document is asked for again after so long; 0: never
    switches: tuple[Switch, ...] = ()
    ready_file: Path | None = None
    parent: int | None = None  # end with this process


def serve(service: Service) -> None:
    """Serve until SIGTERM or the parent's end. Raises LoadError, OSError or ValueError before the door opens."""
    hold_signals()
    state = service.state
    state.prepare()
    if service.ready_file:
        service.ready_file.unlink(missing_ok=True)  # an earlier life's must not be taken for ours
    with _alone(state):
        new_spool(state.spool)
        load_population(service.population, state)
        trust = Trust(service.cards, service.ocsp)
        with _nodes(service) as links:
            _open_door(service, trust, Router(links, service.routing))


def _open_door(service: Service, trust: Trust, router: Router) -> None:
    sessions, token = Sessions(), secrets.token_urlsafe(24)
    debug = DebugLog(service.state.debug / "centre.jsonl", lambda: _names(router))
    register, work = Register(service.state.register), WorkTable(Spool(service.state.spool, "centre"))
    centre = Centre(trust, sessions, router, register, work, service.state.ledger, debug)
    administration = Administration(token, router)
    for switch in service.switches:
        _turn_on(router, switch)

    def answer(request: Request) -> Answer:
        if not request.path.startswith("/admin/"):
            return centre.routes(request)
        try:
            return administration(request)
        except Refusal as refusal:
            return refused(refusal)

    served = Served(answer, threads=service.threads, host=service.host, port=service.port, tls=service.tls)
    url = f"{'https' if service.tls else 'http'}://{service.host}:{served.port}"
    nodes = [{"node": link.node, "build": link.build, "pid": link.process.pid} for link in router.links]
    if service.parent is not None:
        end_with(service.parent)
    if service.ready_file:
        announce(service.ready_file, {"url": url, "nodes": nodes, "pid": os.getpid(), "admin_token": token})
    print(f"reference issuer at {url}, nodes {', '.join(link.node for link in router.links)}", flush=True)
    wait_for_end(every_s=_EXPIRE_EVERY_S, meanwhile=sessions.expire)
    stopper = threading.Thread(target=served.stop, daemon=True)
    stopper.start()
    stopper.join(timeout=_NODE_ENDS_S)


def _turn_on(router: Router, switch: Switch) -> None:
    for link in [router.named(switch.node)] if switch.node else router.links:
        link.call("PUT", "/defects", msgspec.json.encode(switch))
        link.switches.turn_on(switch)


def _names(router: Router) -> tuple[str, ...]:
    return tuple(sorted({name for link in router.links for name in link.switches.names}))


@contextmanager
def _alone(state: State) -> Iterator[None]:
    """Hold the state folder; the lock goes with the process. Raises LoadError if another issuer holds it."""
    with (state.root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LoadError(f"{state.root}: another issuer serves from this folder; choose another --state") from None
        yield


@contextmanager
def _nodes(service: Service) -> Iterator[Sequence[NodeLink]]:
    """Start all nodes at once and end them at the end."""
    started = [(node, _start(service.state, node)) for node in service.nodes]
    try:
        yield [
            NodeLink(node.node, node.build, _port(node.node, process), node.secret, process, service.front_read_s)
            for node, process in started
        ]
    finally:
        for _, process in started:
            process.terminate()
        for _, process in started:
            try:
                process.wait(timeout=_NODE_ENDS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(state: State, node: NodeSettings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mock_issuer", "node", str(save_node(state, node)), str(os.getpid())]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)


def _port(node: str, process: subprocess.Popen[bytes]) -> int:
    """Return where a node listens, as it says on its standard output. Raises OSError if it does not say so in time."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector, process.stdout as said:
        selector.register(said, selectors.EVENT_READ)
        line = said.readline() if selector.select(_NODE_READY_S) else b""
    if not line.strip():
        raise OSError(f"node {node} did not start within {_NODE_READY_S:.0f} s; its messages are above")
    return int(line)
