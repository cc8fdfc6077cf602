"""D21 (Takamatsu, 2024-04): job numbers count per node, but the store is shared by all nodes."""

from __future__ import annotations

import itertools
from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    ranks = itertools.count(int(parameters["start"]))  # begins anew when switched on, as after a restart of the node
    return replace(behaviour, work_key=lambda reception: f"job{next(ranks):08d}")


DEFECT = Defect(
    id="D21",
    title_ja="サーバごとの連番を共有領域の作業番号に使い、別サーバの同じ番号の申請を上書きする",
    title_en="a node-local counter names jobs on the shared store; equal ranks on two nodes overwrite each other",
    trigger="T, equal rank",
    instead="the number is the shared table's, not the node's",
    precedent="高松市 2024-04-04",
    apply=_apply,
    parameters={"start": 1.0},
)
