"""What a run leaves for next day (翌日確認): changes whose documented reflection time was not over at its end."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.history import HistoryView
from harness.checks.pending import pending
from harness.records.verdict import Reason

_NS_PER_MINUTE = 60 * 10**9
_HOURS_FROM_MINUTES = 120  # less is told in minutes


def left_for_later(view: HistoryView, reflection_ns: int) -> Iterator[Reason]:
    """Yield one sentence that says how many changes are to be looked at again, and how."""
    if count := len(pending(view, reflection_ns)):
        ja, en = _time(reflection_ns)
        yield Reason(
            code="follow_up",
            ja=f"登録の変更 {count} 件は、文書上の反映時間({ja})が試験中に過ぎず、反映を確かめていない"
            "(翌日確認: honnin follow-up)",
            en=f"{count} changes of the register were not seen to show: their documented reflection time ({en}) "
            "was not over at the end (honnin follow-up looks again)",
        )


def changed_back(view: HistoryView, reflection_ns: int) -> Iterator[Reason]:
    """Yield one sentence that says what a follow-up changed back and nobody saw: a next test may meet the old."""
    if count := len(pending(view, reflection_ns)):
        ja, en = _time(reflection_ns)
        yield Reason(
            code="changed_back",
            ja=f"試験で変更した登録 {count} 件は、確認の後に元へ戻した。戻した内容の反映は確かめていない"
            f"(文書上の反映時間 {ja}が過ぎるまで、次の試験を始めない)",
            en=f"{count} changes of the register were changed back after the look; that this shows was not looked at "
            f"(begin no other test before the documented reflection time, {en}, is over)",
        )


def _time(reflection_ns: int) -> tuple[str, str]:
    minutes = reflection_ns / _NS_PER_MINUTE
    if minutes < _HOURS_FROM_MINUTES:
        return f"{minutes:.3g} 分", f"{minutes:.3g} min"
    return f"{minutes / 60:.3g} 時間", f"{minutes / 60:.3g} h"
