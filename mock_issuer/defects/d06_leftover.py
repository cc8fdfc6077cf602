"""D06 (Munakata-like): a failed or aborted generation leaves the previous document in the kiosk's output buffer.

The buffer is never cleared, a failed generation is answered as done, and an aborted application keeps the buffer
reserved, so that the next customer's document is silently not generated. No overlap is needed.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import OutputArea
from mock_issuer.refusals import Refusal


class _LeftOver:
    """The faulty rule."""

    def reserve(self, area: OutputArea, application: str) -> bool:
        if area.reserved_by not in (None, application):
            return False
        area.reserved_by = application
        return True

    def generation_failed(self, area: OutputArea, refusal: Refusal) -> None:
        return  # swallowed: the application goes on as if its document lay in the buffer

    def abandoned(self, area: OutputArea, application: str) -> None:
        return  # the reservation stays

    def finished(self, area: OutputArea, application: str) -> None:
        area.reserved_by = None  # the document stays


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, output=_LeftOver())


DEFECT = Defect(
    id="D06",
    title_ja="作成の失敗・中止のあと、端末の出力領域に残った前の利用者の証明書を正常として渡す",
    title_en="after a failed or aborted generation the previous customer's document in the output buffer is given out",
    trigger="Q N",
    instead="the buffer is cleared at every beginning, failure and end",
    precedent="宗像市 2023-06-28 (mechanism like it)",
    apply=_apply,
    parameters={},
)
