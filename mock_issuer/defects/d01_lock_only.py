"""D01 (Yokohama, 2023-03): at the print time limit only the print order is released; the reader takes the next file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import ExpiredPrint, PrintTimeout


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    limit_s = parameters["limit_s"] or behaviour.print_limit_s

    def keep_reading(wait: ExpiredPrint) -> Path:
        wait.withdraw()
        wait.release_order()
        file = wait.take_next(parameters["linger_sheets"])  # the fault: the application itself was not cancelled
        if file is None:
            raise PrintTimeout
        return file

    return replace(behaviour, on_print_expiry=keep_reading, print_limit_s=limit_s)


DEFECT = Defect(
    id="D01",
    title_ja="印刷待ちが制限時間を超えると印刷順のロックだけが解除され、次の申請者の印刷イメージを受け取る",
    title_en="past the print time limit only the order lock is released; the reader takes the next applicant's file",
    trigger="L",
    instead="the print job is withdrawn and the whole application cancelled",
    precedent="横浜市 2023-03-27",
    apply=_apply,
    parameters={"limit_s": 0.0, "linger_sheets": 3.0},  # limit 0: the node's own
)
