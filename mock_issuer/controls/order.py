"""Controls of order and numbers: prints overtake each other, issue numbers have gaps."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.controls.control import control
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Parameters


def _overtaking(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, next_in_line=_every_other)


def _every_other(waiting: int) -> int:
    """Let the second go first whenever an even number waits: nobody waits for ever."""
    return 1 if waiting % 2 == 0 else 0


def _with_gaps(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, number_gap=int(parameters["gap"]))


CONTROLS = (
    control(
        "out-of-order",
        "後の申請が先に印刷されるが、対応は正しい",
        "prints overtake each other, correctly matched",
        _overtaking,
    ),
    control("gaps-in-numbers", "発行番号に欠番がある", "issue numbers have gaps", _with_gaps, gap=7.0),
)
