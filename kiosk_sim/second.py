"""Where the target's clock begins its seconds, narrowed by every answer that carries a `Date` header. Pure: no clock.

An answer that left at t0, came at t1 and is dated S says that second S had begun by t1 and had not ended by t0. What
many such answers leave open is an interval; a probe timed for its middle halves it.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

_SECOND_NS = 1_000_000_000
_DRIFT = 50e-6  # two clocks that nobody disciplines part by so much; what was known grows stale accordingly
_LEAD_NS = 5_000_000  # a probe for a moment nearer than this would be late


def epoch_second(date: str) -> int | None:
    """Return the second since 1970 of a `Date` header, None where it is none."""
    try:
        return round(parsedate_to_datetime(date).timestamp())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


class ServerSecond:
    """The begin of the seconds of one clock, on our monotonic clock, as an interval. Nothing is known at first."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self._low_ns = 0  # where second 0 of 1970 would lie on our clock, at least
        self._high_ns = 0  # at most
        self._heard_ns = 0
        self.answers = 0  # that the interval rests on
        self.contradictions = 0  # answers after which it had to be begun anew: a clock was set

    def hear(self, sent_ns: int, answered_ns: int, second: int) -> None:
        """Take in an answer of that second, whose request left at `sent_ns` and which came at `answered_ns`."""
        low, high = sent_ns - (second + 1) * _SECOND_NS, answered_ns - second * _SECOND_NS
        stale = round(_DRIFT * max(0, answered_ns - self._heard_ns)) if self.answers else 0
        both = max(low, self._low_ns - stale), min(high, self._high_ns + stale)
        self._heard_ns = answered_ns
        if self.answers and both[0] < both[1]:
            self._low_ns, self._high_ns = both
            self.answers += 1
            return
        self.contradictions += 1 if self.answers else 0
        self._low_ns, self._high_ns, self.answers = low, high, 1

    @property
    def error_ns(self) -> int:
        """Half of what is left open; a whole second where nothing is known."""
        return (self._high_ns - self._low_ns + 1) // 2 if self.answers else _SECOND_NS

    @property
    def begins_ns(self) -> int:
        """An instant at which a second began, within `error_ns`."""
        return (self._low_ns + self._high_ns) // 2 % _SECOND_NS

    def next_ns(self, phase_ms: float, after_ns: int) -> int:
        """Return the first instant from `after_ns` on that lies `phase_ms` after the begin of a second."""
        wanted = self.begins_ns + round(phase_ms * 1e6)
        return after_ns + (wanted - after_ns) % _SECOND_NS

    def probe_ns(self, now_ns: int) -> int:
        """Return when the next probe should be with the target: in the middle of what is left open."""
        return self.next_ns(0.0, now_ns + _LEAD_NS) if self.answers else now_ns
