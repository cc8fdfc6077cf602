"""A prepared request that can leave in two parts: all but the last of it beforehand, the last when a burst is released.

What is held back decides what the target can have done before: of a header that lacks its last byte, and of a TLS
record that lacks its last, nothing can be dispatched; of a body that lacks its last byte, the header can.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.records.history import Held
from harness.records.plan import Withhold
from kiosk_sim.drivers.channel import Channel, SendFailed
from kiosk_sim.drivers.stamps import Stamps

# Body that still leaves in one segment with the header's last byte: smallest usual MTU (1,500, less in tunnels) minus
# the headers of TCP/IP.
_ONE_SEGMENT = 1_400
_RECORD_HEADER = 5
_KEY_UPDATE = (
    22  # bytes of its record in TLS 1.3, the header left aside (RFC 8446, 4.6.3 and 5.2); no request is as short
)


class Withdrawn(Exception):
    """A held request is given up: its burst was void. Its last byte has not left, and must not leave any more."""

    def __init__(self, reason: str, *, again: bool) -> None:
        """`again`: nothing that left can be read by the target, so that the same person may ask again."""
        super().__init__(reason)
        self.again = again


class Charge:
    """One request on a warm connection; fired whole by calling it, or loaded and released."""

    def __init__(self, channel: Channel, head: bytes, body: bytes, within_s: float) -> None:
        """Nothing has left. `within_s` bounds the handing over."""
        self.channel = channel
        self.left_ns = 0  # departure of the last byte
        self.held = Held.NOTHING
        self.loaded = False
        self.stamps: Stamps | None = None  # what the kernel says of the last part, where it was asked
        self._head = head
        self._body = body
        self._within_s = within_s
        self._first = b""
        self.last = b""
        self.size = 0  # bytes prepared for the wire
        self.cut_at = 0  # bytes after which the connection was ended on purpose

    @property
    def readable(self) -> bool:
        """Whether the target could read of the request while it is held."""
        return self.loaded and self.held is Held.BODY

    def __call__(self) -> int:
        """Hand over what has not left yet; return the instant (ns). Raises SendFailed.

        Where nothing was loaded and the connection died or spoke unasked while it was held, surely no byte leaves.
        """
        if not self.loaded:
            self.keep_whole()
            if said := self.unasked():
                raise SendFailed(self.channel.fault or ConnectionResetError(said), 0)
        self._hand_over()
        return self.left_ns

    def cut(self) -> int:
        """Hand over about half of the request, and no more; return the instant (ns). Raises SendFailed."""
        self.keep_whole()
        self.cut_at = max(1, self.size // 2)
        self.left_ns = self.channel.send(self.last[: self.cut_at], self._within_s)
        self.channel.shut()
        return self.left_ns

    def prepare(self, withhold: Withhold) -> None:
        """Divide, and encrypt, the request; once only. Nothing leaves."""
        if self.size:
            return
        if self.channel.encrypted:
            self._first, self.last, self.held = self._divide_encrypted(withhold)
        else:
            self._first, self.last, self.held = _divide(self._head, self._body, withhold)
        self.size = len(self._first) + len(self.last)

    def keep_whole(self) -> None:
        """Let nothing leave before the release: `last` is all of it."""
        self.prepare(Withhold.NOTHING)
        self._first, self.last, self.held = b"", self._first + self.last, Held.NOTHING

    def _divide_encrypted(self, withhold: Withhold) -> tuple[bytes, bytes, Held]:
        if withhold is Withhold.NOTHING:
            return b"", self.channel.prepare(self._head + self._body), Held.NOTHING
        if withhold is Withhold.BODY and self._body:
            first = self.channel.prepare(self._head + self._body[:-1])
            last = self.channel.prepare(self._body[-1:])
            return first + last[:-1], last[-1:], Held.BODY
        sealed = self.channel.prepare(self._head + self._body)
        # More than 16,384 bytes take several records, and the earlier ones can be read.
        return sealed[:-1], sealed[-1:], Held.RECORD if _records(sealed) == 1 else Held.BODY

    def load(self) -> None:
        """Hand over the first part; raise SendFailed."""
        self.loaded = True
        self.channel.send(self._first, self._within_s)

    def ask_kernel(self) -> None:
        """Have the kernel stamp what leaves from now on."""
        self.stamps = self.channel.stamp()

    def left(self, count: int, left_ns: int) -> None:
        """Take note that so many bytes of `last` left at an instant."""
        self.last = self.last[count:]
        self.left_ns = left_ns

    def finish(self) -> None:
        """Hand over what is still there of `last`; raise SendFailed."""
        if self.last:
            self._hand_over()

    def _hand_over(self) -> None:
        self.left_ns = self.channel.send(self.last, self._within_s)
        self.last = b""

    def trigger(self) -> Callable[[bytes], int]:
        """Return the `send` that hands `last` over without waiting."""
        return self.channel.trigger()

    def unasked(self) -> str:
        """Say what came while nothing should have come: a closed connection, an early answer; "" if nothing did."""
        return self.channel.unasked(sealed=self.loaded)


def _divide(head: bytes, body: bytes, withhold: Withhold) -> tuple[bytes, bytes, Held]:
    if withhold is Withhold.NOTHING:
        return b"", head + body, Held.NOTHING
    if not body or (withhold is Withhold.HEADER and 1 + len(body) <= _ONE_SEGMENT):
        return head[:-1], head[-1:] + body, Held.HEADER
    return head + body[:-1], body[-1:], Held.BODY


def _records(sealed: bytes) -> int:
    """Count the TLS records that carry the request; an answer to a key update, which may go ahead of it, is none."""
    place = count = 0
    while place + _RECORD_HEADER <= len(sealed):
        length = int.from_bytes(sealed[place + 3 : place + _RECORD_HEADER])
        count += length != _KEY_UPDATE
        place += _RECORD_HEADER + length
    return count
