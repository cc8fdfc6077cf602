"""D07 (like Tokushima, 2023-03): all jobs append their pages to one writer.

Whoever finishes first takes the pages of both that lie there so far; the other gets the rest. A document of one page
is rarely caught, documents of several pages often.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.node.writers import PageWriter


class _OneWriter:
    """A writer in a static field, emptied when a document is finished."""

    def __init__(self) -> None:
        self._writer = _Accumulating()

    def take(self) -> PageWriter:
        return self._writer

    def failed(self, writer: PageWriter) -> None:
        return

    def done(self, writer: PageWriter) -> None:
        return


class _Accumulating(PageWriter):
    """Begins empty after each finished document: right while one job follows the other."""

    def begin(self) -> None:
        return


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, writers=_OneWriter())


DEFECT = Defect(
    id="D07",
    title_ja="2つの処理が1つの書込み先にページを追加し、互いのページが混ざる",
    title_en="two jobs append their pages to one writer; pages of one appear in the other's document",
    trigger="C, several pages",
    instead="every job takes a writer of its own from the pool",
    precedent="徳島市 2023-03 (mechanism like it)",
    apply=_apply,
    parameters={},
)
