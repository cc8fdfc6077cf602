"""What a run leaves for next day (翌日確認): changes whose documented reflection time was not over at its end."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.history import HistoryView
from harness.checks.pending import pending
from harness.records.verdict import Reason

_NS_PER_HOUR = 3_600 * 10**9


def left_for_later(view: HistoryView, reflection_ns: int) -> Iterator[Reason]:
    """Yield one sentence that says how many changes are to be looked at again, and how."""
    if count := len(pending(view, reflection_ns)):
        hours = reflection_ns / _NS_PER_HOUR
        yield Reason(
            code="follow_up",
            ja=f"登録の変更 {count} 件は、文書上の反映時間({hours:g} 時間)が試験中に過ぎず、反映を確かめていない"
            "(翌日確認: honnin follow-up)",
            en=f"{count} changes of the register were not seen to show: their documented reflection time ({hours:g} h) "
            "was not over at the end (honnin follow-up looks again)",
        )
