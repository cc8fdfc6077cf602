"""D35 (Saitama, 2021-09; Itano, 2023-06): the node's link to the register leaves out 旧氏 and address.

The copy counts as up to date, for every change has arrived; two fields are missing in the table of linked items.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters

_NOT_LINKED = frozenset({"former_name", "address"})


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, linked=lambda field: field not in _NOT_LINKED)


DEFECT = Defect(
    id="D35",
    title_ja="旧氏・住所の変更が連携項目から漏れ、変更前の内容を交付し続ける",
    title_en="changes of former name and address are not linked to the node's copy: the old ones go on being printed",
    trigger="Q, after an update",
    instead="every field is linked",
    precedent="さいたま市 2021-09, 板野町 2023-06",
    apply=_apply,
    parameters={},
)
