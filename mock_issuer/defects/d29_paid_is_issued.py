"""D29: what was paid when the node crashed is booked as issued after its restart, though nothing was printed.

Needs a node that is killed between payment and print, and started again (`serve --revive-nodes`).
"""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as changed

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.ledger import ApplicationState, Entry, FeeState, given_back


def _book_what_was_paid(entry: Entry) -> Entry:
    if entry.fee is not FeeState.CHARGED:
        return given_back(entry)
    return changed(entry, state=ApplicationState.ISSUED, reason="NODE_RESTARTED")  # the fault: paid is not printed


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, after_restart=_book_what_was_paid)


DEFECT = Defect(
    id="D29",
    title_ja="料金収納後・印刷前に停止したサーバが、再起動後に交付済みとして記録する(手数料のみ徴収)",
    title_en="charged, then crashed before print: after the restart the application is booked as issued",
    trigger="N, node killed",
    instead="what was open is given up, and its fee returned",
    precedent="crash between two bookings",
    apply=_apply,
    parameters={},
)
