"""The lists of defects and controls as people read them: lines for the terminal, a table for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mock_issuer.defects.defect import Defect


def lines(defects: Iterable[Defect], lang: str) -> Iterator[str]:
    """Yield a line for each: id, title, precedent, parameters with their defaults."""
    for defect in defects:
        title = defect.title_ja if lang == "ja" else defect.title_en
        precedent = f" ({defect.precedent})" if defect.precedent else ""
        parameters = f" [{parameters_of(defect)}]" if defect.parameters else ""
        yield f"{defect.id}  {title}{precedent}{parameters}"


def table(defects: Iterable[Defect]) -> Iterator[str]:
    """Yield the rows of a Markdown table: what, trigger, parameters, precedent, and what the clean issuer does."""
    yield "| id | what is wrong | trigger | parameters | precedent | the clean issuer |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for d in defects:
        yield f"| {d.id} | {d.title_en} | {d.trigger} | {parameters_of(d)} | {d.precedent} | {d.instead} |"


def control_table(controls: Iterable[Defect]) -> Iterator[str]:
    """Yield the rows of a Markdown table: how each control differs, and its parameters."""
    yield "| name | how it differs | parameters |"
    yield "| --- | --- | --- |"
    yield from (f"| {c.id} | {c.title_en} | {parameters_of(c)} |" for c in controls)


def parameters_of(defect: Defect) -> str:
    """Return the parameters as they are written in a switch."""
    return ", ".join(f"{name}={value:g}" for name, value in defect.parameters.items())
