"""Counts, record by record, what has been exercised so far: provisional figures to be shown while a run is played.

The exposure of the verdict is measured anew over the whole history (harness.judge.exposure), void batches left aside.
"""

from __future__ import annotations

from bisect import bisect_left

from harness.records.history import ApplicationEnded, ApplicationStarted, BatchReleased, Ending

_MS_NS = 1_000_000


class SoFar:
    """Fed with records as they are journaled; constant work for each, but for a burst, whose departures are sorted."""

    def __init__(self) -> None:
        """Nothing was exercised."""
        self.errors = 0  # applications that failed, or of which it is not known what came of them
        self.in_flight = 0
        self.most_in_flight = 0
        self.overlapping_pairs = 0
        self.successions = 0
        self.bursts = 0
        self.pairs_under_1_ms = 0
        self.pairs_under_10_ms = 0
        self._kiosks: set[str] = set()

    def see(self, record: object) -> None:
        """Take a record; those of one program come in the order in which they were written."""
        match record:
            case ApplicationStarted():
                self._started(record.kiosk)
            case ApplicationEnded():
                self.errors += record.ending in {Ending.FAILED, Ending.UNRESOLVED}
                self.in_flight = max(0, self.in_flight - 1)
            case BatchReleased() if len(record.left_ns) > 1:
                self.bursts += 1
                left = sorted(record.left_ns)
                self.pairs_under_1_ms += _pairs_within(left, _MS_NS)
                self.pairs_under_10_ms += _pairs_within(left, 10 * _MS_NS)

    def _started(self, kiosk: str) -> None:
        self.overlapping_pairs += self.in_flight
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self.successions += kiosk in self._kiosks
        self._kiosks.add(kiosk)


def _pairs_within(left_ns: list[int], within_ns: int) -> int:
    """Count the pairs of ascending instants that are less than so far apart."""
    return sum(place - bisect_left(left_ns, one - within_ns + 1) for place, one in enumerate(left_ns))
