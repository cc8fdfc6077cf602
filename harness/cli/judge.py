"""`honnin judge RUN`: judges a recorded run again, from stored readings; the same folder gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.display import Display
from harness.cli.finish import exit_code, finish, tell
from harness.glossary import Lang, default_lang
from harness.journal import RunFolder
from harness.run.lock import lock

_HELP = {
    "ja": "試験 RUN の判定を、保管された記録と読取結果からやり直し、報告書を作る。",
    "en": "Judge the run RUN again, from its journal and stored readings, and write its report.",
}


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["ja", "en"]), default=default_lang())
@click.option("--json", "as_json", is_flag=True, help="print the verdict as JSON")
@click.option("--quiet", is_flag=True, help="no progress")
def command(run: Path, lang: Lang, as_json: bool, quiet: bool) -> int:
    """Judge, report, tell."""
    folder = RunFolder.open(run)
    with lock(folder), Display(lang, quiet) as display:
        verdict = finish(folder, display, lang)
    tell(verdict, folder, lang, as_json)
    return exit_code(verdict)
