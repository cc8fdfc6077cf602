"""D13: an asynchronous handler captures the dispatcher's variable, which the next request reassigns before it runs.

The loop-variable closure (JavaScript's `var`, Go before 1.22, Python's late binding): each handler answers its own
waiter, but reads the request when it runs, not when it was dispatched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Dispatcher
from mock_issuer.node.applications import Request


def _captured(dispatcher: Dispatcher, request: Request) -> Callable[[], Request]:
    return dispatcher.newest_request  # the fault: evaluated by the worker, after the loop went on


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, bind=_captured)


DEFECT = Defect(
    id="D13",
    title_ja="非同期処理が捕捉した変数を、実行前に次の申請が書き換える(遅延束縛)",
    title_en="an asynchronous handler captures a variable that the next request reassigns before it runs",
    trigger="C",
    instead="the handler is bound to its own request when it is dispatched",
    precedent="loop-variable capture (JavaScript var, Go before 1.22)",
    apply=_apply,
    parameters={},
)
