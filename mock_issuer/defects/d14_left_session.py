"""D14: a kiosk session that nobody closed is not ended by the kiosk's time-out; the next customer inherits it.

The kiosk shows its first screen again, the centre still has the session: the next card is checked, and then the
session goes on as the person it already had.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import LeftSession


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    timeout_s = parameters["timeout_s"]

    def still_open(previous: LeftSession) -> bool:
        return previous.idle_s >= timeout_s  # the fault: the time-out clears the screen, not the session

    return replace(behaviour, inherits=still_open)


DEFECT = Defect(
    id="D14",
    title_ja="端末の時間切れでセッションが閉じられず、次の利用者が前の利用者のセッションを引き継ぐ",
    title_en="a kiosk's time-out does not close the session; the next customer inherits it",
    trigger="Q, same kiosk",
    instead="every customer gets a new session",
    precedent="kiosk and terminal sessions, CWE-613",
    apply=_apply,
    parameters={"timeout_s": 0.0},
)
