"""The centre's way to one node: its process, and HTTP over kept connections that are never used after a doubt."""

from __future__ import annotations

import http.client
import select
import subprocess
import threading
from collections.abc import Mapping

from mock_issuer.refusals import Refusal
from mock_issuer.web import Answer, relay

_PATIENCE_S = 150.0  # above the longest print wait


class NodeLink:
    """One node as the centre sees it."""

    def __init__(self, node: str, build: str, port: int, secret: str, process: subprocess.Popen[bytes]) -> None:
        """Reach a node that listens on a loopback port."""
        self.node = node
        self.build = build
        self.port = port
        self.process = process
        self._secret = secret
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    @property
    def alive(self) -> bool:
        """Tell whether the node's process runs."""
        return self.process.poll() is None

    def call(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Ask the node once and return its answer. Raises Refusal 503 NODE_DOWN if none comes.

        A request is never sent twice: whether the node has acted on it is unknown.
        """
        if not self.alive:
            raise self._down()
        connection = self._connection()
        headers: Mapping[str, str] = {"X-Centre": self._secret, "Content-Type": "application/json"}
        try:
            connection.request(method, path, body=body or None, headers=dict(headers))
            response = connection.getresponse()
            answer = relay(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException):
            connection.close()
            raise self._down() from None
        with self._lock:
            self._idle.append(connection)
        return answer

    def _down(self) -> Refusal:
        return Refusal(503, "NODE_DOWN", f"issuing server {self.node} does not answer")

    def _connection(self) -> http.client.HTTPConnection:
        """Return a kept connection that the node has not closed, or a new one."""
        while True:
            with self._lock:
                held = self._idle.pop() if self._idle else None
            if held is None:
                return http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
            readable, _, _ = select.select([held.sock], [], [], 0)
            if not readable:
                return held
            held.close()
