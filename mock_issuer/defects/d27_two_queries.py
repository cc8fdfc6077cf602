"""D27 (read skew, Adya): the applicant is read when the application comes, the household when the document is made.

Two queries without a common snapshot; while the application waits for a worker the register may change, so the head
of the certificate is of one state and the listed persons of another.
"""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as changed

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.people import Extract, Resident
from mock_issuer.register import Register, Snapshot


class _ReadApart:
    """Keeps what was read at the counter until the making asks for the rest."""

    def __init__(self) -> None:
        self._applicants: dict[str, Resident | None] = {}

    def received(self, register: Register, application: str, resident: str) -> None:
        with register.snapshot() as view:
            self._applicants[application] = view.resident(resident)

    def extract(self, view: Snapshot, application: str, resident: str) -> Extract | None:
        applicant, read = self._applicants.pop(application, None), view.extract(resident)
        if read is None or applicant is None or applicant.key != read.applicant.key:
            return read
        return changed(read, applicant=applicant)


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, reading=_ReadApart())


DEFECT = Defect(
    id="D27",
    title_ja="申請者と世帯を別々の時点の問合せで読み、版の異なる内容が1通に混ざる",
    title_en="applicant and household are read by two queries without a snapshot: fields of different versions",
    trigger="C, update",
    instead="applicant, household and 戸籍 are read from one state, when the document is made",
    precedent="Adya: read skew",
    apply=_apply,
    parameters={},
)
