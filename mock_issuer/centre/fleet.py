"""The nodes' processes: started together, started again where that is wanted, ended in order."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from mock_issuer.centre.link import NodeLink
from mock_issuer.refusals import Refusal
from mock_issuer.settings import NodeSettings, State, save_node

_READY_S = 30.0
_ENDS_S = 5.0
_LOOK_EVERY_S = 0.2
_DRAIN_S = 5.0  # a node that is not idle by then is not restarted this time


class Fleet:
    """All nodes of one issuer."""

    def __init__(self, state: State, nodes: Sequence[NodeSettings], *, front_read_s: float, revive: bool) -> None:
        """Start all nodes at once. `revive`: start a node again when it died. Raises OSError."""
        self._state = state
        self._settings = {node.node: node for node in nodes}
        self._revive = revive
        self._over = threading.Event()
        started = [(node, _start(state, node)) for node in nodes]
        self._processes = [process for _, process in started]
        self.links = tuple(
            NodeLink(node.node, node.build, _port(node.node, process), node.secret, process, front_read_s)
            for node, process in started
        )
        threading.Thread(target=self._watch, name="fleet", daemon=True).start()

    def _watch(self) -> None:
        restarted_at = dict.fromkeys(self.links, time.monotonic())
        while not self._over.wait(_LOOK_EVERY_S):
            for link in self.links:
                every_s = link.switches.behaviour.restart_every_s
                if not link.alive and self._revive:
                    self._again(link)
                elif link.alive and every_s and time.monotonic() - restarted_at[link] > every_s:
                    self._recycle(link)
                    restarted_at[link] = time.monotonic()

    def _recycle(self, link: NodeLink) -> None:
        """Restart a node without anybody's harm: new applications wait meanwhile, open ones are finished first."""
        with link.closed_for_applications():
            until = time.monotonic() + _DRAIN_S
            while _open_applications(link):
                if time.monotonic() > until:
                    return
                time.sleep(_LOOK_EVERY_S)
            with link.out_of_service():
                link.process.terminate()
                link.process.wait(timeout=_READY_S)
                self._again(link)

    def _again(self, link: NodeLink) -> None:
        settings = msgspec.structs.replace(self._settings[link.node], defects=link.switches.active())
        process = _start(self._state, settings)
        self._processes.append(process)
        with contextlib.suppress(OSError):  # its messages are in the log; the next look tries again
            link.connect(_port(link.node, process), process)

    def end(self) -> None:
        """End all nodes, by force those that do not end in time."""
        self._over.set()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(timeout=_ENDS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def running(state: State, nodes: Sequence[NodeSettings], *, front_read_s: float, revive: bool) -> Iterator[Fleet]:
    """Start a fleet and end it at the end. Raises OSError."""
    fleet = Fleet(state, nodes, front_read_s=front_read_s, revive=revive)
    try:
        yield fleet
    finally:
        fleet.end()


def _open_applications(link: NodeLink) -> int:
    try:
        return int(msgspec.json.decode(link.call("GET", "/health").body)["open"])
    except Refusal:
        return 0


def _start(state: State, node: NodeSettings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mock_issuer", "node", str(save_node(state, node)), str(os.getpid())]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
    state.pid_of(node.node).write_text(str(process.pid))
    return process


def _port(node: str, process: subprocess.Popen[bytes]) -> int:
    """Return where a node listens, as it says on its standard output. Raises OSError if it does not say so in time."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector, process.stdout as said:
        selector.register(said, selectors.EVENT_READ)
        line = said.readline() if selector.select(_READY_S) else b""
    if not line.strip():
        raise OSError(f"node {node} did not start within {_READY_S:.0f} s; its messages are above")
    return int(line)
