"""Controls of register changes: a documented reflection time that is kept, a refusal after a deletion in flight."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters


def _reflects_later(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, replica_serves=_always, replica_lag_s=parameters["delta_s"])


def _always(copy: int, register: int) -> bool:
    return True


def _asks_again(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, checks_at_print=True)


CONTROLS = (
    Defect(
        id="reflection-time",
        title_ja="登録変更は文書化された反映時間 Δ のあとに反映される(対象定義の反映時間を Δ+1 秒以上にする)",
        title_en="changes show after a documented reflection time (the target file must allow delta_s and one second)",
        apply=_reflects_later,
        parameters={"delta_s": 2.0},
    ),
    Defect(
        id="refusal-in-flight",
        title_ja="申請後・印刷前に廃印等が完了した場合は印刷時に断る",
        title_en="refuses at print what was deleted since the application",
        apply=_asks_again,
        parameters={},
    ),
)
