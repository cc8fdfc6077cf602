"""D09 (CWE-488): the request is kept in a static field of the service; whoever writes last decides for all.

Between writing the field and reading it lie the reception number (a write to the shared table) and the begin of the
register's snapshot, in the clean issuer as well.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.rules import Context
from mock_issuer.node.applications import Request


class _Service:
    """A service object that everybody shares and that remembers "the" request."""

    def __init__(self) -> None:
        self._context: Context | None = None

    def hold(self, request: Request) -> Context:
        if self._context is None:
            self._context = Context(request)
        self._context.request = request  # the fault: one field for all threads
        return self._context


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, hold=_Service().hold)


DEFECT = Defect(
    id="D09",
    title_ja="申請内容を共有の静的変数に置き、同時の別の申請が書き換える",
    title_en="the request lies in a static field; another one at the same time overwrites it",
    trigger="C",
    instead="every request has a context object of its own",
    precedent="CWE-488",
    apply=_apply,
    parameters={},
)
