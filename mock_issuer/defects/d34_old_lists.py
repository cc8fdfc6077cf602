"""D34: the revocation lists are not read again, and a renewed card's old serial is still mapped to its holder."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import PresentedCard


def _by_old_lists(card: PresentedCard) -> tuple[str, int]:
    return card.check_as_loaded()


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, identify=_by_old_lists)


DEFECT = Defect(
    id="D34",
    title_ja="失効リストを更新せず、更新前の電子証明書の紐付けも残っている",
    title_en="revocation lists are not refreshed, and the old serial of a renewed card is still mapped",
    trigger="Q",
    instead="lists and map are read again when they change; old serials are refused",
    precedent="CWE-299",
    apply=_apply,
    parameters={},
)
