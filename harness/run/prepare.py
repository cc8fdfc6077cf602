"""Lays out a run folder before the first byte is sent: plan, target, population, cards' standing, manifest."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import msgspec
from msgspec import Struct

import harness
from harness.baseline.folder import BaselineFolder, bring
from harness.campaign import compile_plan, pool_of, write_plan
from harness.campaign.cast import Choices
from harness.campaign.invalid_cards import without_valid_card
from harness.campaign.scenario import Scenario, procedure_file, sweeps
from harness.config import read_json_lines, write_json_lines
from harness.errors import UsageError
from harness.journal import RunFolder
from harness.journal.plan_file import PlannedBatches
from harness.journal.run_folder import write_whole
from harness.population import Population
from harness.population.issuable import refusal
from harness.reading.profile import BUILT_IN, NO_PROFILE
from harness.records.certificates import Certificate, Options
from harness.records.manifest import MANIFEST_VERSION, CardStanding, Manifest
from harness.records.plan import Batch, PlanHeader, Probe
from harness.records.procedure import PROCEDURE_FILE
from harness.records.target import Target

JST = timezone(timedelta(hours=9), "JST")
_BYTES_PER_APPLICATION = 150_000  # a 60 kB document, its reading, 20 journal records, with room to spare
_SPARE_BYTES = 200_000_000  # evidence pictures, reports


class Request(Struct, frozen=True, kw_only=True):
    """Everything a run is made of. Folders are absolute."""

    scenario: Scenario
    target: Target
    target_file: Path
    population: Population
    population_folder: Path
    cards_folder: Path | None
    out: Path  # folder that run folders are made in
    seed: int
    confirmed_hosts: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()  # residents who play no part (harness.run.people)
    kind: str = "run"  # or another of harness.records.manifest
    started_wall_ns: int = 0  # of what was recorded elsewhere; 0: it begins now
    follows: str = ""  # run whose changes are looked at again
    baseline: RunFolder | None = None  # baseline run to compare with
    probes: frozenset[Probe] = frozenset()  # those that the target's adapter can make


CardsFor = Callable[[Collection[str]], dict[str, str]]  # residents' keys to card serials; makes missing keys


def prepare(request: Request, cards_for: CardsFor) -> tuple[RunFolder, PlanHeader]:
    """Compile the plan and write the run folder, manifest last; return it with the plan's header.

    Raises UsageError where the population, the cards or the disk cannot carry the scenario.
    """
    today = datetime.now(JST).date()
    make_out(request.out)
    header, batches = compile_request(request, cards_for, today)
    return lay_out(request, header, batches, today), header


def compile_request(request: Request, cards_for: CardsFor, today: date) -> tuple[PlanHeader, PlannedBatches]:
    """Compile what a run of `request` on this day plays. Raises UsageError as `prepare` does."""
    choices, without, standings = _choices(request), request.without, card_standings(request)
    if choices is not None and request.target.profile == NO_PROFILE:
        without |= _nobody_knows(request, choices, today)
    without |= without_valid_card(standings)
    if sweeps(request.scenario):
        without |= _cardless(request, standings)
    campaign = (request.scenario, request.population, request.target, request.seed)
    serials = cards_for(pool_of(*campaign, today, without))
    return compile_plan(*campaign, _card_of(serials), today, without, choices, standings, request.probes)


def lay_out(request: Request, header: PlanHeader, batches: Iterable[Batch], today: date) -> RunFolder:
    """Write the run folder of a plan, manifest last. Raises UsageError where the disk cannot carry it."""
    make_out(request.out)
    check_disk(request.out, header.applications)
    folder = RunFolder.create(request.out / _run_id(request.scenario.name))
    try:
        write_plan(folder.plan, header, batches)
        _copy_inputs(request, folder)
        cards = _copy_cards(request, folder)
        baseline = bring(request.baseline, folder) if request.baseline else ""
        write_whole(folder.manifest, msgspec.json.encode(_manifest(request, folder, today, cards, baseline)))
    except BaseException:
        shutil.rmtree(folder.path)  # without its manifest it would be no run folder, and nothing could purge it
        raise
    return folder


def _choices(request: Request) -> Choices | None:
    """Return the options that the baseline has of everybody, so that what is played can be compared."""
    if request.baseline is None:
        return None
    entries, _ = BaselineFolder(request.baseline).read()
    choices: dict[tuple[str, Certificate], tuple[Options, ...]] = {}
    for entry in entries:
        who = (entry.resident, entry.certificate)
        choices[who] = (*choices.get(who, ()), entry.options)
    return choices


def _nobody_knows(request: Request, choices: Choices, on: date) -> frozenset[str]:
    """Return who might be issued something and has no baseline: without a profile nothing could be said of it."""
    known = {resident for resident, _ in choices}
    return frozenset(
        key
        for key, one in request.population.residents.items()
        if key not in known and not all(refusal(one, c, on, request.target.rules) for c in Certificate)
    )


def _cardless(request: Request, standings: Collection[CardStanding]) -> frozenset[str]:
    """Return who cannot be asked for anything, lacking a card that others have; nobody where nobody has one yet."""
    people = request.population.residents
    holders = {one.resident for one in standings} or {key for key, one in people.items() if one.cards}
    return frozenset(people.keys() - holders) if holders else frozenset()


def make_out(out: Path) -> None:
    """Make the folder that runs lie in (0700); raise UsageError where that cannot be, or may not be written."""
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as e:
        raise UsageError(f"{out}: cannot be made ({e.strerror}); choose another folder with --out") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise UsageError(f"{out}: may not be written; choose another folder with --out")


def _copy_inputs(request: Request, folder: RunFolder) -> None:
    shutil.copyfile(procedure_file(), folder.path / PROCEDURE_FILE)
    shutil.copyfile(request.target_file, folder.target)
    shutil.copytree(request.population_folder, folder.population)
    if request.target.profile not in (*BUILT_IN, NO_PROFILE):
        shutil.copyfile(request.target_file.parent / request.target.profile, folder.profile)


def check_disk(where: Path, applications: int) -> None:
    """Raise UsageError where `where` has less room than a run of so many applications may need."""
    need = applications * _BYTES_PER_APPLICATION + _SPARE_BYTES
    free = shutil.disk_usage(where).free
    if free < need:
        raise UsageError(
            f"{where}: {free // 10**6} MB free, this run may need {need // 10**6} MB; "
            "free some space, or begin a run elsewhere with --out"
        )


def _card_of(serials: dict[str, str]) -> Callable[[str], str]:
    def card_of(resident: str) -> str:
        if resident not in serials:
            raise UsageError(f"resident {resident} has no card; `honnin cards make` or `import` gives one")
        return serials[resident]

    return card_of


def card_standings(request: Request) -> tuple[CardStanding, ...]:
    """Return what the cards are worth that people hold; none where the target has no cards."""
    if request.cards_folder is None:
        return ()
    file = request.cards_folder / "cards.jsonl"
    if not file.exists():
        raise UsageError(f"{file}: no such file; `honnin cards make` or `import` gives one")
    return tuple(read_json_lines(file, CardStanding))


def _copy_cards(request: Request, folder: RunFolder) -> str:
    if request.cards_folder is None:
        return ""
    write_json_lines(folder.path / "cards.jsonl", iter(card_standings(request)))  # no PIN, no key, no file name
    return "cards.jsonl"


def _run_id(scenario: str) -> str:
    stamp = datetime.now(UTC).astimezone(JST).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    return f"{stamp}-{scenario.replace('/', '-')}"


def _manifest(request: Request, folder: RunFolder, today: date, cards: str, baseline: str) -> Manifest:
    return Manifest(
        version=MANIFEST_VERSION,
        run=folder.path.name,
        honnin=harness.__version__,
        scenario=request.scenario.name,
        scenario_digest=request.scenario.digest,
        target=request.target.name,
        target_digest=_digest(folder.target),
        plan_digest=_digest(folder.plan),
        population_digest=_digest(folder.population / "residents.jsonl", folder.population / "koseki.jsonl"),
        started_wall_ns=request.started_wall_ns or time.time_ns(),
        cards=cards,
        issued_on=today.isoformat(),
        target_file=request.target_file.name,
        target_folder=str(request.target_file.parent),
        cards_folder=str(request.cards_folder or ""),
        seed=request.seed,
        confirmed_hosts=request.confirmed_hosts,
        kind=request.kind,
        baseline=baseline,
        follows=request.follows,
        procedure_digest=_digest(folder.path / PROCEDURE_FILE),
    )


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()
