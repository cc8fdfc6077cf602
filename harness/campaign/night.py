"""What one window has room for of a plan, and how many of them the whole of it takes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from harness.assurance.bounds import bound_after
from harness.campaign.window import BEFORE_S, Reserve, arrivals_s


class Stretch(Struct, frozen=True, kw_only=True):
    """A phase on the way through a window."""

    phase: str
    expected_s: float
    bursts: int


class Night(Struct, frozen=True, kw_only=True):
    """The first window, second by second, and what it gives."""

    window_s: float
    baseline_s: float | None  # of `honnin baseline`, to be taken before, in a window of its own; None: there is one
    before_s: float
    arrivals_s: float
    reserve: Reserve
    whole: tuple[str, ...]  # phases that end within it
    begun: str  # phase that it breaks off, "" for none
    left: tuple[str, ...]  # phases for later
    bursts: int
    bound: float | None  # 95 % upper bound per burst after this window alone; None without bursts
    nights: int  # windows as long as this one for the whole plan


def night_of(stretches: Sequence[Stretch], window_s: float, reserve: Reserve, baseline_s: float | None) -> Night:
    """Return what fits; a phase that does not is broken off and goes on in the next window.

    Raises UsageError where the window leaves no time for arrivals.
    """
    room_s = arrivals_s(window_s, reserve)
    ends = 0.0
    whole: list[str] = []
    begun, bursts = "", 0
    for stretch in stretches:
        share = min(1.0, max(0.0, room_s - ends) / stretch.expected_s) if stretch.expected_s else 1.0
        bursts += int(share * stretch.bursts)
        ends += stretch.expected_s
        if share == 1.0:
            whole.append(stretch.phase)
        elif share:
            begun = stretch.phase
    return Night(
        window_s=round(window_s, 1),
        baseline_s=baseline_s,
        before_s=BEFORE_S,
        arrivals_s=round(room_s, 1),
        reserve=reserve,
        whole=tuple(whole),
        begun=begun,
        left=tuple(s.phase for s in stretches if s.phase not in whole and s.phase != begun),
        bursts=bursts,
        bound=bound_after(bursts),
        nights=max(1, math.ceil(ends / room_s)),
    )
