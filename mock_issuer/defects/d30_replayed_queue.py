"""D30: after a restart the node prints what its queue still held, and whichever kiosk polls first gets it.

The kiosks that waited are gone. Needs a node that is killed while jobs wait for print, and started again
(`serve --revive-nodes`).
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters


def _whoever_polls(image: int, awaited: int) -> bool:
    return True


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, replays_queue=True, answers_job=_whoever_polls)


DEFECT = Defect(
    id="D30",
    title_ja="再起動後に残りの印刷待ちを再実行し、最初に問い合わせた端末に渡す",
    title_en="a restart replays the print queue to whichever kiosk polls first",
    trigger="N, node killed",
    instead="the queue of an earlier life is emptied",
    precedent="spoolers that resume after a crash",
    apply=_apply,
    parameters={},
)
