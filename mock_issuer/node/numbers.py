"""Issue numbers (発行番号): 見本-260401-n1-000123, unique for every copy that a node ever makes."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable

from mock_issuer import clock


class IssueNumbers:
    """Counts on where the ledger ends; dates may repeat a number's tail, never the whole."""

    def __init__(self, node: str, used: Iterable[str]) -> None:
        """Begin after the highest of the numbers already used."""
        own = (number for number in used if f"-{node}-" in number)
        highest = max((int(number.rpartition("-")[2]) for number in own), default=0)
        self._node = node
        self._lock = threading.Lock()
        self._tails = itertools.count(highest + 1)

    def take(self, copies: int, gap: int = 0) -> tuple[str, ...]:
        """Return a number for each copy; leave `gap` numbers out after them."""
        day = clock.now().strftime("%y%m%d")
        with self._lock:
            tails = [next(self._tails) for _ in range(copies + gap)]
        return tuple(f"見本-{day}-{self._node}-{tail:06d}" for tail in tails[:copies])
