"""`honnin report`: write the report of a judged run."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from harness.glossary import Lang, default_lang
from harness.journal import RunFolder
from harness.run.lock import lock
from reports import write_report

_HELP = {
    "ja": "判定済みの RUN から報告書 reports/report.html を作る(--lang en は report.en.html)。外部との通信はしない。",
    "en": "Write reports/report.html (--lang en: report.en.html) of the judged run RUN. Nothing is sent anywhere.",
}


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["ja", "en"]), default=default_lang(), help="language of the report")
@click.option("--open", "show", is_flag=True, help="open it in the browser")
@click.option("--json", "as_json", is_flag=True, help="print the path as JSON")
def command(run: Path, lang: Lang, show: bool, as_json: bool) -> None:
    """Write the report, say where it is; not while a run goes on, whose old verdict may be about to go."""
    folder = RunFolder.open(run)
    with lock(folder):
        path = write_report(folder.path, lang)
    click.echo(msgspec.json.encode({"report": str(path)}).decode() if as_json else str(path))
    if show:
        click.launch(str(path))
