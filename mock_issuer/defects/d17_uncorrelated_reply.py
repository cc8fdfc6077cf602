"""D17: replies of the print server carry no correlation id; after a time-out the late reply waits for the next reader.

The job of who gave up is not withdrawn. Its image lies first in the outbox, so the next reader gets it, and everybody
after is served with their predecessor's.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import ExpiredPrint, PrintTimeout


def _give_up_waiting(wait: ExpiredPrint) -> Path:
    raise PrintTimeout  # the fault: the request is still in the queue, and its reply will come


def _any_reply(image: int, awaited: int) -> bool:
    return True  # and this: whose reply it is, is not looked at


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    limit_s = parameters["limit_s"] or behaviour.print_limit_s
    return replace(behaviour, answers_job=_any_reply, on_print_expiry=_give_up_waiting, print_limit_s=limit_s)


DEFECT = Defect(
    id="D17",
    title_ja="応答キューに対応付けの番号がなく、時間切れのあと遅れて届いた応答を次の待ち手が受け取る",
    title_en="a reply queue without correlation id: a late reply goes to the next waiter",
    trigger="L",
    instead="the job is withdrawn, and a reader takes the image of its own job only",
    precedent="message queues without correlation id",
    apply=_apply,
    parameters={"limit_s": 0.0},
)
