"""D25 (Munakata, 2023-06): a fix was not rolled out to one node, which still runs the build that has D06.

Needs a node (`--defect D25@n2`). Every other defect can be had at one node in the same way; this one also shows the old
build, as an inventory of builds would.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects import d06_leftover
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters

OLD_BUILD = "mock-0.0.9"


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(d06_leftover.DEFECT.apply(behaviour, {}), build=OLD_BUILD)


DEFECT = Defect(
    id="D25",
    title_ja="修正版が1台に適用されておらず、古い版の不具合(D06)がそのサーバだけで起きる",
    title_en="a fix was not rolled out to one node: the old build's defect (D06) at that node only",
    trigger="T",
    instead="all nodes run one build",
    precedent="宗像市 2023-06-28",
    apply=_apply,
    parameters={},
    one_node=True,
)
