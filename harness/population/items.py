"""What of a resident the certificates print, item by item: the ground on which residents are told apart."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from harness.population.model import Population
from harness.records.certificates import Certificate
from harness.records.resident import Koseki, Resident, Tax


class Item(NamedTuple):
    """One printed item. `value` is None where it is unknown, "" where it is known to be empty."""

    kind: str
    value: str | None


# Items that every 住民票 prints, whatever the options.
_RESIDENCE = (
    "name", "kana", "former_name", "alias", "born_on", "sex", "address", "address_since", "resident_since",
    "notified_on", "previous_address", "nationality", "residence_status", "residence_period", "residence_expires_on",
    "residence_card", "remarks",
)  # fmt: skip
_INKAN = ("name", "former_name", "alias", "born_on", "address")
_TAX = ("name", "born_on", "address")
_FUHYO = ("name", "born_on", "sex", "address", "address_since")
_OPTIONAL = ("relation", "householder", "honseki", "hittousha")

# Spaces, controls and joiners; never what could part two names. Variation selectors are kept.
_INVISIBLE = re.compile("[\x00-\x20\u00a0\u2000-\u200f\u2028-\u202f\u3000\ufeff]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def items_of(population: Population, resident: Resident) -> dict[Certificate, tuple[Item, ...]]:
    """Return the items of each certificate that could be made of a resident.

    記載事項証明書 prints the items of the 住民票 and is not listed apart. Without a seal there is no 印鑑登録証明書,
    without a koseki on file nothing but 本籍 and 筆頭者 is known of the 戸籍.
    """
    items = {
        Certificate.JUMINHYO: _fields(resident, _RESIDENCE),
        Certificate.TAX: _fields(resident, _TAX) + tuple(_tax(tax) for tax in resident.taxes),
    }
    if resident.seal is not None:
        png = resident.seal.png_base64
        picture = hashlib.sha256(png.encode("ascii")).hexdigest() if png else None
        items[Certificate.INKAN] = (*_fields(resident, _INKAN), Item("seal", picture))
    family = population.koseki.get(resident.koseki or "")
    if family is not None or resident.honseki:
        items[Certificate.KOSEKI] = _koseki(resident, family)
        items[Certificate.FUHYO] = _fields(resident, _FUHYO) + _stays(resident, family)
    return items


def all_items(population: Population, resident: Resident) -> dict[str, str | None]:
    """Return every printed item of a resident by kind, optional ones included."""
    found = {item.kind: item.value for items in items_of(population, resident).values() for item in items}
    return {**found, **dict(_fields(resident, _OPTIONAL))}


def fold(text: str) -> str:
    """Return a text without what a producer may add or drop between characters: spaces and invisible marks."""
    return _INVISIBLE.sub("", text)


def fold_weakly(text: str) -> str:
    """Return `fold` without variation selectors too, which most producers drop: equality is then no identity."""
    return _SELECTORS.sub("", fold(text))


def koseki_text(koseki: Koseki) -> str:
    """Return everything a 戸籍全部事項証明書 prints of a koseki, one line per item."""
    lines = [koseki.honseki, koseki.hittousha]
    for member in koseki.members:
        lines += [member.given_name, member.born_on, member.father, member.mother, member.relation, *member.events]
        lines += [address for address, _ in member.addresses]
    return "\n".join(fold(line) for line in lines)


def _fields(resident: Resident, kinds: tuple[str, ...]) -> tuple[Item, ...]:
    return tuple(Item(kind, getattr(resident, kind)) for kind in kinds)


def _tax(tax: Tax) -> Item:
    figures = (tax.total_income, tax.deductions, tax.taxable, tax.annual_tax, tax.paid)
    return Item(f"tax_{tax.year}", " ".join(f"{figure:,}" for figure in figures))


def _koseki(resident: Resident, family: Koseki | None) -> tuple[Item, ...]:
    members = koseki_text(family) if family else None
    return (*_fields(resident, ("honseki", "hittousha")), Item("koseki_members", members))


def _stays(resident: Resident, family: Koseki | None) -> tuple[Item, ...]:
    if family is None:
        return ()
    stays = [member.addresses for member in family.members if member.resident == resident.key and not member.removed]
    return (Item("stays", " ".join(f"{address} {since}" for each in stays for address, since in each)),)
