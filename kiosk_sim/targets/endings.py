"""How an application ends when the target's answer does not settle it. One rule for all adapters.

FAILED is claimed only where nothing can have been issued; everything else without a complete, agreed answer is
UNRESOLVED: it may still have happened, and the drain phase asks after it.
"""

from __future__ import annotations

from enum import Enum, auto

from harness.records.history import Answer, Ending, UpdateResult
from kiosk_sim.targets.actions import Answered, End, Failed, UpdateEnd

_HTML = ("text/html", "application/xhtml+xml")


class Asked(Enum):
    """How far an application had come when a send went wrong."""

    NOT_YET = auto()  # choosing, authenticating: nothing was asked for
    NOW = auto()  # by this very send
    BEFORE = auto()  # by an earlier send, which the target accepted


def unanswered(failed: Failed, asked: Asked, *, request_id: str = "", node: str = "") -> End:
    """End after a send without a complete answer."""
    nothing_left = failed.answer is Answer.UNREACHABLE
    sure = asked is Asked.NOT_YET or (asked is Asked.NOW and nothing_left)
    return End(
        ending=Ending.FAILED if sure else Ending.UNRESOLVED,
        code=failed.answer.value,
        reason=failed.reason,
        request_id=request_id,
        node=node,
    )


def unexpected(answer: Answered, asked: Asked, *, request_id: str = "", node: str = "") -> End:
    """End after a complete answer of a status, or with a content, that was not agreed on."""
    return End(
        ending=Ending.FAILED if asked is Asked.NOT_YET else Ending.UNRESOLVED,
        code=f"http_{answer.status}",
        reason=describe(answer),
        request_id=request_id,
        node=node,
    )


def describe(answer: Answered) -> str:
    """Say in one sentence what came instead of the agreed answer, without quoting its body."""
    kind = answer.header("content-type").partition(";")[0].strip()
    if 300 <= answer.status < 400:
        return f"redirect (status {answer.status}), not followed; give the final URL in the target file"
    if kind in _HTML:
        return f"status {answer.status} with an HTML page of {len(answer.body)} bytes instead of the agreed answer"
    return f"status {answer.status}, {kind or 'no content type'}, {len(answer.body)} bytes: not the agreed answer"


def update_unanswered(failed: Failed) -> UpdateEnd:
    """End a register update without a complete answer: it failed only if no byte left."""
    sure = failed.answer is Answer.UNREACHABLE
    return UpdateEnd(result=UpdateResult.FAILED if sure else UpdateResult.UNRESOLVED, reason=failed.reason)
