"""`honnin resume`: go on with a run that was stopped, where its plan was left."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
import msgspec

from harness.campaign import read_plan
from harness.cli.crew_options import CrewOf, crew_options
from harness.cli.run import conduct
from harness.cli.shared_options import FOLDER_OR_FILE, operator_option, readers_option
from harness.cli.verdict_options import Telling, verdict_options
from harness.cli.window_options import window_options
from harness.config import load_toml
from harness.errors import UsageError
from harness.glossary import default_lang
from harness.journal import RunFolder, read_history, read_manifest
from harness.records.history import ApplicationStarted
from harness.records.plan import PlanHeader
from harness.records.target import Target
from harness.records.verdict import Verdict
from harness.run.allow import check_allowed
from harness.run.by_hand import check_operator
from harness.run.lock import lock
from harness.run.nights import check_unchanged
from harness.run.prepare import check_disk

# Reasons of a verdict that playing, settling or reading on may remove.
_LEFT_TO_DO = frozenset({
    "plan_incomplete", "interrupted", "segment_open", "worker_absent",
    "worker_lost", "journal_late", "self_proof", "target_unreachable", "target_died", "unresolved",
    "unread", "identity_open", "recovery_unconfirmed",
})  # fmt: skip

_HELP = {
    "ja": """中断した試験 RUN を、計画の残りから続ける。実施済みの組は繰り返さない。終わっている試験には何もしない。

    夜ごとの結果を合算できるのは、計画・対象ファイル・サーバごとの版が最初の夜から変わっていない場合に限る。変わっていれば
    何も実施せずに断る。

    \b
    honnin resume runs/20261122-... --until 05:30
    """,
    "en": """Go on with the stopped run RUN: its plan's rest is played, nothing twice. A finished run stays as it is.

    Nights add up only while plan, target file and every node's build are those of the first night; where they are not,
    nothing is played.

    \b
    honnin resume runs/20261122-... --until 05:30
    """,
}


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=FOLDER_OR_FILE)
@readers_option
@operator_option
@crew_options
@window_options
@verdict_options
def command(
    run: Path,
    readers: int | None,
    operator: str,
    crew: CrewOf,
    ends: datetime | None,
    telling: Telling,
) -> int:
    """Play what is left, judge, report; of a run with nothing left, say so and tell its verdict."""
    folder = RunFolder.open(run)
    manifest = read_manifest(folder)
    target = load_toml(folder.target, Target)
    check_allowed(target, manifest.confirmed_hosts)
    header = _whole_plan(folder)
    display = telling.display()
    with lock(folder):
        left = header.applications - _begun(folder)
        verdict = _finished(folder)
        if verdict is None:
            check_disk(folder.path, left)
            if target.updates == "manual" and header.updates:
                check_operator()
            check_unchanged(folder, manifest)
            verdict = conduct(folder, header, display, readers, operator, crew, ends)
        else:
            display.say("finished", str(folder.path))
    return telling.tell(verdict, folder)


def _finished(folder: RunFolder) -> Verdict | None:
    """Return the verdict of a run that resuming could add nothing to, None where there is something left to do."""
    try:
        verdict = msgspec.json.decode(folder.verdict.read_bytes(), type=Verdict)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return None if _LEFT_TO_DO.intersection(reason.code for reason in verdict.reasons) else verdict


def _whole_plan(folder: RunFolder) -> PlanHeader:
    header, batches = read_plan(folder.plan)
    if sum(1 for _ in batches) != header.batches:
        raise UsageError(f"{folder.plan}: is incomplete; restore the run folder from its copy")
    return header


def _begun(folder: RunFolder) -> int:
    """Count the applications played so far; raise RunDamaged where the journal cannot be gone on with."""
    return sum(isinstance(entry.record, ApplicationStarted) for entry in read_history(folder))
