"""D22 (snowflake ids): keys and issue numbers are time, worker id and sequence, and two nodes have one worker id.

Set the worker id per node (`D22@n1:worker=1`, `D22@n2:worker=2`) and the same generator is right.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from mock_issuer import clock
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Reception


class _Snowflake:
    """Milliseconds of the day, worker id, and a sequence within the millisecond."""

    def __init__(self, worker: int) -> None:
        self._worker = worker
        self._lock = threading.Lock()
        self._ms = 0
        self._sequence = 0

    def key(self, reception: Reception) -> str:
        now = clock.now()
        ms = ((now.hour * 60 + now.minute) * 60 + now.second) * 1000 + now.microsecond // 1000
        with self._lock:
            self._sequence = self._sequence + 1 if ms == self._ms else 0
            self._ms = ms
            return f"{now:%y%m%d}-w{self._worker}-{ms:08d}{self._sequence:02d}"

    def number(self, key: str, copy: int, own: str) -> str:
        return f"見本-{key}{copy:02d}"


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    ids = _Snowflake(int(parameters["worker"]))
    return replace(behaviour, work_key=ids.key, issue_number=ids.number)


DEFECT = Defect(
    id="D22",
    title_ja="時刻+ワーカー番号の採番で、2台のサーバに同じワーカー番号が設定されている(同じミリ秒に重複)",
    title_en="ids of time and worker id, and two nodes configured with one worker id; equal in the same millisecond",
    trigger="T, same ms",
    instead="the number is the shared table's, and issue numbers carry the node's name",
    precedent="snowflake ids",
    apply=_apply,
    parameters={"worker": 1.0},
)
