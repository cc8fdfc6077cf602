"""The population folder: written whole or not at all, and never loaded unless its digest agrees."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.config import read_json_lines
from harness.errors import ConfigError, UsageError
from harness.population.model import Population
from harness.records.resident import Koseki, Resident

FORMAT_VERSION = 1
HEADER, RESIDENTS, KOSEKI, GAIJI = "population.json", "residents.jsonl", "koseki.jsonl", "gaiji.ttf"


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

    Everything is written to a hidden neighbour first and renamed. `overwrite` replaces an existing population
    folder, never anything else. Raises UsageError where the folder may not be written.
    """
    folder = folder.absolute()
    _refuse_to_overwrite(folder, overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder)
    part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    part.mkdir(mode=0o700)
    try:
        _write(population, part)
        if folder.exists():
            old = folder.with_name(f".{folder.name}.old-{os.getpid()}")
            folder.rename(old)
            part.rename(folder)
            shutil.rmtree(old)
        else:
            part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def load(folder: Path) -> Population:
    """Read a population folder.

    Raises ConfigError naming file and place for a missing or damaged part, and where the digest, the number of
    residents or a reference between records does not agree.
    """
    header = _read_header(folder / HEADER)
    residents = {resident.key: resident for resident in read_json_lines(folder / RESIDENTS, Resident)}
    koseki = {family.key: family for family in read_json_lines(folder / KOSEKI, Koseki)}
    gaiji = folder / GAIJI
    population = Population(
        residents=residents,
        koseki=koseki,
        municipality=header.municipality,
        seed=header.seed,
        gaiji=header.gaiji,
        gaiji_font=gaiji.read_bytes() if gaiji.exists() else b"",
    )
    if len(residents) != header.residents or population.digest != header.digest:
        reason = (
            f"does not agree with {RESIDENTS} and {KOSEKI} (they were changed or are incomplete); make, import or copy "
            "the population again"
        )
        raise ConfigError(folder / HEADER, "digest", reason)
    _check_references(folder, population)
    return population


def made_by() -> str:
    """Return name and version of this distribution."""
    try:
        return f"honnin {version('honnin')}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "honnin"


def _read_header(path: Path) -> Header:
    try:
        header = msgspec.json.decode(path.read_bytes(), type=Header)
    except FileNotFoundError:
        reason = "no such file; this is not a population folder, or its making was interrupted. `honnin population make`"
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
    _write_lines(part / RESIDENTS, population.resident_lines())
    _write_lines(part / KOSEKI, population.koseki_lines())
    if population.gaiji_font:
        _write_lines(part / GAIJI, [population.gaiji_font])
    header = Header(
        version=FORMAT_VERSION,
        seed=population.seed,
        municipality=population.municipality,
        residents=len(population.residents),
        digest=population.digest,
        made_by=made_by(),
        gaiji=population.gaiji,
    )
    _write_lines(part / HEADER, [msgspec.json.format(msgspec.json.encode(header)) + b"\n"])


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file and have it on disk before the folder gets its name."""
    with path.open("wb") as out:
        out.writelines(lines)
        out.flush()
        os.fsync(out.fileno())


def _refuse_to_overwrite(folder: Path, overwrite: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the population")
    if not any(folder.iterdir()):
        folder.rmdir()
    elif not (folder / HEADER).exists():
        raise UsageError(f"{folder} holds something other than a population; name another folder")
    elif not overwrite:
        raise UsageError(f"{folder} already holds a population; name another folder, or say --force to replace it")


def _remove_leftovers(folder: Path) -> None:
    """Remove what interrupted writers left: hidden neighbours whose process is gone."""
    for part in folder.parent.glob(f".{folder.name}.part-*"):
        pid = part.name.rpartition("-")[2]
        if not Path(f"/proc/{pid}").exists():
            shutil.rmtree(part, ignore_errors=True)
