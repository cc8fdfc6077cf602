"""D33: the session can be used before the check of signature and revocation has ended; a failed check ends it later."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import PresentedCard
from mock_issuer.refusals import Refusal


def _believe_first(card: PresentedCard) -> tuple[str, int]:
    card.after_entry(lambda: _check(card))
    return card.claimed()  # the fault: let in on the certificate's word


def _check(card: PresentedCard) -> None:
    try:
        card.check()
    except Refusal:
        card.throw_out()


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, identify=_believe_first)


DEFECT = Defect(
    id="D33",
    title_ja="署名・失効の確認が終わる前にセッションが使える",
    title_en="a session can be used before the check of signature and revocation has ended",
    trigger="C",
    instead="nobody is let in before everything is checked",
    precedent="time of check, time of use (CWE-367)",
    apply=_apply,
    parameters={},
)
