"""A thread-pool HTTP server (cheroot) with real threads, optional TLS, and the peer's certificate for the handlers."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from io import DEFAULT_BUFFER_SIZE

from cheroot import wsgi as cheroot_wsgi
from cheroot.makefile import StreamReader, StreamWriter
from cheroot.ssl import Adapter
from msgspec import Struct

from mock_issuer.web import Answer, Request, wsgi

_IDLE_S = 120  # a kiosk may think so long between two requests, and a burst is held with its last byte back
_LOOK_UP_S = 0.1  # how soon the doorkeeper notices that it is to stop
_BACKLOG = 1024  # a burst's connections arrive at once
_LARGEST_BODY = 1 << 20
_KEPT_CONNECTIONS = 4096  # cheroot keeps ten by default and closes the others after every answer


class Tls(Struct, frozen=True, kw_only=True):
    """Server certificate, and which client certificates are asked for. Paths of PEM files."""

    certificate: str
    key: str
    client_ca: str = ""  # "": no client certificate is asked for
    require: bool = False  # without one, no connection


class _LazyTls(Adapter):
    """Shakes hands in the worker thread: a client that never finishes must not stop the others at the door."""

    def __init__(self, tls: Tls) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
        if tls.client_ca:
            context.load_verify_locations(tls.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED if tls.require else ssl.CERT_OPTIONAL
        self.context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, {"wsgi.url_scheme": "https"}

    def get_environ(self) -> dict[str, str]:
        return {}

    def makefile(self, sock: ssl.SSLSocket, mode: str = "r", bufsize: int = DEFAULT_BUFFER_SIZE) -> object:
        return StreamReader(sock, mode, bufsize) if "r" in mode else StreamWriter(sock, mode, bufsize)


class _Gateway(cheroot_wsgi.Gateway_10):
    """Adds the peer's certificate, known only after the handshake, and when the request's head had been read."""

    def get_environ(self) -> dict[str, object]:  # type: ignore[override]  # cheroot's stub says None
        head_ns = time.monotonic_ns()
        environ: dict[str, object] = super().get_environ()  # type: ignore[no-untyped-call]
        environ["mock_issuer.head_ns"] = head_ns
        environ["mock_issuer.connection"] = connection = self.req.conn.socket
        if isinstance(connection, ssl.SSLSocket):
            environ["mock_issuer.peer_certificate"] = connection.getpeercert(binary_form=True)
        return environ


class Served:
    """A server that accepts requests in threads of its own from construction on until `stop`."""

    def __init__(
        self, answer: Callable[[Request], Answer], *, threads: int, port: int, host: str = "127.0.0.1", tls: Tls | None
    ) -> None:
        """Bind and begin to serve. Port 0 takes a free one; see `port`."""
        server = cheroot_wsgi.Server(
            (host, port),
            wsgi(answer),
            numthreads=threads,
            request_queue_size=_BACKLOG,
            timeout=_IDLE_S,
            server_name="mock-issuer",
        )
        server.expiration_interval = _LOOK_UP_S
        server.gateway = _Gateway
        server.max_request_body_size = _LARGEST_BODY
        server.keep_alive_conn_limit = _KEPT_CONNECTIONS
        server.ssl_adapter = _LazyTls(tls) if tls else None
        server.prepare()
        self._server = server
        self.port: int = server.bind_addr[1]
        self._thread = threading.Thread(target=server.serve, name="doorkeeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the door, let running requests finish for a few seconds, end the threads."""
        self._server.stop()
        self._thread.join(timeout=5)
