"""Controls of register changes: a documented reflection time that is kept, a refusal after a deletion in flight."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.controls.control import control
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Parameters


def _reflects_later(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, replica_serves=_always, replica_lag_s=parameters["delta_s"])


def _always(copy: int, register: int) -> bool:
    return True


def _asks_again(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, checks_at_print=True)


CONTROLS = (
    control(
        "reflection-time",
        "登録変更は文書化された反映時間 Δ のあとに反映される(対象定義の反映時間を Δ+1 秒以上にする)",
        "changes show after a documented reflection time (the target file must allow delta_s and one second)",
        _reflects_later,
        delta_s=2.0,
    ),
    control(
        "refusal-in-flight",
        "申請後・印刷前に廃印等が完了した場合は印刷時に断る",
        "refuses at print what was deleted since the application",
        _asks_again,
    ),
)
