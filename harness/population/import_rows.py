"""One row of a vendor's table to one resident."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from harness.population.csv_table import Row, Table
from harness.population.import_cells import CellReader, Refusal, Rules
from harness.records.resident import KosekiAccess, Residency, Resident, Seal

TEXTS = (
    "name", "kana", "former_name", "alias", "relation", "householder", "address", "previous_address", "honseki",
    "hittousha", "nationality", "residence_status", "residence_period", "residence_card", "remarks",
)  # fmt: skip
DAYS = (
    "born_on", "address_since", "resident_since", "notified_on", "residence_expires_on", "left_on",
)  # fmt: skip
_LONGEST_KEY = 64

# What registers usually write, understood without a mapping.
USUAL_VALUES: dict[str, dict[str, str]] = {
    "sex": {"男性": "男", "女性": "女", "M": "男", "F": "女"},
    "residency": {"住民": "resident", "転出": "moved_out", "死亡": "deceased", "市外": "elsewhere"},
    "koseki_access": {"未登録": "none", "処理中": "pending", "登録済": "registered"},
}


def read_resident(
    table: Table, row: Row, places: Mapping[str, int], rules: Rules, refusals: list[Refusal]
) -> Resident | None:
    """Return the resident of a row, or None where the row has no key; what is wrong is added to `refusals`."""
    if len(row.cells) != len(table.heading):
        reason = f"has {len(row.cells)} cells, the heading has {len(table.heading)}; is a comma or a quote missing?"
        refusals.append(Refusal(str(table.file), row.line, "", reason))
        return None
    cells = CellReader(table, row, places, rules, refusals)
    key = cells.required("key")
    if len(key) > _LONGEST_KEY or not key.isprintable() or set(key) & set(" /\\"):
        cells.refuse("key", f"{key} is no key: at most {_LONGEST_KEY} characters, no spaces or slashes")
    cells.required("name")
    residency = cells.choice("residency", [state.value for state in Residency])
    access = cells.choice("koseki_access", [state.value for state in KosekiAccess])
    texts = {item: cells.text(item) for item in TEXTS}
    days = {item: cells.day(item) for item in DAYS}
    made = Resident(
        key=key,
        municipality=cells.text("municipality") or "",
        residency=Residency(residency or Residency.RESIDENT),
        household=cells.text("household") or None,
        sex=cells.choice("sex", ("男", "女")),
        koseki=cells.text("koseki") or None,
        restricted=cells.flag("restricted"),
        gaiji_pending=cells.flag("gaiji_pending"),
        koseki_access=KosekiAccess(access or KosekiAccess.REGISTERED),
        seal=_seal(cells),
        cards=cells.serials("cards"),
        lookalike_of=cells.text("lookalike_of") or None,
        traits=tuple((cells.text("traits") or "").split()),
    )
    return replace(made, **texts, **days) if key else None


def _seal(cells: CellReader) -> Seal | None:
    """Return a seal without its picture, if any of its columns is filled."""
    number = cells.text("seal_number")
    registered, cancelled = cells.day("seal_registered_on"), cells.day("seal_cancelled_on")
    diameter_mm = cells.millimetres("seal_diameter_mm")
    if not (number or registered or cancelled):
        return None
    return Seal(
        number=number or "",
        registered_on=registered or "",
        diameter_mm=diameter_mm,
        png_base64="",
        cancelled_on=cancelled or None,
    )
