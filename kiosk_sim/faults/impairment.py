"""What a link does to what it passes, for as long as it is impaired."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterator

from harness.records.faults import LinkFault, PlannedFault

_PIECES_PER_S = 20  # of a link with little bandwidth: small enough to be even


class Impairment:
    """One, from its order to its end; or, without a plan, none."""

    def __init__(self, planned: PlannedFault | None) -> None:
        """It has met nothing yet."""
        self.planned = planned
        self.over = asyncio.Event()
        self.met = self.ended = self.passed = 0
        self._rng = random.Random(planned.fault if planned else 0)  # noqa: S311  to be repeatable

    @property
    def _how(self) -> LinkFault | None:
        return self.planned.how if self.planned else None

    @property
    def is_down(self) -> bool:
        """Whether new connections end at once."""
        return self._how is LinkFault.DOWN

    @property
    def ends_connections(self) -> bool:
        """Whether those that there are end when it begins."""
        return self._how in (LinkFault.DOWN, LinkFault.RESET)

    def delay_s(self) -> float:
        """Draw how long the next piece takes."""
        if self.planned is None or self._how is not LinkFault.DELAY:
            return 0.0
        return (self.planned.delay_ms + self._rng.uniform(0.0, self.planned.jitter_ms)) / 1000.0

    def paced(self, data: bytes) -> Iterator[tuple[bytes, float]]:
        """Yield pieces, and how long to pause after each."""
        self.passed += len(data)
        if self.planned is None or self._how is not LinkFault.BANDWIDTH or self.planned.bytes_per_s <= 0:
            yield data, 0.0
            return
        rate = self.planned.bytes_per_s
        size = max(1, int(rate / _PIECES_PER_S))
        for begin in range(0, len(data), size):
            piece = data[begin : begin + size]
            yield piece, len(piece) / rate

    async def rest(self, seconds: float) -> None:
        """Wait, but not beyond the impairment's end."""
        if seconds > 0 and self.planned is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), seconds)
