"""The thin layer between WSGI and the issuer's handlers: requests and answers as records, routes as patterns."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.message import Message
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

import msgspec
from msgspec import Struct

from mock_issuer.refusals import Refusal

T = TypeVar("T")
JSON = "application/json"
_CLIENT_GONE = 499  # no registered status: nobody reads it
Headers = tuple[tuple[str, str], ...]


class Request(Struct, frozen=True, kw_only=True):
    """One HTTP request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes
    peer_certificate: bytes | None  # DER, where the client showed one
    connection: object = None  # the client's socket
    head_ns: int = 0  # monotonic, when its head had been read

    def record(self, kind: type[T]) -> T:
        """Return the JSON body as a record; an empty body is {}. Raises Refusal 400 naming what is wrong."""
        try:
            return msgspec.json.decode(self.body or b"{}", type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as e:
            raise Refusal(400, "BAD_REQUEST", f"body: {e}") from None


class Answer(Struct, frozen=True, kw_only=True):
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: Headers = ()


Handler = Callable[..., Answer]  # takes the request, and the pattern's {names} as keywords


def json_answer(record: object, status: int = 200, headers: Headers = ()) -> Answer:
    """Return a record as a JSON answer."""
    return Answer(status=status, body=msgspec.json.encode(record), headers=headers)


def refused(refusal: Refusal, headers: Headers = ()) -> Answer:
    """Return a refusal as {"code", "message"}."""
    return json_answer({"code": refusal.code, "message": refusal.message}, refusal.status, headers)


class Routes:
    """Finds the handler of a method and path."""

    def __init__(self, table: Mapping[str, Handler]) -> None:
        """Take patterns like "GET /v1/applications/{application}/document"."""
        self._table: list[tuple[str, list[str], Handler]] = []
        for pattern, handler in table.items():
            method, path = pattern.split(" ")
            self._table.append((method, path.split("/"), handler))

    def __call__(self, request: Request) -> Answer:
        """Answer a request; refusals become their JSON answer."""
        try:
            handler, names = self._find(request.method, request.path.split("/"))
            return handler(request, **names)
        except Refusal as refusal:
            return refused(refusal)

    def operations(self) -> Iterator[str]:
        """Yield "METHOD /path" of every route."""
        yield from (f"{method} {'/'.join(pattern)}" for method, pattern, _ in self._table)

    def _find(self, method: str, parts: list[str]) -> tuple[Handler, dict[str, str]]:
        others: list[str] = []
        for allowed, pattern, handler in self._table:
            names = _match(pattern, parts)
            if names is not None and allowed == method:
                return handler, names
            others += [allowed] if names is not None else []
        if others:
            raise Refusal(405, "METHOD_NOT_ALLOWED", f"here only {', '.join(others)}")
        raise Refusal(404, "NOT_FOUND", f"no such path: {'/'.join(parts)[:200]}")


def _match(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(parts):
        return None
    names = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{") and part:
            names[wanted.strip("{}")] = part
        elif wanted != part:
            return None
    return names


def wsgi(answer: Callable[[Request], Answer]) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """Return a WSGI application; a crash of the handler becomes a 500 with a traceback in the log."""

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            result = answer(_request(environ))
        except Exception:  # noqa: BLE001 - the outermost boundary: one broken request must not end the thread
            traceback.print_exc()
            result = refused(Refusal(500, "INTERNAL", "the issuer failed; its log has the traceback"))
        reason = HTTPStatus(result.status).phrase if result.status != _CLIENT_GONE else "Client Closed Request"
        start_response(f"{result.status} {reason}", _headers(result))
        return [result.body]

    return respond


def _headers(answer: Answer) -> list[tuple[str, str]]:
    headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
    return [*headers, ("Content-Type", answer.content_type)] if answer.body else headers


def _request(environ: WSGIEnvironment) -> Request:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    chunked = environ.get("wsgi.input_terminated")
    body = environ["wsgi.input"].read() if chunked else environ["wsgi.input"].read(length) if length else b""
    names = {k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k.startswith("HTTP_")}
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""))),
        headers=names,
        body=body,
        peer_certificate=environ.get("mock_issuer.peer_certificate"),
        connection=environ.get("mock_issuer.connection"),
        head_ns=environ.get("mock_issuer.head_ns", 0),
    )


def relay(status: int, headers: Message, body: bytes) -> Answer:
    """Return another server's answer as our own, with the headers that speak of the application."""
    kept = tuple((k, v) for k, v in headers.items() if k.lower().startswith("x-"))
    return Answer(status=status, body=body, content_type=headers.get("Content-Type", JSON), headers=kept)
