"""A front before the reference issuer that hands everything on, except where it was told to misbehave.

The issuer behind it does its work, so that register, ledger and documents are true; what reaches the kiosk is not.
"""

import contextlib
import http.client
import io
import re
import ssl
import threading
import time
from collections import defaultdict, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pikepdf

HUGE = 300_000_000
BLOCK = bytes(1 << 16)
STEPS = (
    ("open", re.compile(r"POST /v1/sessions$")),
    ("apply", re.compile(r"POST /v1/applications$")),
    ("document", re.compile(r"GET /v1/applications/([^/]+)/document")),
    ("probe", re.compile(r"GET /v1/health$")),
)


class Answer:
    """What the issuer behind answered."""

    def __init__(self, answered):
        self.status = answered.status
        self.headers = [(k, v) for k, v in answered.getheaders() if k.lower() not in ("connection", "content-length")]
        self.body = answered.read()


class Front:
    """Listens on a loopback port until closed; `misbehave` tells it what to do to the next requests of a step."""

    def __init__(self, upstream: str, tls: ssl.SSLContext | None = None, port: int = 0):
        self.upstream = urlsplit(upstream)
        self.always = {}  # step: manner of every request
        self.done = defaultdict(list)  # manner: applications it befell, "" where there was none
        self.received = 0  # requests, complete with their bodies, whatever became of them
        self.elsewhere = 0  # requests at the place that redirects lead to
        self._next = defaultdict(deque)
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._servers = [_listen(self._handler(), port), _listen(self._trap())]
        self.server, self.trap = self._servers
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def misbehave(self, step, *manners):
        """The next requests of `step` meet these manners, one each; None is good behaviour."""
        self._next[step].extend(manners)

    def left(self, step):
        return len(self._next[step])

    def manner_for(self, step):
        """Count a request and return how it is to be met."""
        with self._lock:
            self.received += 1
            return self._next[step].popleft() if self._next[step] else self.always.get(step)

    def forward(self, request, body):
        """Let the issuer do its work."""
        connection = http.client.HTTPConnection(self.upstream.hostname, self.upstream.port, timeout=20)
        headers = {k: v for k, v in request.headers.items() if k.lower() not in ("connection", "content-length")}
        try:
            connection.request(request.command, request.path, body, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def close(self):
        self.closing.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _handler(self):
        front = self

        class Handler(Quiet):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                step, application = _step(f"{self.command} {self.path}")
                manner = front.manner_for(step)
                answer = front.forward(self, body)
                if manner is None:
                    self.give(answer.status, answer.headers, answer.body)
                    return
                told = dict(answer.headers).get("X-Request-Id", application)
                front.done[manner.__name__].append(told)
                manner(front, self, answer)

        return Handler

    def _trap(self):
        front = self

        class Trap(Quiet):
            def answer(self):
                front.elsewhere += 1
                self.give(200, [], b"{}")

        return Trap


class Quiet(BaseHTTPRequestHandler):
    """HTTP/1.1 with kept connections; a client that hangs up is nothing unusual."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        try:
            self.answer()
        except OSError:
            self.close_connection = True

    do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815  names that http.server calls

    def give(self, status, headers, body, *, announce=True):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if announce and status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        with contextlib.suppress(OSError):  # hung up between two requests, or refused the certificate
            super().handle()

    def log_message(self, *_):
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A failed handshake or a hung up client is the client's affair."""


def _listen(handler, port=0):
    return _Server(("127.0.0.1", port), handler)


def _step(line):
    for step, pattern in STEPS:
        if found := pattern.match(line):
            return step, (found.groups() or ("",))[0]
    return "other", ""


# -- manners: each gets the front, the request and what the issuer answered ------------------------------------------


def error_500(front, request, answer):
    request.give(500, [("Content-Type", "text/plain")], b"internal error")


def redirect(front, request, answer):
    location = f"http://127.0.0.1:{front.trap.server_address[1]}{request.path}"
    request.give(302, [("Location", location)], b"")


def html(front, request, answer):
    page = "<html><body>ただいまメンテナンス中です</body></html>".encode()
    request.give(200, [("Content-Type", "text/html; charset=utf-8")], page)


def empty(front, request, answer):
    request.give(200, answer.headers, b"")


def truncated(front, request, answer):
    request.give(200, answer.headers, answer.body[: len(answer.body) // 2])


def encrypted(front, request, answer):
    body = io.BytesIO()
    with pikepdf.open(io.BytesIO(answer.body)) as document:
        document.save(body, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    request.give(200, answer.headers, body.getvalue())


def huge_announced(front, request, answer):
    request.give(200, [*answer.headers, ("Content-Length", str(HUGE))], b"", announce=False)
    _pour(front, request, lambda block: block)


def huge_unannounced(front, request, answer):
    request.give(200, [*answer.headers, ("Transfer-Encoding", "chunked")], b"", announce=False)
    _pour(front, request, lambda block: b"%x\r\n%s\r\n" % (len(block), block))


def _pour(front, request, framed):
    poured = 0
    while poured < HUGE:
        request.wfile.write(framed(BLOCK))
        poured += len(BLOCK)


def silent(front, request, answer):
    """Say nothing until the client has gone."""
    request.connection.settimeout(0.1)
    while not front.closing.is_set():
        try:
            if not request.connection.recv(1):
                break
        except TimeoutError:
            continue
    request.close_connection = True


def dies_before(front, request, answer):
    request.close_connection = True
    request.connection.close()


def dies_midway(front, request, answer):
    request.give(200, [*answer.headers, ("Content-Length", str(len(answer.body)))], answer.body[:2000], announce=False)
    time.sleep(0.05)  # the part arrives before the end does
    request.close_connection = True
    request.connection.close()


DOCUMENT_MANNERS = (
    error_500,
    redirect,
    html,
    empty,
    truncated,
    encrypted,
    huge_announced,
    huge_unannounced,
    silent,
    dies_before,
    dies_midway,
)
