"""Controls of time and load: slow, busy, asked again, restarted, clocks apart. Everybody still gets their own."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.controls.control import control
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Parameters

_PATIENT_S = 120.0  # a print limit that no queue of a test reaches


def _slow(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, sheet_factor=parameters["factor"], print_limit_s=_PATIENT_S)


def _busy(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, print_line=int(parameters["line"]))


def _ask_again(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, read_s=parameters["read_s"])


def _restarted(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, restart_every_s=parameters["every_s"])


def _skewed(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, clock_skew_s=parameters["skew_s"])


CONTROLS = (
    control(
        "slow-but-correct",
        "時間制限を超えて遅いが、取り違えはない",
        "slow beyond every time limit, but correct",
        _slow,
        factor=3.0,
    ),
    control("busy-under-overload", "混雑時に 503(BUSY)で断る", "refuses with 503 BUSY under overload", _busy, line=4.0),
    control(
        "idempotent-retry",
        "センターが応答を待ちきれず再要求し、同じ証明書を受け取る",
        "the centre asks a node again and gets the same document",
        _ask_again,
        read_s=0.5,
    ),
    control(
        "restarts",
        "サーバが順に再起動する(処理中の申請を終えてから)",
        "nodes restart in turn, each after its open applications are finished",
        _restarted,
        every_s=15.0,
    ),
    control("clock-skew", "サーバの時計が進んでいる", "the node's clock is ahead", _skewed, skew_s=2.0),
)
