"""Takes in answers (HTTP/1.1) as their bytes come: the ordinary one by its length, every other by h11.

h11 costs a kiosk as much time as all else it does for a request. An ordinary answer (one length, no coding, a
connection that stays open) needs nothing of what h11 knows of chunks, interim answers, folded lines and closing;
whatever departs from that in any way is h11's from its first byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import h11
from msgspec import Struct

from kiosk_sim.targets.actions import Headers

_MAX_HEAD = 64 * 1024  # of an answer's status line and headers; a longer one is not the protocol agreed on
_FIELD = r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~\x80-\xff]*)\r\n"
_FIELDS = re.compile(_FIELD)
_HEAD = re.compile(rf"HTTP/1\.1 ([2-5][0-9]{{2}})(?: [\t -~\x80-\xff]*)?\r\n(?:{_FIELD})+\r\n")
_LENGTH = re.compile("[0-9]{1,15}")
_NO_BODY = frozenset({204, 304})  # whatever length they tell


class Ended(Exception):
    """The server closed the connection before its answer was complete."""


class Malformed(Exception):
    """What came is not HTTP/1.1."""


class Told(Struct, frozen=True):
    """What the head of an answer says; names in lower case."""

    status: int
    headers: Headers


class Incoming:
    """The answer to one request."""

    def __init__(self, method: str, receive: Callable[[], bytes]) -> None:
        """`receive` returns the next bytes, b"" at the end of the stream, or raises OSError."""
        self._method = method
        self._receive = receive
        self.reusable = False  # whether, after all parts, the connection can carry another request
        self.surplus = 0  # bytes that came with the answer's end and behind it: they belong to nobody

    def parts(self) -> Iterator[Told | bytes]:
        """Yield the head, then the body's pieces; raise Ended, Malformed and what `receive` raises."""
        first = self._next()
        ordinary = None if self._method == "HEAD" else _ordinary(first)
        if ordinary is None:
            yield from self._by_h11(first)
            return
        told, length, begin = ordinary
        yield told
        piece = first[begin:]
        while len(piece) < length:
            if piece:
                yield piece
            length -= len(piece)
            piece = self._next()
        yield piece[:length]
        self.surplus = len(piece) - length
        self.reusable = not self.surplus

    def _next(self) -> bytes:
        received = self._receive()
        if not received:
            raise Ended
        return received

    def _by_h11(self, first: bytes) -> Iterator[Told | bytes]:
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        http.send(h11.Request(method=self._method, target="/", headers=[("host", "h")]))
        http.send(h11.EndOfMessage())
        http.receive_data(first)
        try:
            while not isinstance(event := self._event(http), h11.EndOfMessage):
                if isinstance(event, h11.Response):
                    fields = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers)
                    yield Told(event.status_code, tuple(fields))
                elif isinstance(event, h11.Data):
                    yield bytes(event.data)
                elif not isinstance(event, h11.InformationalResponse):
                    raise Ended
        except h11.RemoteProtocolError as e:
            raise Malformed(f"not HTTP/1.1: {e}") from None
        done = http.our_state is h11.DONE and http.their_state is h11.DONE
        self.surplus = len(http.trailing_data[0])
        self.reusable = done and http.trailing_data == (b"", False)

    def _event(self, http: h11.Connection) -> object:
        while (event := http.next_event()) is h11.NEED_DATA:
            received = self._receive()
            http.receive_data(received)
            if not received:
                return _at_end(http)
        return event


def _ordinary(first: bytes) -> tuple[Told, int, int] | None:
    """Return head, length of the body and where it begins; None where h11 has to look at the answer."""
    begin = first.find(b"\r\n\r\n") + 4
    head = first[:begin].decode("latin-1")
    match = _HEAD.fullmatch(head)
    if match is None or int(match[1]) in _NO_BODY:
        return None
    fields = _FIELDS.findall(head, head.index("\r\n") + 2)
    headers = tuple((name.lower(), value.strip(" \t")) for name, value in fields)
    lengths = [value for name, value in headers if name == "content-length"]
    closing = any(value.lower() != "keep-alive" for name, value in headers if name == "connection")
    coded = any(name == "transfer-encoding" for name, _ in headers)
    if len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]) or closing or coded:
        return None
    return Told(int(match[1]), headers), int(lengths[0]), begin


def _at_end(http: h11.Connection) -> object:
    try:
        event = http.next_event()
    except h11.RemoteProtocolError:
        raise Ended from None
    if isinstance(event, h11.ConnectionClosed) or event is h11.NEED_DATA:
        raise Ended
    return event
