"""D31: a request that is sent again after a time-out is taken for a new one: the document is issued twice."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Repeated


def _issue_again(repeated: Repeated) -> bytes:
    return repeated.issue_again()  # the fault: nobody looks whether this copy is issued already


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, read_s=parameters["read_s"], on_repeat=_issue_again)


DEFECT = Defect(
    id="D31",
    title_ja="再送された要求を新しい要求として扱い、別の発行番号で二重に発行する",
    title_en="a request sent again after a time-out is issued again, under a second number",
    trigger="L",
    instead="who asks again joins the print under way",
    precedent="retries without idempotency key",
    apply=_apply,
    parameters={"read_s": 1.0},
)
