"""What a worker on another machine needs to play its share of a run: plan, target, adapter, cards leased to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from harness.config import load_toml
from harness.errors import ConfigError
from harness.journal import RunFolder, read_manifest
from harness.journal.plan_file import read_header, read_phase
from harness.records.plan import Driver
from harness.records.target import Target
from kiosk_sim.cards.files import CardsFolder
from kiosk_sim.dealing import deal

TARGET, CARDS = "target", "cards"  # folders in the worker's own run folder
_MOST_BYTES = 20_000_000  # of an adapter's folder: code and mappings, not data
_NO_PART = frozenset({"__pycache__"})


def parcels_for(run: Path, place: int, workers: int) -> Mapping[str, bytes]:
    """Return the files of the worker at a place among so many, by their path in its folder.

    Raises ConfigError where the target file's own files cannot be read, or are too large to be an adapter.
    """
    folder = RunFolder.open(run)
    manifest, target = read_manifest(folder), load_toml(folder.target, Target)
    origin = Path(manifest.target_folder or folder.path)
    files = dict(_of_target(origin, target, folder.target))
    cards = ""
    if manifest.cards_folder:
        cards = CARDS
        files |= dict(_cards(Path(manifest.cards_folder), _serials(folder, target, place, workers)))
    own = replace(manifest, target_folder=TARGET, target_file=folder.target.name, cards_folder=cards)
    files["target.toml"] = folder.target.read_bytes()
    files["plan.jsonl"] = folder.plan.read_bytes()
    files["manifest.json"] = msgspec.json.encode(own)  # last: with it the folder is a run folder
    return files


def _serials(folder: RunFolder, target: Target, place: int, workers: int) -> frozenset[str]:
    """Return the cards of everybody whom this worker serves in any phase."""
    serials: set[str] = set()
    for phase in read_header(folder.plan).phases:
        if phase.driver is Driver.ENGINE:
            _, batches = read_phase(folder.plan, phase.phase)
            dealing = deal(batches, workers, target)
            serials |= {card for b in batches for a in dealing.part(b, place).applications for card in a.cards}
    return frozenset(serials)


def _cards(box: Path, serials: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    folder = CardsFolder(box)
    records = [r for serial, r in folder.load().items() if serial in serials]
    yield f"{CARDS}/cards.jsonl", b"".join(msgspec.json.encode(r) + b"\n" for r in records)
    for record in records:
        for name in (record.certificate, record.key):
            if name and (box / name).exists():
                yield f"{CARDS}/{name}", (box / name).read_bytes()


def _of_target(origin: Path, target: Target, file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that the target file names: TLS, and the folder of an adapter of its own."""
    yield f"{TARGET}/{file.name}", file.read_bytes()
    for name in (target.tls.ca, target.tls.certificate, target.tls.key):
        if name:
            yield f"{TARGET}/{_inside(name, file)}", (origin / name).read_bytes()
    adapter = target.extra.get("adapter_path", "")
    if adapter:
        yield from _adapter(origin / adapter, f"{TARGET}/{_inside(adapter, file)}", file)


def _inside(name: str, file: Path) -> str:
    """Return a relative path that stays below the target file's folder; raise ConfigError for any other."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise ConfigError(file, name, "workers elsewhere get files below the target file's folder only; move it")
    return path.as_posix()


def _adapter(folder: Path, name: str, file: Path) -> Iterator[tuple[str, bytes]]:
    left = _MOST_BYTES
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not _NO_PART.intersection(p.parts)):
        left -= path.stat().st_size
        if left < 0:
            what = f"{folder} holds more than {_MOST_BYTES // 10**6} MB; keep the adapter in a folder of its own"
            raise ConfigError(file, "extra.adapter_path", what)
        yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()
