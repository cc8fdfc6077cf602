"""`honnin report`: write the report of a judged run."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from harness.cli.shared_options import FOLDER_OR_FILE, lang_option
from harness.errors import UsageError
from harness.glossary import Lang, default_lang
from harness.journal import RunFolder
from harness.journal.run_folder import write_whole
from harness.records.sensitivity import SENSITIVITY_FILE
from harness.run.lock import lock
from harness.score.summary import Board
from reports import write_report
from reports.gather import load_verdict

_HELP = {
    "ja": "判定済みの RUN から報告書 reports/report.html を作る(--lang en は report.en.html)。外部との通信はしない。",
    "en": "Write reports/report.html (--lang en: report.en.html) of the judged run RUN. Nothing is sent anywhere.",
}


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=FOLDER_OR_FILE)
@lang_option
@click.option("--score", type=FOLDER_OR_FILE, help="score.json: add the sensitivity of the same scenario")
@click.option("--open", "show", is_flag=True, help="open it in the browser")
@click.option("--json", "as_json", is_flag=True, help="print the path as JSON")
def command(run: Path, lang: Lang, score: Path | None, show: bool, as_json: bool) -> None:
    """Write the report, say where it is; not while a run goes on, whose old verdict may be about to go."""
    folder = RunFolder.open(run)
    with lock(folder):
        if score is not None:
            _add_sensitivity(folder, score)
        path = write_report(folder.path, lang)
    click.echo(msgspec.json.encode({"report": str(path)}).decode() if as_json else str(path))
    if show:
        click.launch(str(path))


def _add_sensitivity(folder: RunFolder, score: Path) -> None:
    """Put the figure of the run's own scenario beside its verdict. Raises UsageError where there is none."""
    try:
        board = msgspec.json.decode(score.read_bytes(), type=Board)
    except (OSError, msgspec.DecodeError) as e:
        raise UsageError(f"{score}: is no score ({e}); `honnin score` writes OUT/score.json") from None
    scenario = load_verdict(folder)[0].scenario
    figures = {figure.scenario: figure for figure in board.sensitivity}
    if scenario not in figures:
        message = f"{score}: has no figure for scenario {scenario!r}; `honnin score --scenario {scenario}` makes one"
        raise UsageError(message)
    write_whole(folder.path / SENSITIVITY_FILE, msgspec.json.encode(figures[scenario]) + b"\n")
