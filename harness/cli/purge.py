"""`honnin purge`: delete a run folder, after showing what it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from harness.cli.shared_options import FOLDER_OR_FILE
from harness.errors import UsageError
from harness.glossary import default_lang
from harness.journal import RunFolder, read_manifest
from harness.journal.ledger import enter_purge
from harness.run.lock import lock

_HELP = {
    "ja": "実施記録 RUN を、証明書・報告書を含めて削除する。--yes がなければ確認する。",
    "en": "Delete the run folder RUN with its documents and reports; asks first unless --yes.",
}


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=FOLDER_OR_FILE)
@click.option("--yes", is_flag=True, help="do not ask")
def command(run: Path, yes: bool) -> None:
    """Delete only what is certainly a run folder, and only while nobody plays it."""
    if run.is_symlink():
        raise UsageError(f"{run}: is a link; give the run folder itself")
    folder = RunFolder.open(run)
    with lock(folder):
        _show(folder)
        if not yes:
            click.confirm({"ja": "削除しますか", "en": "Delete it?"}[default_lang()], abort=True)
        name = read_manifest(folder).run
        shutil.rmtree(folder.path)
        enter_purge(folder, name)


def _show(folder: RunFolder) -> None:
    manifest = read_manifest(folder)
    size = sum(p.stat().st_size for p in folder.path.rglob("*") if p.is_file())
    click.echo(f"{folder.path}: {manifest.scenario} / {manifest.target}, {size / 1e6:.1f} MB")
