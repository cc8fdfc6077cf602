"""D28 (Adya G1a): issuing reads the staged state of an update that is still being proven and may be dropped."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.updates import STAGED


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, resident_column=STAGED, replica_serves=_never)


def _never(copy: int, register: int) -> bool:
    return False  # staged states are the register's alone


DEFECT = Defect(
    id="D28",
    title_ja="確定前(のちに取り消される)の登録変更を読んで交付する",
    title_en="an uncommitted update is read that is rolled back afterwards",
    trigger="C, failing update",
    instead="only what holds is read",
    precedent="Adya G1a: aborted read",
    apply=_apply,
    parameters={},
)
