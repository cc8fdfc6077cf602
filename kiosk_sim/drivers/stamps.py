"""What the kernel says about the last bytes that left a socket: SO_TIMESTAMPING, which needs no privilege.

Between "handed to the network device" and "acknowledged by the peer's kernel" they arrived: proof of arrival that
does not rest on when a program says that it sent.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import time

# linux/net_tstamp.h and asm-generic/socket.h; the socket module has no names for them.
_SO_TIMESTAMPING = 37
_TX_SOFTWARE, _SOFTWARE, _TX_ACK, _TSONLY = 1 << 1, 1 << 4, 1 << 9, 1 << 11
_SENT, _ACKED = 0, 2  # ee_info of the error queue's messages
_TIMESPEC = struct.Struct("@ll")
_ERROR = struct.Struct("@IBBBBII")  # struct sock_extended_err; ee_info is the sixth
_ANCILLARY_BYTES = 512


class Stamps:
    """The stamps of one socket, from now on. Monotonic ns, 0 where the kernel has not said it."""

    def __init__(self, sock: socket.socket) -> None:
        """Ask for stamps of all bytes to come; `missing` says why there will be none."""
        self._socket = sock
        self.sent_ns = 0
        self.acked_ns = 0
        self.missing = ""
        try:
            self._ask(_TX_SOFTWARE | _SOFTWARE | _TX_ACK | _TSONLY)
        except OSError as e:
            self.missing = f"no SO_TIMESTAMPING here: {e.strerror or type(e).__name__}"

    def _ask(self, what: int) -> None:
        if sys.platform != "linux":
            raise OSError(0, f"{sys.platform} has none")
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPING, what)

    @property
    def complete(self) -> bool:
        """Whether nothing more is to come."""
        return bool(self.missing) or bool(self.sent_ns and self.acked_ns)

    def collect(self) -> None:
        """Take what the kernel has said by now, without waiting."""
        while not self.missing:
            try:
                _, messages, _, _ = self._socket.recvmsg(0, _ANCILLARY_BYTES, socket.MSG_ERRQUEUE)
            except OSError:
                return
            self._take(messages)

    def _take(self, messages: list[tuple[int, int, bytes]]) -> None:
        at_ns = kind = -1
        for level, type_, content in messages:
            if (level, type_) == (socket.SOL_SOCKET, _SO_TIMESTAMPING) and len(content) >= _TIMESPEC.size:
                seconds, ns = _TIMESPEC.unpack_from(content)
                at_ns = seconds * 1_000_000_000 + ns - _wall_minus_monotonic_ns()
            elif len(content) >= _ERROR.size:
                kind = _ERROR.unpack_from(content)[5]
        if kind == _SENT:
            self.sent_ns = max(self.sent_ns, at_ns)
        elif kind == _ACKED:
            self.acked_ns = max(self.acked_ns, at_ns)

    def end(self) -> None:
        """Ask for no more: what lies in the error queue would wake whoever waits for an answer."""
        self.collect()
        if not self.missing:
            with contextlib.suppress(OSError):  # closed meanwhile
                self._ask(0)
        if not self.complete:
            self.missing = "the kernel did not say it before the answer came"


def _wall_minus_monotonic_ns() -> int:
    before, wall, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
    return wall - (before + after) // 2
