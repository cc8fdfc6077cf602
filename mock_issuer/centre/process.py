"""The served issuer: loads the register, starts the nodes, opens the door, and ends everything in order."""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from mock_issuer.centre.administration import Administration
from mock_issuer.centre.fleet import running
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
from mock_issuer.settings import NodeSettings, State
from mock_issuer.spool import Spool, new_spool
from mock_issuer.web import Answer, Request, refused
from mock_issuer.worktable import WorkTable

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
    revive: bool = False  # start a node again when it died
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
        with running(state, service.nodes, front_read_s=service.front_read_s, revive=service.revive) as fleet:
            _open_door(service, trust, Router(fleet.links, service.routing))


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
