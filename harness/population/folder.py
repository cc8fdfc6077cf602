"""The population folder: written whole or not at all, and never loaded unless its digest agrees."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from harness import __version__
from harness.errors import ConfigError
from harness.population.model import Population
from harness.population.stored_records import records_of
from harness.population.whole_folder import write_file, write_folder
from harness.records.resident import Koseki, Resident

FORMAT_VERSION = 1
HEADER, RESIDENTS, KOSEKI, GAIJI = "population.json", "residents.jsonl", "koseki.jsonl", "gaiji.ttf"

_PIECE = 1 << 20  # bytes of a file in memory at a time


class Header(Struct, frozen=True, kw_only=True):
    """Content of population.json."""

    version: int
    seed: int | None
    municipality: str
    residents: int
    digest: str  # SHA-256 over residents.jsonl, then koseki.jsonl
    made_by: str
    gaiji: dict[str, str]  # "U+E000" → what it stands for


def save(population: Population, folder: Path, *, overwrite: bool = False) -> None:
    """Write a population folder; a reader sees the whole of it or nothing.

    `overwrite` replaces an existing population folder, never anything else. Raises UsageError where the folder may
    not be written.
    """
    write_folder(folder, lambda part: _write(population, part), marker=HEADER, overwrite=overwrite)


def load(folder: Path) -> Population:
    """Read a population folder.

    Raises ConfigError naming file and place for a missing or damaged part, and where the digest, the number of
    residents or a reference between records does not agree.
    """
    header = _read_header(folder / HEADER)
    residents = records_of(folder / RESIDENTS, Resident, lambda resident: resident.key)
    koseki = records_of(folder / KOSEKI, Koseki, lambda family: family.key)
    gaiji = folder / GAIJI
    population = Population(
        residents=residents,
        koseki=koseki,
        municipality=header.municipality,
        seed=header.seed,
        gaiji=header.gaiji,
        gaiji_font=gaiji.read_bytes() if gaiji.exists() else b"",
    )
    if len(residents) != header.residents or _digest(folder / RESIDENTS, folder / KOSEKI) != header.digest:
        reason = (
            f"does not agree with {RESIDENTS} and {KOSEKI} (they were changed or are incomplete); make, import or copy "
            "the population again"
        )
        raise ConfigError(folder / HEADER, "digest", reason)
    _check_references(folder, population)
    return population


def _digest(*files: Path) -> str:
    sha = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            while piece := content.read(_PIECE):
                sha.update(piece)
    return sha.hexdigest()


def _read_header(path: Path) -> Header:
    try:
        header = msgspec.json.decode(path.read_bytes(), type=Header)
    except FileNotFoundError:
        reason = (
            "no such file; this is not a population folder, or its making was interrupted. `honnin population make`"
        )
        raise ConfigError(path, "", reason) from None
    except msgspec.DecodeError as e:
        raise ConfigError(path, "", f"is not a population header: {e}") from None
    if header.version != FORMAT_VERSION:
        reason = f"is {header.version}; this honnin reads version {FORMAT_VERSION}"
        raise ConfigError(path, "version", reason)
    return header


def _check_references(folder: Path, population: Population) -> None:
    for resident in population.residents.values():
        if resident.koseki is not None and resident.koseki not in population.koseki:
            raise ConfigError(folder / RESIDENTS, resident.key, f"names koseki {resident.koseki}, which is missing")
        if resident.lookalike_of is not None and resident.lookalike_of not in population.residents:
            raise ConfigError(folder / RESIDENTS, resident.key, f"names {resident.lookalike_of}, who is missing")


def _write(population: Population, part: Path) -> None:
    write_file(part / RESIDENTS, population.resident_lines())
    write_file(part / KOSEKI, population.koseki_lines())
    if population.gaiji_font:
        write_file(part / GAIJI, [population.gaiji_font])
    header = Header(
        version=FORMAT_VERSION,
        seed=population.seed,
        municipality=population.municipality,
        residents=len(population.residents),
        digest=population.digest,
        made_by=f"honnin {__version__}",
        gaiji=population.gaiji,
    )
    write_file(part / HEADER, [msgspec.json.format(msgspec.json.encode(header)) + b"\n"])
