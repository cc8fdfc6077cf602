"""The OCSP responder as a program of its own, on loopback only: `python -m kiosk_sim.cards.serve --cards DIR`.

Other programs start it with harness.lifeline, so that it ends with them.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import os
import signal
import sys
import threading
import urllib.parse
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from harness.errors import HonninError
from kiosk_sim.cards.files import write_private
from kiosk_sim.cards.responder import Responder

_LARGEST_REQUEST = 64 * 1024  # bytes; a request about one certificate takes about 120
_IDLE_S = 30.0  # a silent connection is closed, so that stuck clients cannot collect threads


class _Handler(BaseHTTPRequestHandler):
    """OCSP over HTTP, RFC 6960 appendix A: POST with the request as body, or GET with it in base64 in the path."""

    protocol_version = "HTTP/1.1"
    timeout: ClassVar[float] = _IDLE_S
    wbufsize = -1  # headers and body in one segment
    disable_nagle_algorithm = True
    responder: ClassVar[Responder]

    def do_POST(self) -> None:
        """Answer a request in the body."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get_content_type() != "application/ocsp-request":
            return self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if not length.isdecimal():
            return self._refuse(HTTPStatus.LENGTH_REQUIRED)
        if int(length) > _LARGEST_REQUEST:
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self._answer(self.rfile.read(int(length)))

    def do_GET(self) -> None:
        """Answer a request in the path."""
        try:
            request = base64.b64decode(urllib.parse.unquote(self.path).lstrip("/"), validate=True)
        except (binascii.Error, ValueError):
            return self._refuse(HTTPStatus.BAD_REQUEST)
        return self._answer(request)

    def _answer(self, request: bytes) -> None:
        try:
            body = self.responder.answer(request)
        except (HonninError, OSError) as e:  # the folder was damaged meanwhile: said on stderr, and to the client
            sys.stderr.write(f"{e}\n")
            return self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # the body was not read
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's naming
        """Keep silent: one line a request would be all noise during a run."""


def serve(folder: Path, *, port: int, ready: Callable[[str], None]) -> None:
    """Answer until SIGTERM or Ctrl-C; `ready` is told the URL once connections are taken. `port` 0 takes a free one.

    Needs the main thread (signals). Raises CardsError if `folder` is no cards folder, OSError if the port is taken.
    """
    handler = type("Handler", (_Handler,), {"responder": Responder(folder)})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            # shutdown() waits for serve_forever(), which runs in this very thread: hence another one
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        ready(f"http://127.0.0.1:{server.server_port}/")
        server.serve_forever(poll_interval=0.1)


def announce(url: str, ready_file: Path | None) -> None:
    """Write {"url", "pid"} to `ready_file`, whole or not at all; without one, print it as a line."""
    line = json.dumps({"url": url, "pid": os.getpid()})
    if ready_file:
        write_private(ready_file, line.encode())
    else:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def main() -> int:
    """Run the responder from the command line."""
    parser = argparse.ArgumentParser(prog="python -m kiosk_sim.cards.serve", description=__doc__)
    parser.add_argument("--cards", type=Path, required=True, help="cards folder")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help='file that gets {"url","pid"} when ready')
    options = parser.parse_args()
    try:
        serve(
            options.cards,
            port=options.port,
            ready=lambda url: announce(url, options.ready_file),
        )
    except (HonninError, OSError) as e:
        sys.stderr.write(f"{e}\n")
        return 64
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
