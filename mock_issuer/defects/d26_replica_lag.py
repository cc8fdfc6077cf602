"""D26 (like Itano, 2023-06): a node reads its copy of the register without asking whether it has the last change.

The copy follows at a distance in the clean issuer too; there the register itself is read while the copy is behind.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, replica_serves=_whatever_it_has, replica_lag_s=parameters["lag_s"])


def _whatever_it_has(copy: int, register: int) -> bool:
    return True


DEFECT = Defect(
    id="D26",
    title_ja="複製(レプリカ)の遅れを確認せずに読み、変更前の内容を交付する",
    title_en="a lagging replica is read without asking whether it is up to date",
    trigger="after an update",
    instead="the register itself is read while the copy is behind",
    precedent="板野町 2023-06 (mechanism like it)",
    apply=_apply,
    parameters={"lag_s": 3.0},
)
