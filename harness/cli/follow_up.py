"""`honnin follow-up RUN` (翌日確認): do the changes of a run show, now that their reflection time is over?"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
from msgspec.structs import replace

from harness.campaign.scenario import Scenario, Solo
from harness.checks.gather import gather
from harness.checks.history import HistoryView, Update
from harness.checks.left_changed import left_by
from harness.checks.pending import pending
from harness.cli.inputs import Inputs, request_of
from harness.cli.playable import check_playable
from harness.cli.run import conduct
from harness.cli.shared_options import FOLDER_OR_FILE, confirm_option, operator_option, out_option, readers_option
from harness.cli.verdict_options import Telling, verdict_options
from harness.config import load_toml
from harness.errors import UsageError
from harness.followup.carrying import carry_over, wall_ns
from harness.followup.planning import NAME, PHASE, TITLE, plan_follow_up
from harness.followup.restored import restored_by
from harness.glossary import default_lang
from harness.journal import RunFolder, read_history, read_manifest
from harness.population.registered import before
from harness.records.manifest import Manifest
from harness.records.target import Target
from harness.run.allow import check_allowed
from harness.run.by_hand import check_operator
from harness.run.lock import lock
from harness.run.prepare import JST, Request, lay_out

_HELP = {
    "ja": """試験 RUN で行った登録の変更が、文書上の反映時間の後に反映されているかを確かめる(翌日確認)。

    変更した人にもう一度だけ静かに申請し、新しい実施フォルダーとして判定する。その後、登録を元に戻す。
    中断した試験が変えたまま残した登録も元に戻す。
    対象ファイル・住民・カードは RUN のものを使う。
    """,
    "en": """Look whether the changes made in the run RUN show, now that their documented reflection time is over.

    Everybody who was changed asks once more, quietly, in a run folder of its own; then the register is changed back,
    with what a torn run left changed. Target file, residents and cards are those of RUN.
    """,
}
_SCENARIO = Scenario(
    name=NAME,
    title_ja=TITLE[0],
    title_en=TITLE[1],
    phase=(Solo(phase=PHASE, title_ja=TITLE[0], title_en=TITLE[1]),),
    acceptance=False,
)


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=FOLDER_OR_FILE)
@out_option
@confirm_option
@readers_option
@operator_option
@verdict_options
def command(
    run: Path,
    out: Path,
    confirmed: tuple[str, ...],
    readers: int | None,
    operator: str,
    telling: Telling,
) -> int:
    """Plan, play, judge, tell."""
    earlier = RunFolder.open(run)
    manifest = read_manifest(earlier)
    request = _request(earlier, manifest, out, confirmed)
    view = gather((e.writer, e.sequence, e.record) for e in read_history(earlier))
    reflection_ns = round(request.target.limits.reflection_s * 1e9)
    changes = pending(view, reflection_ns)
    left = left_by(view, partial(before, request.population.residents)) if request.target.updates else ()
    _check_due(earlier, view, changes, reflection_ns, left)
    _check_not_restored(earlier, manifest, out)
    if request.target.updates == "manual":
        check_operator()
    plan = plan_follow_up(manifest.run, view, changes, request.population, request.target)
    folder = lay_out(request, plan.header, plan.batches, datetime.now(JST).date())
    carry_over(folder, manifest.run, view, tuple(dict.fromkeys((*changes, *left))))
    with lock(folder):
        verdict = conduct(folder, plan.header, telling.display(), readers, operator)
    return telling.tell(verdict, folder)


def _request(earlier: RunFolder, manifest: Manifest, out: Path, confirmed: tuple[str, ...]) -> Request:
    """Put the request together from what the earlier run was made of; its copy of the population is used."""
    target_file = Path(manifest.target_folder) / manifest.target_file
    if not target_file.is_file():
        raise UsageError(f"{target_file}: the target file of {earlier.path} is gone; put it back")
    target = load_toml(target_file, Target)
    check_allowed(target, confirmed)
    check_playable(target, target_file)
    cards = Path(manifest.cards_folder) if manifest.cards_folder else None
    inputs = Inputs(population=earlier.population, cards=cards, out=out, seed=0)
    request = request_of(_SCENARIO, target, target_file, inputs)
    return replace(request, confirmed_hosts=confirmed, follows=manifest.run)


def _check_not_restored(earlier: RunFolder, manifest: Manifest, out: Path) -> None:
    """Raise UsageError where a follow-up has changed the register back already."""
    if (before := restored_by(manifest.run, (out, earlier.path.parent))) is not None:
        raise UsageError(
            f"{earlier.path}: its changes were looked at and undone by {before}; "
            "its verdict stands there, and honnin resume goes on with it if it was interrupted"
        )


def _check_due(
    earlier: RunFolder,
    view: HistoryView,
    changes: tuple[Update, ...],
    reflection_ns: int,
    left: tuple[Update, ...],
) -> None:
    """Raise UsageError where there is nothing to look at again nor to put back, or it is too early."""
    if not changes:
        if left:
            return
        raise UsageError(f"{earlier.path}: no change is left to look at; its verdict says what became of them")
    due_ns = max(wall_ns(view, update.to_ns) for update in changes) + reflection_ns
    if time.time_ns() < due_ns:
        due = datetime.fromtimestamp(due_ns / 1e9, UTC).astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")
        raise UsageError(f"{earlier.path}: the reflection time is not over; run the follow-up after {due} (JST)")
