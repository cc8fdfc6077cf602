"""A byte channel over one TCP socket, plain or TLS. Works in threads and under gevent alike.

TLS goes through memory BIOs: the socket itself stays plain, so that a closed idle connection can be noticed, and
the bytes of a request be prepared before they are sent.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
import time
from collections.abc import Callable

from kiosk_sim.drivers.stamps import Stamps

_CHUNK = 65_536
_RECORD_HEADER = 5  # bytes before a TLS record
_TICKET = 64  # bytes: session tickets are longer, key updates (22) and alerts (19) shorter
_LOOK_S = 0.002  # between two looks for the kernel's stamps
_STATUS_LINE = 80  # bytes of an early answer that are quoted


class SendFailed(Exception):
    """A request could not be handed over completely."""

    def __init__(self, cause: Exception, sent: int) -> None:
        """`sent` bytes had been handed to the kernel."""
        super().__init__(str(cause))
        self.cause = cause
        self.sent = sent


class Channel:
    """One connection to a server."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, connect_s: float) -> None:
        """Connect and shake hands within `connect_s` seconds; raise OSError (ssl.SSLError included)."""
        by = time.monotonic() + connect_s
        self._socket = socket.create_connection((host, port), timeout=connect_s)
        self._tls: ssl.SSLObject | None = None
        self._stamps: Stamps | None = None  # while they are still to be collected
        self.fault: ssl.SSLError | None = None  # with which the server closed an idle connection
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                self._shake_hands(tls, host, by)
        except BaseException:
            self._socket.close()
            raise

    def _shake_hands(self, context: ssl.SSLContext, host: str, by: float) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._feed(by)
            except ssl.SSLError:
                self._flush()  # our alert tells the server why
                raise
            else:
                self._flush()
                return

    def _flush(self) -> None:
        if pending := self._outgoing.read():
            self._socket.sendall(pending)

    def _feed(self, by: float, most: int = _CHUNK) -> None:
        received = self._receive_raw(by, most)
        if received:
            self._incoming.write(received)
        else:
            self._incoming.write_eof()

    def _receive_raw(self, by: float, most: int) -> bytes:
        if self._stamps is not None:
            self._collect_stamps(self._stamps, by)
        left_s = by - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left_s)
        return self._socket.recv(most)

    @property
    def encrypted(self) -> bool:
        """Whether what `prepare` returns is TLS."""
        return self._tls is not None

    def stamp(self) -> Stamps:
        """Have the kernel stamp what is sent from here on; the stamps are collected before the answer is read."""
        self._socket.settimeout(0.0)
        self._stamps = Stamps(self._kernel_socket)
        return self._stamps

    def _collect_stamps(self, stamps: Stamps, by: float) -> None:
        """Look for stamps and the answer in turn: a socket with something in its error queue cannot be waited for."""
        while not stamps.complete and time.monotonic() < by and self._raw_waiting() == 0:
            time.sleep(_LOOK_S)
            stamps.collect()
        stamps.end()
        self._stamps = None

    @property
    def _kernel_socket(self) -> socket.socket:
        """The C socket: gevent's keeps it in `_sock`; what that one does never yields to other greenlets."""
        kernel: socket.socket = getattr(self._socket, "_sock", self._socket)
        return kernel

    def prepare(self, request: bytes) -> bytes:
        """Return what the wire will carry for `request`; the result must be sent before anything else."""
        if self._tls is None:
            return request
        self._tls.write(request)
        return self._outgoing.read()

    def send(self, prepared: bytes, within_s: float) -> int:
        """Hand all bytes to the kernel; return the instant (monotonic ns). Raises SendFailed."""
        self._socket.settimeout(within_s)
        sent = 0
        try:
            while sent < len(prepared):
                sent += self._socket.send(prepared[sent:] if sent else prepared)
        except OSError as e:
            raise SendFailed(e, sent) from e
        return time.monotonic_ns()

    def trigger(self) -> Callable[[bytes], int]:
        """Return the socket's own `send`, which never waits: for a loop that must lose no time."""
        self._socket.settimeout(0.0)
        return self._kernel_socket.send

    def receive(self, by: float, most: int = _CHUNK) -> bytes:
        """Return the next bytes, b"" at the end of the stream; raise TimeoutError after `by` (monotonic s).

        No more than `most` are taken from the kernel at once.
        """
        if self._tls is None:
            return self._receive_raw(by, most)
        while True:
            try:
                return self._tls.read(most)
            except ssl.SSLWantReadError:
                self._flush()
                self._feed(by, most)
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLEOFError:  # a body that ends with its connection could be cut (RFC 9112, 9.8)
                raise ConnectionResetError(errno.ECONNRESET, "the connection ended without TLS's goodbye") from None

    def idle_bytes(self, most: int = _CHUNK) -> int | None:
        """Look, without waiting, at a connection on which nothing is expected.

        Returns how many unasked bytes wait there (0: as it should be), None once the server has closed it. Of TLS no
        more than `most` bytes are taken in.
        """
        try:
            self._socket.settimeout(0.0)
            if self._tls is None:
                return self._raw_waiting()
            return self._idle_tls(most)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            return None

    def unasked(self, *, sealed: bool) -> str:
        """Look, without waiting, at a connection on which nothing is expected; say what is there, "" if nothing is.

        Session tickets are nothing. While a prepared request is held (`sealed`) a key update or an alert is something.
        """
        most = _CHUNK
        if sealed and self._tls is not None:
            most, short = self._records_waiting()
            if short:
                return "a TLS key update or alert came"
        waiting = self.idle_bytes(most)
        if waiting == 0:
            return ""
        if waiting is None:
            return f"the target closed it ({self.fault.reason})" if self.fault else "the target closed it"
        return f"{self._first_line() or f'{waiting} bytes'} came unasked"

    def _records_waiting(self) -> tuple[int, bool]:
        """Return the bytes of whole TLS records that wait, and whether one of them is too short for a session ticket.

        What comes a moment later is for the next look: taken in with these, it would go unseen.
        """
        try:
            self._socket.settimeout(0.0)
            waiting = self._socket.recv(_CHUNK, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return 0, False
        except OSError:
            waiting = b""
        if not waiting:
            return _CHUNK, False  # the end, which taking in tells
        place = 0
        while (content := place + _RECORD_HEADER) <= len(waiting):
            length = int.from_bytes(waiting[place + 3 : content])
            if length < _TICKET:
                return place, True
            if content + length > len(waiting):
                break
            place = content + length
        return place, False

    def _raw_waiting(self) -> int | None:
        try:
            self._socket.settimeout(0.0)
            return len(self._socket.recv(_CHUNK, socket.MSG_PEEK)) or None
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            return None

    def _first_line(self) -> str:
        """Return an early answer's status line; "" if it is none, or cannot be read."""
        if self._tls is not None:
            return ""
        with contextlib.suppress(OSError):
            line = self._socket.recv(_STATUS_LINE, socket.MSG_PEEK).split(b"\r\n")[0]
            if line.startswith(b"HTTP/"):
                return f"the answer `{line.decode('ascii', 'replace')}`"
        return ""

    def _idle_tls(self, most: int) -> int | None:
        """Take in what waits, first what came with the last answer: session tickets are no application data."""
        assert self._tls is not None
        left = most
        while True:
            try:
                return len(self._tls.read(_CHUNK)) or None
            except ssl.SSLWantReadError:
                if not left:
                    return 0
                received = self._socket.recv(left)
                if not received:
                    return None
                left -= len(received)
                self._incoming.write(received)
            except ssl.SSLError as e:
                self.fault = e
                return None

    def half_close(self) -> None:
        """End our direction; what the server says is still read. Of TLS the TCP connection, without a goodbye."""
        with contextlib.suppress(OSError):  # closed by the server in the same moment
            self._socket.shutdown(socket.SHUT_WR)

    def shut(self) -> None:
        """End all reading and writing; whoever waits in `receive` meets the end of the stream."""
        with contextlib.suppress(OSError):  # closed by the server in the same moment
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close at once, unsent bytes and all."""
        self._socket.close()
