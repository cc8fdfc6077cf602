"""Where an item's value comes from: the fields of a person's register entries that a profile may name.

None means *unknown* (an imported resident), "" means *empty*: nothing is printed there but a filler.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from harness.records.certificates import Options
from harness.records.resident import Koseki, KosekiMember, Resident, Seal, Tax


class PopulationView(Protocol):
    """What the oracle needs of a population."""

    @property
    def residents(self) -> Mapping[str, Resident]:
        """Residents by key."""
        ...

    @property
    def koseki(self) -> Mapping[str, Koseki]:
        """Family registers by key."""
        ...

    def household(self, key: str) -> Sequence[Resident]:
        """Return the members of a household, in the order of the register."""
        ...


class Person(Struct, frozen=True, kw_only=True):
    """One person listed on a certificate, with everything the register holds of them."""

    key: str  # resident key; "" for a koseki member outside the population
    resident: Resident | None = None
    koseki: Koseki | None = None
    member: KosekiMember | None = None
    tax: Tax | None = None


_KINDS: Mapping[str, type[Struct]] = {
    "resident": Resident,
    "seal": Seal,
    "tax": Tax,
    "koseki": Koseki,
    "member": KosekiMember,
}
_PARTS = frozenset({"member.addresses", "member.address_days", "member.name"})  # composed, see `values`


def check_source(source: str) -> str:
    """Return what is wrong with a profile's `source`, "" where it names a field."""
    if source in _PARTS or not source:
        return ""
    kind, _, field = source.partition(".")
    if kind not in _KINDS:
        return f"`{source}` must begin with one of: {', '.join(f'{k}.' for k in _KINDS)}"
    fields = [f.encode_name for f in msgspec.structs.fields(_KINDS[kind])]
    if field in fields:
        return ""
    near = difflib.get_close_matches(field, fields, 1)
    hint = f"; did you mean `{kind}.{near[0]}`?" if near else "."
    return f"{kind} has no field `{field}`{hint} Allowed: {', '.join(fields)}"


def values(person: Person, source: str) -> tuple[str, ...] | None:
    """Return the values of one item as registered, () where it is empty, None where it is unknown."""
    kind, _, field = source.partition(".")
    if source in _PARTS:
        return _composed(person, field)
    record = getattr(person, kind) if kind != "seal" else (person.resident.seal if person.resident else None)
    if record is None:
        return () if kind in {"seal", "tax", "koseki", "member"} else None
    value = getattr(record, field)
    if value is None:
        return None
    if isinstance(value, tuple):
        return tuple(str(v) for v in value)
    return (str(value),) if value != "" else ()


def _composed(person: Person, field: str) -> tuple[str, ...]:
    """Return what a 附票 prints of a member: the name, the addresses one after the other, their dates."""
    if person.member is None:
        return ()
    if field == "name":
        return _full_name(person)
    return tuple(a[0] if field == "addresses" else a[1] for a in person.member.addresses)


def _full_name(person: Person) -> tuple[str, ...]:
    """Return the member's name; for people outside the population, or who left, with the surname of the koseki."""
    assert person.member is not None and person.koseki is not None
    if person.resident is not None and person.resident.name and not person.member.removed:
        return (person.resident.name,)
    surname = person.koseki.hittousha.replace("\u3000", " ").partition(" ")[0]
    return (f"{surname} {person.member.given_name}",)


def tax_of(resident: Resident, options: Options) -> Tax | None:
    """Return the figures of the year asked for; without a year the newest."""
    years = [t for t in resident.taxes if options.tax_year in {None, t.year}]
    return max(years, key=lambda t: t.year, default=None)
