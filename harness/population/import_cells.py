"""Reads cells of somebody else's table: each either becomes a value or is refused with file, line, column, reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from harness.errors import UsageError
from harness.population.csv_table import Row, Table
from harness.population.eras import parse_wareki
from harness.population.fonts import Typeface

_LONGEST_CELL = 2_000
_SERIAL = re.compile(r"[0-9]{1,60}")
_HEX_SERIAL = re.compile(r"0[xX][0-9A-Fa-f]{1,50}")
_WESTERN = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_WAREKI = re.compile(r"(令和|平成|昭和|大正|明治|[RHSTM])\.?(元|\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_TRUE = frozenset({"1", "true", "yes", "有", "あり", "はい", "○", "〇"})
_FALSE = frozenset({"", "0", "false", "no", "無", "なし", "いいえ"})


class Refusal(NamedTuple):
    """One cell, or one whole row, that cannot be taken over."""

    file: str
    line: int  # 0: the file as a whole
    column: str  # heading in their file; "" for the whole row
    reason: str

    def __str__(self) -> str:
        """Write `file: line 3: 生年月日: reason`."""
        places = [self.file, *([f"line {self.line}"] if self.line else []), *([self.column] if self.column else [])]
        return ": ".join([*places, self.reason])


class ImportRefused(UsageError):
    """Something in the files cannot be taken over; nothing was imported. `refusals` lists every place."""

    def __init__(self, refusals: Collection[Refusal]) -> None:
        """Build a message of one line per refusal."""
        self.refusals = tuple(refusals)
        lines = "\n".join(f"  {refusal}" for refusal in self.refusals)
        super().__init__(f"nothing was imported; {len(self.refusals)} places to correct:\n{lines}")


class Rules(NamedTuple):
    """How one vendor writes cells."""

    unknown: Collection[str]  # cells that mean: not known
    values: Mapping[str, Mapping[str, str]]  # item → their value → ours
    gaiji: Mapping[int, str]  # private-use character → what to put in its place
    drawn: Typeface | None  # font whose private-use characters are kept


class CellReader:
    """Reads the cells of one row; what cannot be read is noted and read as unknown."""

    def __init__(
        self, table: Table, row: Row, places: Mapping[str, int], rules: Rules, refusals: list[Refusal]
    ) -> None:
        """Take a row; `places` gives the column number of every item. Refusals are added to the list."""
        self._table, self._row, self._places, self._rules, self._refusals = table, row, places, rules, refusals

    def refuse(self, item: str, reason: str) -> None:
        """Note that an item of this row cannot be taken over."""
        heading = self._table.heading[self._places[item]] if item in self._places else item
        self._refusals.append(Refusal(str(self._table.file), self._row.line, heading, reason))

    def text(self, item: str, *, lines: bool = False) -> str | None:
        """Return a cell's text; None where the column is missing or the cell says *unknown*, "" where it is blank.

        Spaces around it are dropped, values and gaiji are mapped. `lines` allows several lines in the cell.
        """
        if item not in self._places:
            return None
        cell = self._row.cells[self._places[item]].strip(" \t\u3000\r\n")
        if cell in self._rules.unknown:
            return None
        cell = self._rules.values.get(item, {}).get(cell, cell).translate(self._rules.gaiji)
        self._check_characters(item, cell.replace("\r", "").replace("\n", "") if lines else cell)
        return cell

    def _check_characters(self, item: str, cell: str) -> None:
        bad = next((char for char in cell if ord(char) < 0x20 or char in "\x7f\ufffd〓"), "")
        if bad:
            self.refuse(item, f"holds {_code(bad)}, which stands for no character of a register; correct it")
        drawn = self._rules.drawn
        gaiji = next((char for char in cell if _is_private(char) and not (drawn and drawn.covers(char))), "")
        if gaiji:
            code = _code(gaiji)
            self.refuse(item, f"holds the private-use character {code}; map it under [gaiji], or name a gaiji_font")
        if len(cell) > _LONGEST_CELL:
            self.refuse(item, f"is longer than {_LONGEST_CELL} characters; is this the right column?")

    def required(self, item: str) -> str:
        """Return the text of an item that may be neither unknown nor empty."""
        cell = self.text(item)
        if not cell:
            self.refuse(item, "is required and missing")
        return cell or ""

    def day(self, item: str) -> str | None:
        """Return a date as YYYY-MM-DD; read are 2024-01-31, 2024/1/31, 20240131, 令和6年1月31日 and R6.1.31."""
        cell = self.text(item)
        if not cell:
            return cell
        try:
            return _day(cell).isoformat()
        except ValueError:
            self.refuse(item, f"{cell} is no date; write 2024-01-31, 2024/1/31, 20240131, 令和6年1月31日 or R6.1.31")
            return None

    def flag(self, item: str) -> bool:
        """Return a yes or no; a missing column or a blank cell is no."""
        cell = (self.text(item) or "").lower()
        if cell not in _TRUE | _FALSE:
            self.refuse(item, f"{cell} is neither yes nor no; write 1 or 0, or map it under [values.{item}]")
        return cell in _TRUE

    def choice(self, item: str, allowed: Collection[str]) -> str | None:
        """Return a cell that is one of the allowed words, "" or None."""
        cell = self.text(item)
        if cell and cell not in allowed:
            self.refuse(item, f"{cell} is not one of {', '.join(allowed)}; map it under [values.{item}]")
            return None
        return cell

    def number(self, item: str) -> int:
        """Return a required whole number, separators allowed; 0 where it is refused."""
        cell = self.required(item).replace(",", "")
        if re.fullmatch(r"\d{1,15}", cell, re.ASCII):
            return int(cell)
        if cell:
            self.refuse(item, f"{cell} is no whole number of yen, persons or a year")
        return 0

    def millimetres(self, item: str) -> float:
        """Return a seal's diameter; 0.0 where unknown."""
        cell = self.text(item)
        if not cell:
            return 0.0
        if re.fullmatch(r"\d{1,2}(\.\d+)?", cell, re.ASCII):
            return float(cell)
        self.refuse(item, f"{cell} is no diameter in millimetres, like 18 or 13.5")
        return 0.0

    def serials(self, item: str) -> tuple[str, ...]:
        """Return card serials as decimal strings; several are separated by spaces, hexadecimal ones begin with 0x."""
        serials = self.required(item).split()
        for serial in serials:
            if not (_SERIAL.fullmatch(serial) or _HEX_SERIAL.fullmatch(serial)):
                self.refuse(item, f"{serial} is no certificate serial; write it in decimal, or in hexadecimal with 0x")
                return ()
        return tuple(str(int(serial, 16 if serial[:2] in {"0x", "0X"} else 10)) for serial in serials)


def _day(text: str) -> date:
    """Read a date. Raises ValueError."""
    text = text.strip()
    if wareki := _WAREKI.fullmatch(text):
        era, year, month, day = wareki.groups()
        return parse_wareki(era, 1 if year == "元" else int(year), int(month), int(day))
    if western := _WESTERN.fullmatch(text):
        if text.isdigit() and len(text) != 8:
            raise ValueError(text)
        return date(*(int(part) for part in western.groups()))
    raise ValueError(text)


def _code(char: str) -> str:
    return f"U+{ord(char):04X} ({char})" if char.isprintable() else f"U+{ord(char):04X}"


def _is_private(char: str) -> bool:
    return "\ue000" <= char <= "\uf8ff"
