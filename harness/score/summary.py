"""The scoreboard of all rows: a line for each subject and scenario, and the sentence on sensitivity for reports."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from msgspec import Struct

from harness.records.sensitivity import Sensitivity
from harness.score.rows import ERROR, Row, newest
from harness.score.zoo import Kind, out_of_reach


class Line(Struct, frozen=True, kw_only=True):
    """All runs against one subject with one scenario, whatever version of honnin played them."""

    subject: str
    kind: Kind
    scenario: str
    runs: int  # that came to a verdict
    errors: int  # that did not
    right: int  # runs with a finding of the right kind
    other: int  # runs with findings of another kind only
    seconds: float | None  # median to the first right detection, of the runs that had one
    bursts: float | None  # the same, released until then
    wrong: int | None  # documents and cards in all runs, by the issuer's own log; None: it does not tell
    missed: int | None
    never_arrived: int | None  # of the missed
    false_alarms: int | None
    inconclusive: int  # runs without a finding whose verdict was not PASS
    older: int  # of the runs, played by another version than `code`
    anomalies: tuple[str, ...]  # seen in any run


class Board(Struct, frozen=True, kw_only=True):
    """The whole score."""

    code: str  # version that it is shown by
    lines: tuple[Line, ...]
    sensitivity: tuple[Sensitivity, ...]  # by scenario, of what `code` itself has played


def board(rows: Iterable[Row], code: str) -> Board:
    """Sum rows up; of equal subject, scenario and seed the last one counts."""
    by_line: dict[tuple[str, str], list[Row]] = {}
    for row in newest(rows):
        by_line.setdefault((row.subject, row.scenario), []).append(row)
    lines = tuple(sorted((_line(same, code) for same in by_line.values()), key=_order))
    return Board(code=code, lines=lines, sensitivity=_sensitivities(lines, code))


def flawless(board: Board) -> bool:
    """Tell whether something was played, and every run found what its scenario can bring about, and nothing else."""
    return bool(board.lines) and all(
        not line.errors and not line.false_alarms and (line.right == line.runs or _nothing_due(line))
        for line in board.lines
    )


def _nothing_due(line: Line) -> bool:
    return line.kind is Kind.CONTROL or line.subject in out_of_reach(line.scenario)


def _order(line: Line) -> tuple[str, str, str]:
    return line.scenario, line.kind, line.subject


def _line(rows: list[Row], code: str) -> Line:
    judged = [r for r in rows if r.outcome != ERROR]
    right = [r for r in judged if r.right]
    return Line(
        subject=rows[0].subject,
        kind=rows[0].kind,
        scenario=rows[0].scenario,
        runs=len(judged),
        errors=len(rows) - len(judged),
        right=len(right),
        other=sum(1 for r in judged if r.detected and not r.right),
        seconds=median(s) if (s := [r.seconds for r in right if r.seconds is not None]) else None,
        bursts=median(b) if (b := [r.bursts for r in right if r.bursts is not None]) else None,
        wrong=_sum(r.wrong for r in judged),
        missed=_sum(r.missed for r in judged),
        never_arrived=_sum(r.never_arrived for r in judged),
        false_alarms=_sum(r.false_alarms for r in judged),
        inconclusive=sum(1 for r in judged if r.outcome == "INCONCLUSIVE" and not r.detected),
        older=sum(1 for r in judged if r.code != code),
        anomalies=tuple(sorted({name for r in judged for name in r.anomalies})),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [n for n in numbers if n is not None]
    return sum(known) if known else None


def _sensitivities(lines: tuple[Line, ...], code: str) -> tuple[Sensitivity, ...]:
    """Return a figure for each scenario that this version has played against defects."""
    played = [x for x in lines if x.kind is Kind.DEFECT and x.runs > x.older]
    scenarios = dict.fromkeys(x.scenario for x in played)
    return tuple(_sensitivity([x for x in played if x.scenario == name], name, code) for name in scenarios)


def _sensitivity(played: list[Line], scenario: str, code: str) -> Sensitivity:
    """Return the figure and the sentence of the assurance on known defect models, never stronger."""
    found = sum(1 for x in played if x.right)
    always = sum(1 for x in played if x.right == x.runs and not x.errors)
    return Sensitivity(
        code=code,
        scenario=scenario,
        models=len(played),
        found=found,
        always=always,
        statement_ja=f"同一の試験手順「{scenario}」は、参照システムの既知の欠陥モデル {len(played)} 種中 {found} 種を"
        f"検出した(実施したすべての回で検出: {always} 種。honnin {code})。",
        statement_en=f'The same procedure "{scenario}" detected {found} of {len(played)} known defect models of the '
        f"reference issuer ({always} of them in every run; honnin {code}).",
    )
