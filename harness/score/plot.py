"""The scoreboard as a picture: how long each defect took to be seen, and which were not."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from harness.glossary import Lang
from harness.score.rows import ERROR, Row, newest
from harness.score.zoo import Kind

_LABELS = {
    "ja": ("最初の申請から最初の検出まで(秒)", "検出", "実施したが検出せず"),
    "en": ("seconds from the first application to the first detection", "detected", "played, not detected"),
}
_INCH_A_LINE = 0.24


def draw(rows: Iterable[Row], file: Path, lang: Lang) -> None:
    """Write a PNG with a mark for every run against a defect; nothing is drawn where there was none."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    played = [r for r in newest(rows) if r.kind is not Kind.CONTROL and r.outcome != ERROR]
    if not played:
        return
    font = FontProperties(fname=str(files("matplotlib_fontja").joinpath("fonts/ipaexg.ttf")), size=9)
    names = sorted({(r.scenario, r.subject) for r in played}, reverse=True)
    figure = Figure(figsize=(8.0, 1.2 + _INCH_A_LINE * len(names)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    label, found, missed = _LABELS[lang]
    seen = [(r.seconds, names.index((r.scenario, r.subject))) for r in played if r.seconds is not None]
    unseen = [(r.played_s, names.index((r.scenario, r.subject))) for r in played if not r.right]
    axes.scatter([x for x, _ in seen], [y for _, y in seen], s=18, color="#1b5e20", label=found)
    axes.scatter([x for x, _ in unseen], [y for _, y in unseen], s=28, marker="x", color="#b00020", label=missed)
    axes.set_yticks(range(len(names)), [f"{subject}  {scenario}" for scenario, subject in names], fontproperties=font)
    axes.set_xlabel(label, fontproperties=font)
    axes.set_xlim(left=0)
    axes.grid(axis="x", color="#dfe3e8")
    figure.legend(prop=font, loc="outside upper right", ncols=2)
    figure.savefig(file, format="png", dpi=110)
