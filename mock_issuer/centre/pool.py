"""Kept connections of the centre to a node: one pool for short questions, one for documents that take their time.

A connection goes back only with its answer read to the end; after any doubt it is closed.
"""

from __future__ import annotations

import http.client
import select
import threading

HOST = "127.0.0.1"


class Lease:
    """One connection taken from a pool, to be released or discarded (defects.parts.Lease)."""

    def __init__(self, pool: ConnectionPool, connection: http.client.HTTPConnection) -> None:
        self._pool = pool
        self.connection = connection

    def release(self) -> None:
        """Give the connection back for the next to use."""
        self._pool.put(self.connection)

    def discard(self) -> None:
        """Close the connection: what may still come on it is nobody's."""
        self.connection.close()

    def release_unread(self) -> None:
        """Give the connection back although an answer is still to come on it."""
        fresh = http.client.HTTPConnection(HOST, self._pool.port, timeout=self._pool.patience_s)
        fresh.sock = self.connection.sock
        self._pool.put(fresh)


class ConnectionPool:
    """Connections to one port of this machine; the one used last is used first."""

    def __init__(self, port: int, patience_s: float) -> None:
        """Make no connection yet; an answer may take `patience_s`."""
        self.port = port
        self.patience_s = patience_s
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    def put(self, connection: http.client.HTTPConnection) -> None:
        """Keep a connection."""
        with self._lock:
            self._idle.append(connection)

    def take(self, *, checked: bool = True) -> Lease:
        """Return a kept connection, or a new one; checked: one on which nothing has arrived unasked."""
        while True:
            with self._lock:
                held = self._idle.pop() if self._idle else None
            if held is None:
                return Lease(self, http.client.HTTPConnection(HOST, self.port, timeout=self.patience_s))
            if not checked or not _readable(held):
                return Lease(self, held)
            held.close()

    def clear(self) -> None:
        """Close all kept connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def _readable(connection: http.client.HTTPConnection) -> bool:
    """Tell whether the node has closed the connection or sent what nobody asked for."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
