"""Everything a run folder holds for the judge, read once; what is missing or altered is told, never guessed."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from harness.attached.attach import attached_files
from harness.baseline.folder import BaselineFolder
from harness.campaign import read_plan
from harness.config import load_toml, read_json_lines
from harness.errors import RunDamaged
from harness.journal import DocumentStore, RunFolder, read_manifest, read_segment
from harness.judge.verdict import Completeness
from harness.picture.store import RasterStore
from harness.population import Population, load
from harness.reading.profile import NO_PROFILE, Profile, load_profile
from harness.reading.store import load_readings
from harness.records.baseline import BaselineEntry, Learned
from harness.records.history import HistoryRecord
from harness.records.ledger import STANDING_FILE
from harness.records.manifest import CardStanding, Manifest
from harness.records.plan import RECOVERY, Batch, BatchKind, PlanHeader
from harness.records.procedure import PROCEDURE_FILE
from harness.records.reading import READING_VERSION, Reading
from harness.records.target import Target

T = TypeVar("T")
_JST = timezone(timedelta(hours=9), "JST")


class Inputs(Struct, frozen=True, kw_only=True):
    """What the judge rests on."""

    folder: RunFolder
    manifest: Manifest
    header: PlanHeader
    plan: Completeness
    planned: frozenset[str]
    target: Target
    profile: Profile | None  # None: profile = "none", the register oracle is silent
    population: Population
    card_states: dict[str, str]
    stored: frozenset[str]
    stored_entries: int
    readings: dict[str, Reading]
    issued_on: date
    damage: list[str]  # grows while segments are read
    differing: tuple[str, ...]
    baseline: GivenBaseline | None = None  # that the run was made with


class GivenBaseline(Struct, frozen=True, kw_only=True):
    """A baseline copied into a run folder."""

    entries: tuple[BaselineEntry, ...]
    learned: Learned
    readings: dict[str, Reading]


def load_inputs(folder: RunFolder) -> Inputs:
    """Read all inputs but the journal.

    Raises ConfigError or RunDamaged where manifest, plan, target, profile or population cannot be read: without
    them nothing can be judged. Damaged documents and readings are told in `damage`.
    """
    manifest = read_manifest(folder)
    target = load_toml(folder.target, Target)
    header, plan, planned = _plan(folder, target)
    damage: list[str] = []
    store = _spared(lambda: DocumentStore(folder), damage, folder)
    if store is not None:
        damage += _altered(store, folder)
    readings = _spared(lambda: load_readings(folder), damage, folder) or {}
    damage += [
        f"reading {r.digest[:12]} has version {r.version}, this honnin reads {READING_VERSION}"
        for r in readings.values()
        if r.version != READING_VERSION
    ]
    return Inputs(
        folder=folder,
        manifest=manifest,
        header=header,
        plan=plan,
        planned=planned,
        target=target,
        profile=None if target.profile == NO_PROFILE else load_profile(profile_of(folder, target, manifest)),
        population=load(folder.population),
        card_states=_card_states(folder, manifest),
        stored=frozenset(store.digests() if store else ()),
        stored_entries=store.entries if store else 0,
        readings=readings,
        issued_on=_issued_on(manifest),
        damage=damage,
        differing=tuple(_differing(folder, manifest, header)),
        baseline=_baseline(folder) if manifest.baseline else None,
    )


def _baseline(folder: RunFolder) -> GivenBaseline:
    place = BaselineFolder(folder)
    entries, learned = place.read()
    return GivenBaseline(entries=tuple(entries), learned=learned, readings=place.readings())


def records(inputs: Inputs) -> Iterator[tuple[str, int, HistoryRecord]]:
    """Yield all journal records; a damaged segment is told in `inputs.damage` and left where it is damaged."""
    for path in inputs.folder.segments():
        try:
            for entry in read_segment(path):
                yield entry.writer, entry.sequence, entry.record
        except RunDamaged as e:
            if (told := _without_path(e, inputs.folder)) not in inputs.damage:
                inputs.damage.append(told)


def profile_of(folder: RunFolder, target: Target, manifest: Manifest) -> str:
    """Return what to load as the document profile: the run folder's copy, a built-in name, or the file it was."""
    if folder.profile.exists():
        return str(folder.profile)
    beside = Path(manifest.target_folder) / target.profile
    return str(beside) if target.profile.endswith(".toml") else target.profile


def _plan(folder: RunFolder, target: Target) -> tuple[PlanHeader, Completeness, frozenset[str]]:
    header, batches = read_plan(folder.plan)
    read = list(map(_brief, batches))
    planned = frozenset(name for brief in read for name in brief.applications)
    if len(read) != header.batches or len(planned) != header.applications:
        raise RunDamaged(f"{folder.plan}: holds {len(read)} batches, its header says {header.batches}; restore it")
    plan = Completeness(
        phases=tuple(p.phase for p in header.phases if not p.recovery),
        batches={b.batch: len(b.applications) for b in read if b.purpose != RECOVERY},
        updates={b.batch: b.updates for b in read if b.updates} if target.updates else {},
        spans_ms={b.batch: b.span_ms for b in read if b.span_ms is not None},
        kinds={p.phase: p.kind for p in header.phases if p.kind},
        titles={p.phase: (p.title_ja, p.title_en) for p in header.phases},
        phase_of={b.batch: b.phase for b in read},
        purposes={b.batch: b.purpose for b in read},
        pairs={b.batch: b.pair for b in read if b.pair},
        relations={b.batch: b.relation for b in read if b.relation},
        time_limits_ms=header.time_limits_ms,
        confirmations={b.batch: b.asks for b in read if b.purpose == RECOVERY},
    )
    return header, plan, planned


class _Brief(Struct, frozen=True, kw_only=True):
    """What the judge needs of a planned batch."""

    batch: str
    phase: str
    purpose: str
    applications: tuple[str, ...]
    updates: tuple[str, ...]
    span_ms: float | None  # of a burst
    pair: tuple[str, str] | None
    asks: tuple[str, str]  # certificate and node of its first application
    relation: str


def _brief(batch: Batch) -> _Brief:
    names = tuple(a.application for a in batch.applications)
    burst = batch.kind is BatchKind.BURST and bool(names)
    two = burst and len(names) - batch.fillers == 2
    return _Brief(
        batch=batch.batch,
        phase=sys.intern(batch.phase),
        purpose=sys.intern(batch.purpose),
        applications=names,
        updates=tuple(u.update for u in batch.updates),
        span_ms=batch.span_ms if burst else None,
        pair=(names[0], names[1]) if two else None,
        asks=(batch.applications[0].certificate, batch.applications[0].node or "") if names else ("", ""),
        relation=batch.relation or "",
    )


def _spared(read: Callable[[], T], damage: list[str], folder: RunFolder) -> T | None:
    try:
        return read()
    except RunDamaged as e:
        damage.append(_without_path(e, folder))
        return None


def _altered(store: DocumentStore, folder: RunFolder) -> Iterator[str]:
    """Prove every document by its digest: a reading says nothing of bytes that are no longer there."""
    for digest in store.digests():
        try:
            store.get(digest)
        except RunDamaged as e:
            yield _without_path(e, folder)


def _without_path(error: Exception, folder: RunFolder) -> str:
    """Leave out where the folder lies: the verdict is the same wherever it was copied."""
    return str(error).replace(f"{folder.path}/", "")


def _card_states(folder: RunFolder, manifest: Manifest) -> dict[str, str]:
    if not manifest.cards:
        return {}
    return {c.serial: c.state for c in read_json_lines(folder.path / manifest.cards, CardStanding)}


def _issued_on(manifest: Manifest) -> date:
    if manifest.issued_on:
        return date.fromisoformat(manifest.issued_on)
    return datetime.fromtimestamp(manifest.started_wall_ns / 1e9, UTC).astimezone(_JST).date()


def _differing(folder: RunFolder, manifest: Manifest, header: PlanHeader) -> Iterator[str]:
    population = _digest(folder.population / "residents.jsonl", folder.population / "koseki.jsonl")
    if population != manifest.population_digest or population != header.population_digest:
        yield "population"
    if _digest(folder.plan) != manifest.plan_digest:
        yield "plan"
    if _digest(folder.target) != manifest.target_digest:
        yield "target"
    if manifest.procedure_digest and _digest(folder.path / PROCEDURE_FILE) != manifest.procedure_digest:
        yield "procedure"
    if manifest.baseline and BaselineFolder(folder).digest() != manifest.baseline:
        yield "baseline"


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        if file.exists():
            digest.update(file.read_bytes())
    return digest.hexdigest()


def inputs_digest(inputs: Inputs) -> str:
    """Return SHA-256 over everything judged: names and bytes of the files, documents by their digests."""
    folder = inputs.folder
    files = [folder.manifest, folder.plan, folder.target, folder.profile, folder.path / "cards.jsonl", folder.reviews]
    files += [folder.path / STANDING_FILE, folder.path / PROCEDURE_FILE]
    files += sorted(folder.population.iterdir())
    files += folder.segments() + sorted(folder.readings.glob("*.jsonl"))
    files += BaselineFolder(folder).files() if inputs.baseline else ()
    files += attached_files(folder)
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(f"{file.relative_to(folder.path)}\0".encode())
            with file.open("rb") as body:
                digest.update(hashlib.file_digest(body, "sha256").digest())
    digest.update(RasterStore(folder.path).digest().encode())
    for stored in sorted(inputs.stored):
        digest.update(stored.encode())
    return digest.hexdigest()
