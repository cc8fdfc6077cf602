"""Takes over a vendor's own test residents from CSV: all of them or, with every bad place named, none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTLibError
from msgspec.structs import replace

from harness.errors import ConfigError
from harness.population.csv_table import Encoding, Table, read_table
from harness.population.folder import GAIJI
from harness.population.fonts import Typeface
from harness.population.gaiji import describe, gaiji_font
from harness.population.import_cells import ImportRefused, Refusal, Rules
from harness.population.import_extras import read_koseki, read_seals, read_taxes
from harness.population.import_mapping import Mapping, gaiji_table, load_mapping, places_of
from harness.population.import_rows import DAYS, TEXTS, USUAL_VALUES, read_resident
from harness.population.model import Population
from harness.population.tables import KOSEKI_TABLE, RESIDENTS_TABLE, SEALS, TAXES_TABLE
from harness.population.traits import traits_of
from harness.records.resident import Koseki, Resident, Seal


class Sources(NamedTuple):
    """The files of an import; only the residents' table is required."""

    residents: Path
    mapping: Path | None = None
    taxes: Path | None = None
    koseki: Path | None = None
    seals: Path | None = None  # folder of KEY.png
    encoding: Encoding | None = None  # overrides the mapping's


def sources_of(export: Path) -> Sources:
    """Return the files of an export folder of honnin's own; raise ConfigError where it has no residents.csv."""
    if not (export / RESIDENTS_TABLE).is_file():
        raise ConfigError(export, "", f"is a folder without {RESIDENTS_TABLE}; name the CSV file of the residents")
    taxes, koseki, seals = export / TAXES_TABLE, export / KOSEKI_TABLE, export / SEALS
    return Sources(
        export / RESIDENTS_TABLE,
        taxes=taxes if taxes.is_file() else None,
        koseki=koseki if koseki.is_file() else None,
        seals=seals if seals.is_dir() else None,
    )


class Imported(NamedTuple):
    """What an import yields."""

    population: Population
    encoding: str  # of the residents' table
    ignored: tuple[str, ...]  # columns that nothing was read from
    unknown: dict[str, int]  # printed items and how many residents lack them: no document is checked for these


def import_population(sources: Sources) -> Imported:
    """Read a vendor's test residents.

    A missing column makes its items unknown (None), a blank cell is empty (""). Raises ImportRefused listing every
    bad place in every file, or ConfigError where a file, the mapping or a heading is wrong as a whole.
    """
    mapping = load_mapping(sources.mapping)
    font = _gaiji_font(mapping, sources)
    rules = _rules(mapping, font)
    table = read_table(sources.residents, sources.encoding or mapping.encoding)
    places, ignored = places_of(table, mapping, sources.mapping)
    refusals: list[Refusal] = []
    rows = [(row.line, read_resident(table, row, places, rules, refusals)) for row in table.rows]
    people = [(line, resident) for line, resident in rows if resident is not None]
    refusals += _doubles(table, people)
    known = {resident.key: resident for _, resident in people}
    families = read_koseki(sources.koseki, rules, known, refusals) if sources.koseki else None
    taxes = read_taxes(sources.taxes, rules, known, refusals) if sources.taxes else {}
    seals = read_seals(sources.seals, known, refusals) if sources.seals else {}
    refusals += _dangling(table, people, known, families)
    if refusals:
        raise ImportRefused(sorted(set(refusals)))
    if not known:
        raise ConfigError(table.file, "", "has a heading but no residents")
    residents = [
        _complete(
            replace(resident, taxes=taxes.get(key, ()), seal=_sealed(resident.seal, seals.get(key))),
            municipality=mapping.municipality,
            has_koseki=families is not None,
            ambiguous=resident.household in known,
        )
        for key, resident in sorted(known.items())
    ]
    population = Population(
        residents=_with_traits(residents),
        koseki=dict(sorted((families or {}).items())),
        municipality=mapping.municipality or residents[0].municipality,
        gaiji=_kept_gaiji(residents, font),
        gaiji_font=font or b"",
    )
    return Imported(population, table.encoding, ignored, unknown_items(population))


def unknown_items(population: Population) -> dict[str, int]:
    """Return for each printed item of how many residents it is unknown; items known of all are left out."""
    people = population.residents.values()
    counts = {item: sum(getattr(person, item) is None for person in people) for item in (*TEXTS, *DAYS, "sex")}
    counts["taxes"] = sum(not person.taxes for person in people)
    counts["seal picture"] = sum(person.seal is None or not person.seal.png_base64 for person in people)
    counts["koseki"] = sum(person.koseki is None and person.honseki != "" for person in people)
    return {item: count for item, count in counts.items() if count}


def _rules(mapping: Mapping, font: bytes | None) -> Rules:
    values = {
        item: {**USUAL_VALUES.get(item, {}), **mapping.values.get(item, {})}
        for item in {*USUAL_VALUES, *mapping.values}
    }
    return Rules(
        unknown=mapping.unknown,
        values=values,
        gaiji=gaiji_table(mapping),
        drawn=Typeface(font) if font else None,
    )


def _gaiji_font(mapping: Mapping, sources: Sources) -> bytes | None:
    """Return the font that the mapping names, relative to itself, or else a gaiji.ttf beside the residents' table."""
    source = sources.mapping or sources.residents
    named = bool(mapping.gaiji_font)
    file = source.parent / mapping.gaiji_font if named else sources.residents.parent / GAIJI
    if not named and not file.is_file():
        return None
    try:
        font = file.read_bytes()
        Typeface(font)
    except (OSError, TTLibError) as e:
        raise ConfigError(source, "gaiji_font", f"{file} is no readable TrueType font: {e}") from None
    return font


def _doubles(table: Table, people: list[tuple[int, Resident]]) -> Iterable[Refusal]:
    """Refuse keys and card serials that stand in an earlier line too."""
    keys: dict[str, int] = {}
    serials: dict[str, int] = {}
    for line, resident in people:
        for what, seen, values in (("key", keys, (resident.key,)), ("card serial", serials, resident.cards)):
            for value in values:
                if value in seen:
                    reason = f"{what} {value} stands in line {seen[value]} too; each may stand once"
                    yield Refusal(str(table.file), line, "", reason)
                seen.setdefault(value, line)


def _dangling(
    table: Table,
    people: list[tuple[int, Resident]],
    known: dict[str, Resident],
    families: dict[str, Koseki] | None,
) -> Iterable[Refusal]:
    """Refuse references to residents and koseki that are in no file."""
    for line, resident in people:
        if resident.lookalike_of is not None and resident.lookalike_of not in known:
            yield Refusal(str(table.file), line, "lookalike_of", f"{resident.lookalike_of} is no resident of this file")
        if families is not None and resident.koseki is not None and resident.koseki not in families:
            yield Refusal(str(table.file), line, "koseki", f"{resident.koseki} is not in the koseki file")


def _sealed(seal: Seal | None, picture: str | None) -> Seal | None:
    """Put a picture to a seal; a picture alone is a registered seal of which no more is known."""
    if picture is None:
        return seal
    return replace(seal or Seal(number="", registered_on="", diameter_mm=0.0, png_base64=""), png_base64=picture)


def _complete(resident: Resident, *, municipality: str, has_koseki: bool, ambiguous: bool) -> Resident:
    """Fill in what the files say for all; a household numbered like some resident gets a name of its own."""
    return replace(
        resident,
        municipality=resident.municipality or municipality,
        koseki=resident.koseki if has_koseki else None,
        household=f"household {resident.household}" if ambiguous else resident.household,
    )


def _with_traits(residents: list[Resident]) -> dict[str, Resident]:
    """Add the derived traits to those that the vendor gave."""
    sizes = Counter(resident.household for resident in residents)
    out = {}
    for resident in residents:
        derived = traits_of(resident, sizes[resident.household] if resident.household else 1)
        out[resident.key] = replace(resident, traits=tuple(dict.fromkeys((*resident.traits, *derived))))
    return out


def _kept_gaiji(residents: list[Resident], font: bytes | None) -> dict[str, str]:
    """Return the private-use characters in names and addresses that the font draws; of ours, what they stand for."""
    if font is None:
        return {}
    texts = "".join(f"{person.name}{person.address}{person.former_name}{person.honseki}" for person in residents)
    used = {char for char in texts if "\ue000" <= char <= "\uf8ff"}
    ours = describe(used) if font == gaiji_font() else {}
    return {code: ours.get(code, "外字") for code in (f"U+{ord(char):04X}" for char in sorted(used))}
