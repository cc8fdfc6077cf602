"""D23: the reception number is SELECT max + 1, then INSERT OR REPLACE: two that ask together get one number.

The clean issuer lets the table count (AUTOINCREMENT) in the statement that inserts.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Reception


def _next_by_hand(reception: Reception) -> str:
    number = reception.highest() + 1
    reception.enter(number)  # the fault: another may have read the same maximum since
    return f"r{number:08d}"


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, work_key=_next_by_hand)


DEFECT = Defect(
    id="D23",
    title_ja="受付番号を「最大値+1」で求めて上書き登録し、同時の申請が同じ番号になる",
    title_en="reception number = SELECT max + 1, then INSERT OR REPLACE; concurrent applications get one number",
    trigger="C",
    instead="the table itself counts, in the statement that inserts",
    precedent="lost update, CWE-362",
    apply=_apply,
    parameters={},
)
