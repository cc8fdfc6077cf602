"""D36 (like Adachi, 2023-03; the mechanism is our guess): issue and update share one work row of the node.

Issues lock the row against each other; the update program does not know the lock, refreshes the row and removes it.
An issue under way prints the updated person's data, or finds no row, fails, and prints when applied for again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters


class _OneRow:
    """One row for a node."""

    def __init__(self) -> None:
        self._issues = threading.Lock()

    @contextmanager
    def row(self, application: str, node: str) -> Iterator[str]:
        with self._issues:
            yield f"work-{node}"

    def of_update(self, node: str) -> str | None:
        return f"work-{node}"  # the fault: without the lock


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, work=_OneRow())


DEFECT = Defect(
    id="D36",
    title_ja="交付処理と登録変更が排他なしに同じ作業行を使い、他人の内容の印刷やエラー後の再印刷が起きる",
    title_en="issue and update share a work row without locking: another's data, or an error and a print on retry",
    trigger="C, update",
    instead="every application and every update has a row of its own",
    precedent="足立区 2023-03 (mechanism: our guess)",
    apply=_apply,
    parameters={},
)
