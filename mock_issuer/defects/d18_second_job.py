"""D18: a retry starts a second print job, and both write the kiosk's one output slot.

The retry answers with whatever comes into the slot first; the other job's image arrives when the next customer is
waiting at the same kiosk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import OutputArea, PrintBusy, PrintFailed, PrintTimeout, Repeated


def _through_the_slot(area: OutputArea, fetch: Callable[[], Path], limit_s: float) -> bytes | None:
    def job() -> None:
        with suppress(PrintTimeout, PrintBusy, PrintFailed):
            area.put(fetch())  # the fault: into the kiosk's slot, whoever stands there by then

    threading.Thread(target=job, daemon=True).start()
    content = area.take_next(limit_s)
    if content is None:
        raise PrintBusy
    return content


def _second_job(repeated: Repeated) -> bytes:
    return repeated.print_again()


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, read_s=parameters["read_s"], on_repeat=_second_job, into_output=_through_the_slot)


DEFECT = Defect(
    id="D18",
    title_ja="再試行で2つ目の印刷ジョブが始まり、両方が端末の同じ出力領域に書く(二重印刷・遅延交差)",
    title_en="a retry starts a second print job; both write the kiosk's slot, the later one for the next customer",
    trigger="L",
    instead="who asks again joins the print under way",
    precedent="retries that are not idempotent",
    apply=_apply,
    parameters={"read_s": 1.0},
)
