"""The scoreboard for people: a table of fixed columns, and one line for a run that has just ended."""

from __future__ import annotations

from collections.abc import Iterator

from harness.glossary import Lang, word
from harness.score.rows import ERROR, Row
from harness.score.summary import Board, Line
from harness.score.zoo import Kind, out_of_reach

_HEADINGS = {
    "ja": ("対象", "検出", "秒(中央値)", "組(中央値)", "記録上の誤り", "見逃し", "誤検出", "保留", "検出した不具合"),
    "en": ("subject", "found", "seconds", "bursts", "wrong", "missed", "false", "held", "findings"),
}
_NOT_MEASURED = {
    "ja": "この版では、既知の欠陥モデルに対する検出力を測定していない。",
    "en": "How many known defect models are detected was not measured with this version.",
}
_WIDTHS = (22, 8, 12, 12, 14, 8, 8, 6, 0)
_NOTES = {
    "ja": "検出=正しい種類の不具合を検出した回数/実施回数。秒・組=最初の申請から最初の検出まで(対象の時間)。"
    "見逃し=発行システム自身の記録にある誤りのうち指摘のないもの(括弧内=うち端末に届かなかったもの)。"
    "保留=指摘がなく判定保留となった回数。*=別の版の honnin による回を含む。",
    "en": "found: runs with a finding of the right kind, of all. seconds, bursts: from the first application to the "
    "first such document (the target's time, medians). missed: wrong by the issuer's own log and in no finding, "
    "in brackets those of them that never reached a kiosk. held: INCONCLUSIVE without a finding. *: some runs are "
    "another version's.",
}


def table(board: Board, lang: Lang) -> Iterator[str]:
    """Yield the lines of the table, scenario by scenario, and the sentences on sensitivity."""
    for scenario in dict.fromkeys(line.scenario for line in board.lines):
        yield f"== {scenario}"
        yield _columns(_HEADINGS[lang])
        yield from (_columns(_cells(line, lang)) for line in board.lines if line.scenario == scenario)
        yield ""
    yield _NOTES[lang]
    yield from (one.statement_ja if lang == "ja" else one.statement_en for one in board.sensitivity)
    if not board.sensitivity:
        yield _NOT_MEASURED[lang]
    yield from _beyond(board, lang)


def _beyond(board: Board, lang: Lang) -> Iterator[str]:
    """Say of every defect that a scenario cannot bring about why it did not find it, and what would."""
    for line in board.lines:
        subject = out_of_reach(line.scenario).get(line.subject)
        if subject is not None and line.right < line.runs:
            why = subject.beyond_ja if lang == "ja" else subject.beyond_en
            yield f"{line.subject} ({line.scenario}): {why}"


def _cells(line: Line, lang: Lang) -> tuple[str, ...]:
    found = "-" if line.kind is Kind.CONTROL else f"{line.right}/{line.runs}"
    errors = {"ja": f"実施不能 {line.errors}", "en": f"{line.errors} came to no verdict"}[lang] if line.errors else ""
    names = ", ".join(word(name, lang) for name in line.anomalies)
    return (
        f"{line.subject}{'*' if line.older else ''}",
        found,
        _number(line.seconds),
        _number(line.bursts),
        _number(line.wrong),
        _number(line.missed) + (f" ({line.never_arrived})" if line.never_arrived else ""),
        _number(line.false_alarms),
        str(line.inconclusive),
        "; ".join(filter(None, (names, errors))),
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _columns(cells: tuple[str, ...]) -> str:
    padded = (cell + " " * max(1, width - _width(cell)) for cell, width in zip(cells, _WIDTHS, strict=True))
    return "".join(padded).rstrip()


def _width(text: str) -> int:
    """Return how many columns a terminal needs: Japanese characters take two."""
    return sum(1 if ord(c) < 0x2E80 else 2 for c in text)


def told(row: Row, lang: Lang) -> str:
    """Return one line on a run that has just ended."""
    head = f"{row.subject} #{row.seed} {row.scenario}: "
    if row.outcome == ERROR:
        return head + "; ".join(row.reasons)
    parts = [word(row.outcome, lang), *(f"{word(name, lang)} {count}" for name, count in row.anomalies.items())]
    if row.seconds is not None:
        parts.append({"ja": "{s} 秒で検出", "en": "seen after {s} s"}[lang].format(s=row.seconds))
    elif row.kind is Kind.DEFECT:
        parts.append({"ja": "検出せず", "en": "not detected"}[lang])
    if row.wrong is not None:
        parts.append({"ja": "記録上の誤り {n}", "en": "{n} wrong by the issuer's log"}[lang].format(n=row.wrong))
    return head + ", ".join(parts)
