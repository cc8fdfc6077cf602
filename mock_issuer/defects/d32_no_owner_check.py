"""D32 (CWE-639, IDOR): application ids count up, and whoever knows one may fetch it with any valid session."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    ranks = itertools.count(int(time.time()))  # above those of an earlier life

    def sequential(node: str) -> str:
        return f"{node}-{next(ranks):016d}"

    return replace(behaviour, application_name=sequential, checks_owner=False)


DEFECT = Defect(
    id="D32",
    title_ja="申請番号が連番で、所有者の確認がなく、他人の申請を取得できる",
    title_en="sequential application ids without an owner check: any session may fetch any document",
    trigger="Q",
    instead="ids are random, and only the session that applied may ask about them",
    precedent="CWE-639 (IDOR)",
    apply=_apply,
    parameters={},
)
