"""D24: the reception number is a random one of four digits; in volume two open applications share one (birthday law).

Chance decides which number an application draws, as in the real mistake; who gets whose follows from the numbers.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Reception


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    digits = int(parameters["digits"])

    def draw(reception: Reception) -> str:
        number = secrets.randbelow(10**digits)
        reception.enter(number)  # nobody looks whether it is in use
        return f"r{number:0{digits}d}"

    return replace(behaviour, work_key=draw)


DEFECT = Defect(
    id="D24",
    title_ja="受付番号が4桁の乱数で、件数が増えると未受取の申請と重なる",
    title_en="reception numbers of four random digits; in volume two open applications share one",
    trigger="volume",
    instead="numbers count up and are used once",
    precedent="birthday law, CWE-334",
    apply=_apply,
    parameters={"digits": 4.0},
)
