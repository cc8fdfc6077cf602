"""Geometry of a finding's time axis: victim, donor and neighbours as bars from start to end, to be drawn as SVG."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from harness.records.plan import Step
from reports.story import Story

WIDTH = 960
_LEFT, _RIGHT = 250, 16  # room for labels, and for the last tick's number
_TOP, _ROW = 44, 34
_BAR = 16
_TICKS = 6
_STEPS_OF_TICKS = (1, 2, 5)
_MARGIN = 0.04  # of the span, on both sides


class Bar(Struct, frozen=True, kw_only=True):
    """One application's row."""

    story: Story
    role: str  # "victim", "donor" or "neighbour"
    y: float
    x: float
    width: float
    open_end: bool  # no end was journaled, or it lies beyond the window
    open_start: bool
    sends: tuple[float, ...]  # x of requests
    applies: tuple[float, ...]  # x of the application itself
    arrivals: tuple[float, ...]  # x of documents


class Tick(Struct, frozen=True, kw_only=True):
    """One mark of the time axis."""

    x: float
    label: str


class Axis(Struct, frozen=True, kw_only=True):
    """All that is drawn."""

    width: int
    height: int
    left: int
    bottom: float
    origin_ns: int  # wall clock of 0 on the axis: the victim's start
    unit: str  # "s" or "ms"
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    released: float | None  # x of the burst's release


def lay_out(victim: Story, donor: Story | None, neighbours: Sequence[Story]) -> Axis:
    """Return the axis of these applications; the window is what victim and donor span."""
    main = [victim] + ([donor] if donor is not None else [])
    first = min(story.started_ns for story in main if story.started_ns)
    last = max(first + 1_000_000, *(story.last_ns for story in main))
    margin = int((last - first) * _MARGIN)
    window = (first - margin, last + margin)
    rows = [(victim, "victim")] + ([(donor, "donor")] if donor is not None else [])
    rows += [(story, "neighbour") for story in neighbours]
    ticks, unit = _ticks(window, victim.started_ns or first)
    return Axis(
        width=WIDTH,
        height=_TOP + _ROW * len(rows) + 8,
        left=_LEFT,
        bottom=_TOP + _ROW * len(rows),
        origin_ns=victim.started_ns or first,
        unit=unit,
        bars=tuple(_bar(story, role, row, window) for row, (story, role) in enumerate(rows)),
        ticks=ticks,
        released=_x(victim.released_ns, window) if window[0] <= victim.released_ns <= window[1] else None,
    )


def _x(at_ns: int, window: tuple[int, int]) -> float:
    first, last = window
    share = (min(max(at_ns, first), last) - first) / (last - first)
    return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _bar(story: Story, role: str, row: int, window: tuple[int, int]) -> Bar:
    start = story.started_ns or window[0]
    end = story.ended_ns or story.last_ns
    x = _x(start, window)
    inside = [s for s in story.sends if window[0] <= s.at_ns <= window[1]]
    return Bar(
        story=story,
        role=role,
        y=_TOP + _ROW * row + (_ROW - _BAR) / 2,
        x=x,
        width=max(round(_x(end, window) - x, 1), 2.0),
        open_start=start < window[0],
        open_end=not story.ended_ns or end > window[1],
        sends=tuple(_x(s.at_ns, window) for s in inside if s.step is not Step.APPLY),
        applies=tuple(_x(s.at_ns, window) for s in inside if s.step is Step.APPLY),
        arrivals=tuple(_x(a.at_ns, window) for a in story.arrived if window[0] <= a.at_ns <= window[1]),
    )


def _ticks(window: tuple[int, int], origin_ns: int) -> tuple[tuple[Tick, ...], str]:
    """Return marks at round distances from `origin_ns`, and their unit."""
    span = window[1] - window[0]
    step = _round_step(span / _TICKS)
    unit, size = ("s", 1_000_000_000) if step >= 100_000_000 else ("ms", 1_000_000)
    digits = 1 if step < size else 0
    first = -(-(window[0] - origin_ns) // step)
    last = (window[1] - origin_ns) // step
    return tuple(
        Tick(x=_x(origin_ns + n * step, window), label=f"{n * step / size:+.{digits}f}" if n else "0")
        for n in range(first, last + 1)
    ), unit


def _round_step(at_least_ns: float) -> int:
    """Return the smallest 1, 2 or 5 times a power of ten that is at least `at_least_ns`."""
    power = 1
    while True:
        for factor in _STEPS_OF_TICKS:
            if factor * power >= at_least_ns:
                return factor * power
        power *= 10
