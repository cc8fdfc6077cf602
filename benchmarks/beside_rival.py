"""Puts the scoreboard of honnin beside that of the naive rival: what each found of the same defects, and how soon.

    python benchmarks/beside_rival.py score/score.jsonl score/rival/score.jsonl

A line for every subject that both have played, medians over the seeds, and what the two come to. Time runs for both
from the first application to the arrival of the first wrong document.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from msgspec import Struct

from harness.score.rows import code_version, read_rows
from harness.score.summary import Line, board
from harness.score.zoo import Kind

OURS, THEIRS = "go-live", "naive rival"
AIM = 10.0  # times faster


class Both(Struct, frozen=True, kw_only=True):
    """One subject as both have played it."""

    ours: Line
    theirs: Line

    @property
    def faster(self) -> float | None:
        """How many times sooner honnin saw it (below 1: later); None where not both did, or the rival at once."""
        if self.ours.seconds is None or self.theirs.seconds is None:
            return None
        return self.theirs.seconds / max(self.ours.seconds, 0.1)  # times are kept to a tenth of a second


def both(ours: Path, theirs: Path) -> list[Both]:
    """Return every subject that both files have, of rows that came to a verdict."""
    lines = [line for file in (ours, theirs) for line in board(read_rows(file), code_version()).lines if line.runs]
    by_scenario = {name: {x.subject: x for x in lines if x.scenario == name} for name in (OURS, THEIRS)}
    common = sorted(by_scenario[OURS].keys() & by_scenario[THEIRS].keys())
    return [Both(ours=by_scenario[OURS][name], theirs=by_scenario[THEIRS][name]) for name in common]


def table(played: list[Both]) -> Iterator[str]:
    """Yield a Markdown table, and the two sums of it."""
    yield "| subject | honnin found | after s | rival found | after s | sooner, times | false, honnin | false, rival |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for one in played:
        faster = "-" if one.faster is None else f"{one.faster:.2g}"
        alarms = [_number(line.false_alarms) for line in (one.ours, one.theirs)]
        cells = [one.ours.subject, *_found(one.ours), *_found(one.theirs), faster, *alarms]
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield from sums([one for one in played if one.ours.kind is Kind.DEFECT])


def sums(defects: list[Both]) -> Iterator[str]:
    """Say how many each found and how soon, and how they compare on what the rival found."""
    for name, lines in (("honnin", [d.ours for d in defects]), ("the rival", [d.theirs for d in defects])):
        found = [line for line in lines if line.right]
        times = [line.seconds for line in found if line.seconds is not None]
        after = f", median {median(times):.1f} s" if times else ""
        always = sum(line.right == line.runs for line in found)
        yield f"Of {len(lines)} defects {name} found {len(found)} ({always} in every run){after}."
    theirs = [d for d in defects if d.theirs.right]
    times = [d.faster for d in theirs if d.faster is not None]
    if theirs:
        aim, ours = sum(faster >= AIM for faster in times), sum(bool(d.ours.right) for d in theirs)
        of_times = f", median {median(times):.2g} times as soon" if times else ""
        yield (
            f"Of the {len(theirs)} that the rival found, honnin found {ours}{of_times}; "
            f"at least {AIM:g} times as soon: {aim}, sooner at all: {sum(faster > 1 for faster in times)}."
        )


def _found(line: Line) -> tuple[str, str]:
    return ("-" if line.kind is Kind.CONTROL else f"{line.right}/{line.runs}"), _number(line.seconds)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def main() -> None:
    """Print the comparison of two files of rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ours", type=Path, help="score.jsonl of `honnin score`")
    parser.add_argument("theirs", type=Path, help="score.jsonl of benchmarks/naive_rival.py")
    options = parser.parse_args()
    print("\n".join(table(both(options.ours, options.theirs))))


if __name__ == "__main__":
    main()
