"""D10 (like CVE-2022-23633 in Rails): the current person is a thread-local that one path does not clear.

Set on first use, cleared when the document is made or could not be made; the refusal of the seal office leaves by
another way, and the worker's next applicant is served with the person who was refused.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.people import Extract


class _CurrentPerson(threading.local):
    """`current ||= read`, as frameworks with thread-bound attributes invite to write."""

    held: Extract | None = None

    def extract(self, read: Extract) -> Extract:
        if self.held is None:
            self.held = read
        return self.held

    def clear(self) -> None:
        self.held = None


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, current=_CurrentPerson())


DEFECT = Defect(
    id="D10",
    title_ja="スレッドローカルの利用者情報が印鑑の交付不可の経路だけ消去されず、同じスレッドの次の申請に使われる",
    title_en="the thread-local person is not cleared when the seal office refuses; the worker's next applicant gets it",
    trigger="Q",
    instead="the person is passed from hand to hand; nothing is kept by the thread",
    precedent="CVE-2022-23633 (Rails)",
    apply=_apply,
    parameters={},
)
