"""What the generator achieved of what was planned: part of the verdict's record."""

from __future__ import annotations

from msgspec import Struct

# Farther apart than planned by more than this, a burst is no exposure of the kind that was planned: a busy machine
# takes its processor away for several times 3 ms, and what is to be hit are windows of some milliseconds.
STRAY_MS = 20.0


def kind_ms(planned_ms: float, measured_ms: float) -> float:
    """Return by which distance a burst counts: the planned one if it was kept, else what was measured."""
    return measured_ms if measured_ms - planned_ms > STRAY_MS else planned_ms


class SpreadOf(Struct, frozen=True, kw_only=True):
    """Bursts of about one size that were to leave together, and how far apart they left; void ones left out."""

    from_people: int
    to_people: int
    bursts: int
    median_ms: float  # first to last departure
    p95_ms: float
    strayed: int  # farther apart than `STRAY_MS`: counted by their measured distance


class Lateness(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Arrivals that were planned for an instant (open model)."""

    arrivals: int = 0
    late: int = 0  # began later than `late_ms` after their instant
    late_ms: float = 0.0
    median_ms: float = 0.0  # of the lateness
    p99_ms: float = 0.0
    most_ms: float = 0.0
    planned_per_s: float = 0.0  # over all batches of arrivals
    achieved_per_s: float = 0.0
    took_median_ms: float = 0.0  # from the intended instant, not from when the generator was ready, to the end
    took_p95_ms: float = 0.0
    took_p99_ms: float = 0.0


class Strain(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The players' loops, processors and sockets."""

    watched_s: float = 0.0
    saturated_s: float = 0.0  # in intervals whose loop ran late or whose processor had nothing left
    lag_p99_ms: float = 0.0  # of the worst interval
    lag_most_ms: float = 0.0
    cpu_most: float = 0.0  # of one processor, by one player
    sockets_most: int = 0
    may_go_first: bool = False


class Achieved(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the generator achieved, and whether it was the limit."""

    spreads: tuple[SpreadOf, ...] = ()
    withdrawn: int = 0  # attempts at bursts that were void before anything was released, and made again
    whole: int = 0  # bursts sent as whole requests: nothing was, or could be, held back
    brackets: int = 0  # bursts whose departure and arrival the kernel told
    bracket_median_ms: float = 0.0  # of them: first byte handed to the network to last byte acknowledged
    lateness: Lateness = Lateness()
    strain: Strain = Strain()
