"""The CSV form of residents, taxes and koseki: one place for columns and cells, for export and import alike.

A cell `\\N` is *unknown*, a blank cell is *empty*. The columns are documented in docs/population.md.
"""

from __future__ import annotations

from harness.records.resident import Koseki, KosekiMember, Resident, Tax

RESIDENTS_TABLE, TAXES_TABLE, KOSEKI_TABLE, SEALS = "residents.csv", "taxes.csv", "koseki.csv", "seals"
UNKNOWN = r"\N"  # as PostgreSQL writes it: nothing that a register holds

TEXT_COLUMNS = (
    "key", "municipality", "residency", "household", "name", "kana", "former_name", "alias", "born_on", "sex",
    "relation", "householder", "address", "address_since", "resident_since", "notified_on", "previous_address",
    "koseki", "honseki", "hittousha", "nationality", "residence_status", "residence_period", "residence_expires_on",
    "residence_card", "remarks", "left_on", "restricted", "gaiji_pending", "koseki_access", "lookalike_of",
)  # fmt: skip
REFERENCE_COLUMNS = ("household", "koseki", "lookalike_of")  # keys; a blank cell is no reference
LIST_COLUMNS = ("traits", "cards")  # several, separated by spaces
SEAL_COLUMNS = ("seal_number", "seal_registered_on", "seal_diameter_mm", "seal_cancelled_on")
RESIDENT_COLUMNS = (*TEXT_COLUMNS, *LIST_COLUMNS, *SEAL_COLUMNS)
TAX_COLUMNS = ("key", *Tax.__struct_fields__)
KOSEKI_COLUMNS = (
    "koseki", "honseki", "hittousha", "resident", "given_name", "born_on", "father", "mother", "relation", "removed",
    "events", "addresses",
)  # fmt: skip


def resident_row(resident: Resident) -> list[str]:
    """Return the cells of a resident in the order of RESIDENT_COLUMNS; the seal's picture is a file of its own."""
    seal = resident.seal
    cells = [
        (getattr(resident, column) or "") if column in REFERENCE_COLUMNS else _cell(getattr(resident, column))
        for column in TEXT_COLUMNS
    ]
    cells += [" ".join(getattr(resident, column)) for column in LIST_COLUMNS]
    if seal is None:
        return cells + [""] * len(SEAL_COLUMNS)
    return [*cells, seal.number, seal.registered_on, f"{seal.diameter_mm:g}", seal.cancelled_on or ""]


def tax_rows(resident: Resident) -> list[list[str]]:
    """Return one row per 年度 in the order of TAX_COLUMNS."""
    return [[resident.key, *(str(getattr(tax, column)) for column in Tax.__struct_fields__)] for tax in resident.taxes]


def koseki_rows(koseki: Koseki) -> list[list[str]]:
    """Return one row per member in the order of KOSEKI_COLUMNS; events and addresses are lines within a cell."""
    return [[koseki.key, koseki.honseki, koseki.hittousha, *_member_cells(member)] for member in koseki.members]


def _member_cells(member: KosekiMember) -> list[str]:
    return [
        member.resident or "",
        member.given_name,
        member.born_on,
        member.father,
        member.mother,
        member.relation,
        _cell(member.removed),
        "\n".join(member.events),
        "\n".join(f"{since} {address}" for address, since in member.addresses),
    ]


def _cell(value: str | bool | None) -> str:
    if value is None:
        return UNKNOWN
    return str(int(value)) if isinstance(value, bool) else str(value)
