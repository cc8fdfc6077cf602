"""Controls of time and load: slow, busy, asked again, restarted, clocks apart. Everybody still gets their own."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters

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
    Defect(
        id="slow-but-correct",
        title_ja="時間制限を超えて遅いが、取り違えはない",
        title_en="slow beyond every time limit, but correct",
        apply=_slow,
        parameters={"factor": 3.0},
    ),
    Defect(
        id="busy-under-overload",
        title_ja="混雑時に 503(BUSY)で断る",
        title_en="refuses with 503 BUSY under overload",
        apply=_busy,
        parameters={"line": 4.0},
    ),
    Defect(
        id="idempotent-retry",
        title_ja="センターが応答を待ちきれず再要求し、同じ証明書を受け取る",
        title_en="the centre asks a node again and gets the same document",
        apply=_ask_again,
        parameters={"read_s": 0.5},
    ),
    Defect(
        id="restarts",
        title_ja="サーバが順に再起動する(処理中の申請を終えてから)",
        title_en="nodes restart in turn, each after its open applications are finished",
        apply=_restarted,
        parameters={"every_s": 15.0},
    ),
    Defect(
        id="clock-skew",
        title_ja="サーバの時計が進んでいる",
        title_en="the node's clock is ahead",
        apply=_skewed,
        parameters={"skew_s": 2.0},
    ),
)
