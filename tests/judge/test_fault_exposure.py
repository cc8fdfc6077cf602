"""Faults from outside are exposure: how often each was there, and how often while somebody was being served."""

import numpy as np

from harness.judge.fault_exposure import faults_met, lines_never_met
from harness.records.faults import LineFault, LinkFault, PlannedFault
from harness.records.history import Answer, FaultEnded, FaultStarted, SendIntent, SendOutcome
from harness.records.plan import Step


def inflicted(history, name, on, how, begin, end, *, held=True):
    planned = PlannedFault(fault=name, on=on, how=how)
    history.add(FaultStarted(planned=planned, batch="B1", at_ns=begin, by_ns=end))
    history.add(FaultEnded(fault=name, at_ns=end, inflicted=held, undone=True, from_ns=begin))


def cut(history, send, application, step, fault):
    history.add(SendIntent(send=send, application=application, step=step, where="", connection="c", at_ns=1, bytes=1))
    history.add(SendOutcome(send=send, answer=Answer.ABORTED, at_ns=2, fault=fault))


def test_faults_are_counted_by_kind_with_those_that_met_somebody(history):
    inflicted(history, "F1", "backbone", LinkFault.DOWN, 100, 200)
    inflicted(history, "F2", "backbone", LinkFault.DOWN, 5_000, 6_000)
    inflicted(history, "F3", "n2", None, 150, 160)
    inflicted(history, "F4", "n2", None, 150, 160, held=False)
    history.asks("A1", "R1", 0, 1)
    cut(history, "A1/9", "A1", Step.APPLY, LineFault.CUT_REQUEST)
    starts, ends = np.array([50, 120, 700]), np.array([110, 190, 800])
    told = [
        (one.kind, one.on, one.injected, one.met, one.applications) for one in faults_met(history.view(), starts, ends)
    ]
    assert told == [("command", "n2", 1, 1, 1), ("cut_request", "apply", 1, 1, 1), ("down", "backbone", 2, 1, 2)]


def test_line_faults_that_nobody_met_are_told_as_not_tried(history):
    history.asks("A1", "R1", 0, 1)
    cut(history, "A1/9", "A1", Step.APPLY, LineFault.CUT_REQUEST)
    purposes = ["fault:cut_request-at-apply", "fault:half_close-at-collect", "fault:backbone-down", "mix", ""]
    (reason,) = lines_never_met(history.view(), purposes)
    assert reason.code == "fault_never_met"
    assert "half-closed" in reason.en and "証明書の受取待ち" in reason.ja
