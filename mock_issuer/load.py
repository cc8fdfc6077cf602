"""Loads an exported population into the register and lays out what the typesetter needs beside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from mock_issuer.documents.gaiji import lay_out_gaiji
from mock_issuer.people import Koseki, Resident, Seal
from mock_issuer.register import Register, SealEntry
from mock_issuer.settings import State

T = TypeVar("T")


class LoadError(Exception):
    """An exported file is missing or wrong; names file, line and reason."""


def load_population(folder: Path, state: State) -> int:
    """Fill the register from a population folder unless it is filled from that folder already; return its residents.

    A register that was changed by updates keeps them. Raises LoadError if it was filled from another population.
    """
    digest = _digest(folder)
    register = Register(state.register)
    origin = register.origin()
    if origin is None:
        _fill(register, folder, digest, state)
    elif origin != digest:
        raise LoadError(f"{state.root}: holds the register of another population; choose another --state folder")
    if (gaiji := folder / "gaiji.ttf").is_file():
        lay_out_gaiji(gaiji, state.press / "gaiji.ttf")
    with register.change() as run:
        return int(run.execute("SELECT count(*) FROM resident").fetchone()[0])


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in ("residents.jsonl", "koseki.jsonl"):
        path = folder / name
        if not path.is_file():
            raise LoadError(f"{path}: no such file; export a population with `honnin population make`")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _fill(register: Register, folder: Path, digest: str, state: State) -> None:
    people, koseki = read_population(folder)
    seals = [(r.key, _lay_out(r.seal, state)) for r in people if r.seal]
    without = (msgspec.structs.replace(r, seal=None) for r in people)  # the seal table holds them
    register.fill(digest, without, koseki, seals)


def read_population(folder: Path) -> tuple[list[Resident], list[Koseki]]:
    """Return everybody of a population folder. Raises LoadError."""
    return list(_lines(folder / "residents.jsonl", Resident)), list(_lines(folder / "koseki.jsonl", Koseki))


def seal_entry(seal: Seal, *, cancelled: bool) -> tuple[SealEntry, bytes]:
    """Return a registration as the register holds it, and its picture, which is named by its content."""
    picture = base64.b64decode(seal.png_base64)
    name = picture_name(picture)
    cancelled_on = (seal.cancelled_on or "cancelled") if cancelled else None
    return SealEntry(picture=name, diameter_mm=seal.diameter_mm, cancelled_on=cancelled_on, version=0), picture


def picture_name(picture: bytes) -> str:
    """Return the file name of a seal's picture: a part of its SHA-256."""
    return hashlib.sha256(picture).hexdigest()[:24] + ".png"


def _lay_out(seal: Seal, state: State) -> SealEntry:
    """Write the picture where the typesetter reads it."""
    entry, picture = seal_entry(seal, cancelled=bool(seal.cancelled_on))
    (state.seals / entry.picture).write_bytes(picture)
    return entry


def _lines(path: Path, kind: type[T]) -> Iterator[T]:
    decode = msgspec.json.Decoder(kind).decode
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if line.strip():
            try:
                yield decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as e:
                raise LoadError(f"{path}: line {number}: {e}") from None
