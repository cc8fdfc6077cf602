"""The centre's way to one node: its process, HTTP over kept connections, and documents that a client waits for."""

from __future__ import annotations

import http.client
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from mock_issuer.centre.pool import ConnectionPool, Lease
from mock_issuer.centre.waiting import Came, wait_for
from mock_issuer.defects.switches import Switches
from mock_issuer.refusals import Refusal
from mock_issuer.web import Answer, relay

_PATIENCE_S = 150.0  # above the longest print wait
_RESTART_S = 30.0  # a request waits so long for a node that is being restarted
_Errors = (OSError, http.client.HTTPException)


class NodeLink:
    """One node as the centre sees it."""

    def __init__(
        self, node: str, build: str, port: int, secret: str, process: subprocess.Popen[bytes], read_s: float = 0.0
    ) -> None:
        """Reach a node that listens on a loopback port. After `read_s` a document is asked for again; 0: never."""
        self.node = node
        self.build = build
        self.switches = Switches()
        self._secret = secret
        self._read_s = read_s
        self._applications = threading.Event()  # set: new ones are passed on
        self._applications.set()
        self._in_service = threading.Event()
        self._in_service.set()
        self.connect(port, process)

    def connect(self, port: int, process: subprocess.Popen[bytes]) -> None:
        """Reach the node at a port from now on: it was started, or started anew."""
        self.port = port
        self.process = process
        self._questions = ConnectionPool(port, _PATIENCE_S)
        self._documents = ConnectionPool(port, _PATIENCE_S)

    def reconnect(self) -> None:
        """Close the kept connections and begin with new ones."""
        self._questions.clear()
        self._documents.clear()

    @property
    def alive(self) -> bool:
        """Tell whether the node's process runs."""
        return self.process.poll() is None

    @contextmanager
    def out_of_service(self) -> Iterator[None]:
        """Let whoever asks the node wait while the block runs."""
        self._in_service.clear()
        try:
            yield
        finally:
            self._in_service.set()

    @contextmanager
    def closed_for_applications(self) -> Iterator[None]:
        """Let new applications wait while the block runs."""
        self._applications.clear()
        try:
            yield
        finally:
            self._applications.set()

    def apply(self, body: bytes) -> Answer:
        """Hand an application to the node, once it takes them. Raises Refusal 503 NODE_DOWN."""
        self._applications.wait(_RESTART_S)
        return self.call("POST", "/applications", body)

    def call(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Ask the node once and return its answer. Raises Refusal 503 NODE_DOWN if none comes.

        Such a request is never sent twice: whether the node has acted on it is unknown.
        """
        lease = self._sent(method, path, body)
        return self._read(lease)

    def collect(self, path: str, client: socket.socket | None) -> Answer:
        """Fetch a document, which may wait for print; stop waiting when the client hangs up.

        Raises Refusal 503 NODE_DOWN, 504 GATEWAY_TIMEOUT, or 499 CLIENT_GONE, which nobody will read.
        """
        behaviour = self.switches.behaviour
        read_s = behaviour.read_s or self._read_s
        lease = self._sent("GET", path, document=True, checked=behaviour.checks_connections)
        came = wait_for(lease.connection.sock, client, read_s or _PATIENCE_S)
        if came is Came.CLIENT_GONE:
            behaviour.on_client_gone(lease)
            raise Refusal(499, "CLIENT_GONE", "the client hung up")
        if came is Came.NOTHING and read_s:
            behaviour.on_read_timeout(lease)
            lease = self._sent("GET", path, document=True, again=True)
        return self._read(lease)

    def _sent(
        self, method: str, path: str, body: bytes = b"", *, document: bool = False, again: bool = False,
        checked: bool = True,
    ) -> Lease:  # fmt: skip
        self._in_service.wait(_RESTART_S)
        if not self.alive:
            raise self._down()
        lease = (self._documents if document else self._questions).take(checked=checked)
        headers: Mapping[str, str] = {"X-Centre": self._secret, "Content-Type": "application/json"}
        try:
            lease.connection.request(method, path, body or None, {**headers, **({"X-Again": "1"} if again else {})})
        except _Errors:
            lease.discard()
            raise self._down() from None
        return lease

    def _read(self, lease: Lease) -> Answer:
        try:
            response = lease.connection.getresponse()
            answer = relay(response.status, response.headers, response.read())
        except _Errors:
            lease.discard()
            raise self._down() from None
        lease.release()
        return answer

    def _down(self) -> Refusal:
        return Refusal(503, "NODE_DOWN", f"issuing server {self.node} does not answer")
