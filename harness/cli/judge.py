"""`honnin judge RUN`: judges a recorded run again, from stored readings; with `--import` one recorded elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.finish import finish
from harness.cli.inputs import Inputs, request_of
from harness.cli.playable import check_readable
from harness.cli.shared_options import FOLDER_OR_FILE
from harness.cli.verdict_options import Telling, verdict_options
from harness.config import load_toml
from harness.errors import UsageError
from harness.glossary import default_lang
from harness.imported.file import read_import
from harness.imported.laying import SCENARIO, lay_import
from harness.journal import RunFolder, read_manifest
from harness.records.target import Target
from harness.run.lock import lock
from harness.run.watch import read_all

_HELP = {
    "ja": """試験 RUN の判定を、保管された記録と読取結果からやり直し、報告書を作る。

    \b
    honnin judge RUN
    honnin judge --import 履歴.jsonl --target TARGET.toml
    --import は、ほかの道具が記録した履歴(形式は docs/import.md)を実施フォルダーとして取り込み、判定する。
    記録者の自己証明がないため、何も見つからなくても判定保留とする。
    """,
    "en": """Judge the run RUN again, from its journal and stored readings, and write its report.

    \b
    honnin judge RUN
    honnin judge --import HISTORY.jsonl --target TARGET.toml
    --import takes a history that something else recorded (docs/import.md), lays it out as a run folder and judges it.
    Nothing proves its recorder, so that it is inconclusive at best.
    """,
}


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=FOLDER_OR_FILE, required=False)
@click.option("--import", "history", type=FOLDER_OR_FILE, help="history recorded by something else")
@click.option("--target", "target_file", type=FOLDER_OR_FILE, help="with --import: TARGET.toml")
@click.option("--population", type=FOLDER_OR_FILE, help="with --import: instead of the target file's")
@click.option("--out", type=FOLDER_OR_FILE, default=Path("runs"), show_default=True, help="with --import")
@verdict_options
def command(
    run: Path | None,
    history: Path | None,
    target_file: Path | None,
    population: Path | None,
    out: Path,
    telling: Telling,
) -> int:
    """Judge, report, tell."""
    if (run is None) is (history is None):
        raise UsageError("name one run folder, or a history with --import")
    folder = RunFolder.open(run) if run is not None else _imported(history, target_file, population, out)
    read_manifest(folder)  # a damaged one is told before anything is read
    with lock(folder), telling.display() as display:
        if not any(folder.readings.iterdir()):
            display.say("reading")
            read_all(folder)
        verdict = finish(folder, display)
    return telling.tell(verdict, folder)


def _imported(history: Path | None, target_file: Path | None, population: Path | None, out: Path) -> RunFolder:
    """Lay a history out as a run folder; nobody is asked anything, so that no host has to be confirmed."""
    if history is None or target_file is None:
        raise UsageError("--import needs the target file that says what the documents look like: --target TARGET.toml")
    target = load_toml(target_file, Target)
    check_readable(target, target_file.resolve())
    request = request_of(SCENARIO, target, target_file, Inputs(population=population, out=out))
    given = read_import(history, frozenset(request.population.residents))
    return lay_import(request, given)
