"""Collects from a run folder all that the page shows, reading the journal twice: for the course, then for witnesses."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.config import load_toml
from harness.errors import ConfigError, HonninError, RunDamaged, UsageError
from harness.journal import RunFolder, read_history
from harness.records.manifest import Manifest
from harness.records.sensitivity import SENSITIVITY_FILE, Sensitivity
from harness.records.target import Target
from harness.records.verdict import VERDICT_VERSION, Verdict
from reports.affected import AffectedPeople, affected
from reports.course import Course
from reports.groups import Group, group
from reports.pictures import PictureBook
from reports.planned import Planned, read_planned
from reports.residents import read_residents
from reports.story import Story, read_stories
from reports.witness import Card, Sources, card, cast


class Gathered(Struct, frozen=True, kw_only=True):
    """Everything the page shows."""

    verdict: Verdict
    verdict_digest: str  # SHA-256 of verdict.json
    manifest: Manifest | None
    target: Target | None
    planned: Planned
    course: Course
    groups: tuple[Group, ...]
    affected: AffectedPeople
    cards: dict[str, Card]  # by finding id
    names: dict[str, str]  # of the people of listed findings and of the first page, by resident key
    sensitivity: Sensitivity | None  # of the same procedure, where somebody put the figure there
    damage: tuple[str, ...]  # what of the run folder could not be read


def load_verdict(folder: RunFolder) -> tuple[Verdict, str]:
    """Return the verdict and the SHA-256 of its file.

    Raises UsageError where the run was not judged, RunDamaged where the file is not a verdict of this version.
    """
    try:
        body = folder.verdict.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"{folder.path}: there is no verdict.json yet; run `honnin judge {folder.path}` first"
        ) from None
    try:
        verdict = msgspec.json.decode(body, type=Verdict)
    except msgspec.DecodeError as e:
        raise RunDamaged(f"{folder.verdict}: {e}; run `honnin judge {folder.path}` again") from None
    if verdict.version != VERDICT_VERSION:
        raise RunDamaged(
            f"{folder.verdict}: version {verdict.version}, this program reads {VERDICT_VERSION}; "
            f"run `honnin judge {folder.path}` again"
        )
    return verdict, hashlib.sha256(body).hexdigest()


def gather(path: Path) -> Gathered:
    """Read the run folder at `path`.

    A damaged journal, plan or target file is told in `damage`, and what could be read is shown: the verdict stands
    by itself. Raises UsageError and RunDamaged of `load_verdict`.
    """
    folder = RunFolder(path)
    verdict, digest = load_verdict(folder)
    damage: list[str] = []
    course = _course(folder, damage)
    groups = group(verdict.findings)
    met = affected(groups, course)
    return Gathered(
        verdict=verdict,
        verdict_digest=digest,
        manifest=_manifest(folder, damage),
        target=_target(folder, damage),
        planned=_planned(folder, course, damage),
        course=course,
        groups=groups,
        affected=met,
        cards=_cards(folder, groups, course, damage),
        names=_names(folder, groups, met),
        sensitivity=_sensitivity(folder, damage),
        damage=tuple(dict.fromkeys(damage)),
    )


def _course(folder: RunFolder, damage: list[str]) -> Course:
    course = Course()
    try:
        for entry in read_history(folder):
            course.add(entry)
    except RunDamaged as e:
        damage.append(_inside(folder, e))
    return course


def _manifest(folder: RunFolder, damage: list[str]) -> Manifest | None:
    try:
        return msgspec.json.decode(folder.manifest.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as e:
        damage.append(f"manifest.json: {e.strerror if isinstance(e, OSError) else e}")
        return None


def _sensitivity(folder: RunFolder, damage: list[str]) -> Sensitivity | None:
    try:
        return msgspec.json.decode((folder.path / SENSITIVITY_FILE).read_bytes(), type=Sensitivity)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as e:
        damage.append(f"{SENSITIVITY_FILE}: {e.strerror if isinstance(e, OSError) else e}")
        return None


def _target(folder: RunFolder, damage: list[str]) -> Target | None:
    if not folder.target.exists():
        return None
    try:
        return load_toml(folder.target, Target)
    except HonninError as e:
        damage.append(_inside(folder, e))
        return None


def _planned(folder: RunFolder, course: Course, damage: list[str]) -> Planned:
    try:
        return read_planned(folder.plan, course.decisions)
    except ConfigError as e:
        damage.append(_inside(folder, e))
        return Planned()


def _inside(folder: RunFolder, error: HonninError) -> str:
    """Name the file inside the run folder only: the report is the same wherever the folder lies."""
    return str(error).replace(f"{folder.path}/", "")


def _cards(folder: RunFolder, groups: tuple[Group, ...], course: Course, damage: list[str]) -> dict[str, Card]:
    findings = [finding for each in groups for finding in each.shown]
    by_start = sorted(range(len(course.ids)), key=lambda row: (course.started_ns[row], course.ids[row]))
    casts = {finding.finding: cast(finding, course, by_start) for finding in findings}
    wanted = {application for chosen in casts.values() for application in chosen.applications()}
    stories = _stories(folder, wanted, damage)
    people = {key for finding in findings for key in (finding.victim, finding.donor)}
    people |= {evidence.owner for finding in findings for evidence in finding.evidence}
    sources = Sources(
        stories=stories,
        residents=read_residents(folder.population, people - {""}),
        pictures=PictureBook(folder),
    )
    return {finding.finding: card(finding, casts[finding.finding], sources) for finding in findings}


def _names(folder: RunFolder, groups: tuple[Group, ...], met: AffectedPeople) -> dict[str, str]:
    keys = {key for each in groups for finding in each.listed for key in (finding.victim, finding.donor)}
    keys |= met.people()
    if not keys:
        return {}
    return {key: one.name or "" for key, one in read_residents(folder.population, keys).items()}


def _stories(folder: RunFolder, wanted: set[str], damage: list[str]) -> dict[str, Story]:
    if not wanted:
        return {}
    try:
        return read_stories(read_history(folder), wanted)
    except RunDamaged as e:
        damage.append(_inside(folder, e))
        return {}
