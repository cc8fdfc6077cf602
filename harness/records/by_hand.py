"""A change of the register that a person makes by hand (手動の登録変更): what is asked, and what is answered."""

from __future__ import annotations

from msgspec import Struct

from harness.records.history import UpdateResult


class AskedByHand(Struct, frozen=True, kw_only=True):
    """A player asks the operator for one change. Content of `by_hand/<update>.ask`."""

    update: str
    resident: str
    field: str
    value: str
    asked_ns: int


class DoneByHand(Struct, frozen=True, kw_only=True):
    """What the operator said. Content of `by_hand/<update>.done`."""

    update: str
    result: UpdateResult
    operator: str
    shown_ns: int  # when the operator was asked
    done_ns: int  # when the operator answered
    reason: str = ""
