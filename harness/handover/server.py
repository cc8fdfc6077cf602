"""The HTTPS server of a run's handover: a thread per connection, and no answer without the run's token."""

from __future__ import annotations

import hashlib
import hmac
import ssl
import tempfile
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from msgspec import Struct

import harness
from harness.errors import UsageError
from harness.handover.desk import Desk, NoRoom
from harness.handover.intake import Altered, Elsewhere, NotYours, TooLate
from harness.handover.invitation import Credentials
from harness.handover.messages import WIRE_VERSION, Join, Parcel, PhaseDone, Proven, Uploaded, Whole

T = TypeVar("T")
MAX_CHUNK = 4 * 1024 * 1024
_IDLE_S = 60.0  # of a connection, within a request or between two
_LOOK_S = 0.1  # how soon closing is noticed
_LONG_POLL_S = 10.0
_PATH = "/v1/workers"


class HandoverServer:
    """Listens until closed."""

    def __init__(self, host: str, port: int, credentials: Credentials, desk: Desk) -> None:
        """Listen; raise UsageError where that address cannot be had."""
        try:
            self._server = _Server((host, port), credentials, desk)
        except OSError as e:
            raise UsageError(f"--bind {host}:{port}: {e.strerror or e}; give an address of this machine") from None
        self.port: int = self._server.server_address[1]
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(_LOOK_S,), name="handover", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], credentials: Credentials, desk: Desk) -> None:
        self.desk = desk
        self.authorization = f"Bearer {credentials.token}".encode()
        self._tls = _tls(credentials)
        super().__init__(address, _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  as the base class has it
        """Do the TLS handshake in the connection's own thread: whoever stalls in it holds up nobody else."""
        request.settimeout(_IDLE_S)
        try:
            secured = self._tls.wrap_socket(request, server_side=True)
        except OSError:
            return
        try:
            _Handler(secured, client_address, self)
        finally:
            secured.close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  as the base class has it
        """A connection that breaks is resumed by its worker; what is lost shows in the digests."""


def _tls(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with tempfile.TemporaryDirectory() as folder:  # 0700, gone at once: ssl reads from files only
        certificate, key = Path(folder) / "certificate", Path(folder) / "key"
        certificate.write_bytes(credentials.certificate)
        key.write_bytes(credentials.key)
        context.load_cert_chain(certificate, key)
    return context


class _Handler(BaseHTTPRequestHandler):
    """POST /v1/workers joins; below /v1/workers/N: parcels, parcels/NAME, leave, proof, errand, done, files/NAME."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name for it
        """Say nothing: standard error is the display's."""

    def do_GET(self) -> None:
        """Answer a worker that asks."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Answer a worker that tells."""
        self._answer(self._post)

    def _answer(self, act: Callable[[list[str], bytes], tuple[int, Struct | bytes]]) -> None:
        body = self._body()  # first: a connection closed on what was not read loses the answer
        if body is None:
            return
        if not hmac.compare_digest(self.headers.get("Authorization", "").encode(), self.server.authorization):
            self.close_connection = True
            self._reply(HTTPStatus.UNAUTHORIZED, b"wrong token: is the invitation that of this run?")
            return
        path = urlsplit(self.path).path
        if path != _PATH and not path.startswith(_PATH + "/"):
            self._reply(HTTPStatus.NOT_FOUND, b"no such thing")
            return
        parts = [unquote(p) for p in path[len(_PATH) :].strip("/").split("/", 2)]
        try:
            status, told = act(parts, body)
        except Elsewhere as e:
            status, told = HTTPStatus.CONFLICT, Uploaded(bytes=e.there)
        except (NoRoom, TooLate) as e:
            status, told = HTTPStatus.GONE, str(e).encode()
        except (NotYours, Altered) as e:
            status, told = HTTPStatus.UNPROCESSABLE_ENTITY, str(e).encode()
        except OSError as e:
            status, told = HTTPStatus.INSUFFICIENT_STORAGE, (e.strerror or "not stored").encode()
        except (ValueError, KeyError, IndexError, msgspec.DecodeError):
            status, told = HTTPStatus.BAD_REQUEST, b"not understood"
        self._reply(status, told)

    def _body(self) -> bytes | None:
        """Return the request's body; None where it is too large or did not come whole."""
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= MAX_CHUNK:
            self.close_connection = True
            self._reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"too large")
            return None
        try:
            body = self.rfile.read(length)
        except (TimeoutError, OSError):
            body = b""
        if len(body) < length:
            self.close_connection = True
            return None
        return body

    def _reply(self, status: int, told: Struct | bytes) -> None:
        body = msgspec.json.encode(told) if isinstance(told, Struct) else told
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _get(self, parts: list[str], _: bytes) -> tuple[int, Struct | bytes]:
        desk, worker, what = self.server.desk, int(parts[0]), parts[1]
        if what == "parcels" and len(parts) == 2:
            files = desk.parcels(worker)
            return HTTPStatus.OK, msgspec.json.encode([_parcel(name, body) for name, body in files.items()])
        if what == "parcels":
            return HTTPStatus.OK, desk.parcels(worker)[parts[2]]
        if what == "files":
            return HTTPStatus.OK, desk.intake.size(worker, parts[2])
        if what == "errand":
            return HTTPStatus.OK, desk.errand_after(self._number("after"), _LONG_POLL_S)
        raise ValueError(what)

    def _post(self, parts: list[str], body: bytes) -> tuple[int, Struct | bytes]:
        desk = self.server.desk
        if parts == [""]:
            return self._join(desk, body)
        worker, what = int(parts[0]), parts[1]
        if worker not in desk.guests:
            raise KeyError(worker)
        if what == "leave":
            desk.leave(worker)
        elif what == "proof":
            desk.proven(worker, _decoded(body, Proven))
        elif what == "done":
            desk.finished(worker, _decoded(body, PhaseDone))
        elif what == "files" and "sha256" in urlsplit(self.path).query:
            told = Whole(bytes=self._number("bytes"), sha256=parse_qs(urlsplit(self.path).query)["sha256"][0])
            return HTTPStatus.OK, desk.intake.close(worker, parts[2], told)
        elif what == "files":
            return HTTPStatus.OK, desk.intake.append(worker, parts[2], self._number("offset"), body)
        else:
            raise ValueError(what)
        return HTTPStatus.NO_CONTENT, b""

    def _join(self, desk: Desk, body: bytes) -> tuple[int, Struct | bytes]:
        join = _decoded(body, Join)
        if (join.version, join.honnin) != (WIRE_VERSION, harness.__version__):
            wanted = f"this run is conducted by honnin {harness.__version__}, not {join.honnin}: use one version"
            return HTTPStatus.UPGRADE_REQUIRED, wanted.encode()
        return HTTPStatus.OK, desk.join(join)

    def _number(self, name: str) -> int:
        return int(parse_qs(urlsplit(self.path).query)[name][0])


def _parcel(name: str, body: bytes) -> Parcel:
    return Parcel(name=name, bytes=len(body), sha256=hashlib.sha256(body).hexdigest())


def _decoded(body: bytes, kind: type[T]) -> T:
    return msgspec.json.decode(body, type=kind)
