"""The whole run in one small plot: how many were in flight, how long each took, and where findings lie."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from msgspec import Struct

from reports.course import Course

if TYPE_CHECKING:  # matplotlib takes half a second to import: only when something is drawn
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

# Dots are thinned to one per cell of this grid: a plot of a million applications stays as small as one of a hundred.
_COLUMNS, _ROWS = 400, 60
_NS = 1_000_000_000


class Band(Struct, frozen=True, kw_only=True):
    """One phase on the plot, in seconds since the first application."""

    label: str
    first_s: float
    last_s: float


class Points(Struct, frozen=True, kw_only=True):
    """What is plotted, in seconds since the first application."""

    dots: tuple[tuple[float, float], ...]  # start, time taken
    marks: tuple[tuple[float, float], ...]  # the same of applications with a finding
    steps: tuple[tuple[float, int], ...]  # time, in flight from then on
    bands: tuple[Band, ...]


class Labels(Struct, frozen=True, kw_only=True):
    """Words of the plot."""

    in_flight: str
    taken_s: str
    elapsed_s: str
    without_finding: str
    with_finding: str


def points(course: Course, with_finding: Collection[str]) -> Points:
    """Return what to plot of `course`; applications without start or end are left out."""
    origin, end = course.took_place_ns()
    rows = [row for row in range(len(course.ids)) if course.started_ns[row] and course.ended_ns[row]]
    taken = {row: (course.ended_ns[row] - course.started_ns[row]) / _NS for row in rows}
    starts = {row: (course.started_ns[row] - origin) / _NS for row in rows}
    marked = [row for row in rows if course.ids[row] in with_finding]
    plain = [(starts[row], taken[row]) for row in rows if course.ids[row] not in with_finding]
    return Points(
        dots=_thin(plain, max((end - origin) / _NS, 1e-9), max(taken.values(), default=1.0)),
        marks=tuple((starts[row], taken[row]) for row in marked),
        steps=_in_flight([(starts[row], starts[row] + taken[row]) for row in rows]),
        bands=tuple(
            Band(
                label=_plain(p.phase),
                first_s=(p.started_ns - origin) / _NS,
                last_s=((p.ended_ns or end) - origin) / _NS,
            )
            for p in course.phases.values()
            if p.started_ns
        ),
    )


def _plain(name: str) -> str:
    """Return what the plot's font can surely show of a phase's name."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in name[:12])


def _thin(dots: Sequence[tuple[float, float]], width: float, height: float) -> tuple[tuple[float, float], ...]:
    cells: dict[tuple[int, int], tuple[float, float]] = {}
    for x, y in dots:
        cells.setdefault((int(x / width * _COLUMNS), int(y / max(height, 1e-9) * _ROWS)), (x, y))
    return tuple(cells.values())


def _in_flight(intervals: Sequence[tuple[float, float]]) -> tuple[tuple[float, int], ...]:
    """Return the number in flight after each change, thinned to the highest within one column of the grid."""
    changes = sorted([(start, 1) for start, _ in intervals] + [(end, -1) for _, end in intervals])
    if not changes:
        return ()
    width = max(changes[-1][0] / _COLUMNS, 1e-9)
    highest: dict[int, int] = {}
    flying = 0
    for at, change in changes:
        column = int(at / width)
        highest.setdefault(column, flying)
        flying += change
        highest[column] = max(highest[column], flying)
    return (*((column * width, most) for column, most in sorted(highest.items())), (changes[-1][0] + width, 0))


def draw(plotted: Points, labels: Labels) -> str:
    """Return the plot as an `<svg>` element; glyphs are outlines, equal inputs give equal bytes."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    font = FontProperties(fname=str(files("matplotlib_fontja").joinpath("fonts/ipaexg.ttf")), size=9)
    with mpl.rc_context({"svg.hashsalt": "honnin", "svg.fonttype": "path", "axes.unicode_minus": False}):
        figure = Figure(figsize=(9.6, 3.4), layout="constrained")
        FigureCanvasSVG(figure)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 3))
        _draw_in_flight(above, plotted, labels, font)
        _draw_taken(below, plotted, labels, font)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    drawn = out.getvalue()
    return drawn[drawn.index("<svg") :]


def _draw_in_flight(axes: Axes, plotted: Points, labels: Labels, font: FontProperties) -> None:
    for number, band in enumerate(plotted.bands):
        axes.axvspan(band.first_s, band.last_s, color="#eceff3" if number % 2 else "#f8f9fb", linewidth=0)
        place = axes.get_xaxis_transform()
        axes.text(band.first_s, 1.02, band.label, transform=place, fontproperties=font, parse_math=False)
    if plotted.steps:
        axes.step(*zip(*plotted.steps, strict=True), where="post", color="#33475b", linewidth=1)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(labels.in_flight, fontproperties=font)
    axes.tick_params(labelsize=8)


def _draw_taken(axes: Axes, plotted: Points, labels: Labels, font: FontProperties) -> None:
    if plotted.dots:
        x, y = zip(*plotted.dots, strict=True)
        axes.plot(x, y, "o", markersize=2, color="#7b8a99", label=labels.without_finding)
    if plotted.marks:
        x, y = zip(*plotted.marks, strict=True)
        axes.plot(x, y, "x", markersize=7, markeredgewidth=1.8, color="#b00020", label=labels.with_finding)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(labels.elapsed_s, fontproperties=font)
    axes.set_ylabel(labels.taken_s, fontproperties=font)
    axes.tick_params(labelsize=8)
    if plotted.dots or plotted.marks:
        axes.legend(prop=font, loc="upper right", framealpha=0.9)
