"""D03 (CWE-377): the work file is named by the worker that makes it, and overwritten while its reader still waits.

A name "unique per thread" is unique only while one thread writes *and* reads; here the kiosk collects later, when the
worker has long begun the next document.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Reception


def _worker_file(reception: Reception) -> str:
    return f"{reception.node}-{reception.worker}"


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, work_key=_worker_file)


DEFECT = Defect(
    id="D03",
    title_ja="作業ファイル名が作成スレッドの番号で、読取り前に同じスレッドの次の申請が上書きする",
    title_en="the work file is named by the making thread; the thread's next document overwrites it before it is read",
    trigger="C",
    instead="the key is the shared table's next reception number",
    precedent="CWE-377",
    apply=_apply,
    parameters={},
)
