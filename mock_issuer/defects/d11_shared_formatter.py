"""D11 (Java SimpleDateFormat): one formatter object for all threads keeps the date it is working on in a field.

Between setting the field and printing it lies the look-up of the era in the register, as in the clean issuer, whose
formatter keeps nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.documents.dates import Dates, EraTable, in_era


class _SharedFormat:
    """Not thread-safe: `day` sets a field, looks the era up, and prints the field."""

    def __init__(self) -> None:
        self._table: EraTable | None = None
        self._day = date.min

    def of(self, table: EraTable) -> Dates:
        self._table = table
        return self

    def day(self, iso: str | None) -> str:
        if not iso:
            return ""
        self._day = date.fromisoformat(iso)
        assert self._table is not None
        name, first_year = self._table(iso)
        return in_era(name, first_year, self._day)  # by now it may be another thread's


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, dates=_SharedFormat().of)


DEFECT = Defect(
    id="D11",
    title_ja="スレッドセーフでない日付書式オブジェクトを共有し、本人の証明書に別の日付が印字される",
    title_en="a formatter that is not thread-safe is shared: own document, another's date",
    trigger="C",
    instead="the formatter looks the same table up and keeps nothing",
    precedent="Java SimpleDateFormat",
    apply=_apply,
    parameters={},
)
