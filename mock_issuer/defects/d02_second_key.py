"""D02 (Kawasaki, 2023-05): the work key is the server's second; a later application overwrites an earlier one."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer import clock
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Reception


def _second_key(reception: Reception) -> str:
    return clock.now().strftime("%Y%m%d%H%M%S")


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, work_key=_second_key)


DEFECT = Defect(
    id="D02",
    title_ja="作業キーが秒単位(yyyyMMddHHmmss)で、同じ秒の後の申請が前の申請を上書きする",
    title_en="work key = yyyyMMddHHmmss; a later application of the same second overwrites the earlier one",
    trigger="S",
    instead="the key is the shared table's next reception number",
    precedent="川崎市 2023-05-02",
    apply=_apply,
    parameters={},
)
