"""`honnin worker`: serve kiosks of a run that another machine conducts."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from harness.cli.crew_options import address
from harness.cli.display import Display
from harness.cli.shared_options import FOLDER_OR_FILE, confirm_option, lang_option, quiet_option
from harness.config import load_toml
from harness.errors import UsageError
from harness.glossary import Lang, default_lang
from harness.handover.invitation import read_invitation
from harness.journal import RunFolder
from harness.records.target import Target
from harness.run.allow import check_allowed
from harness.run.stop_requests import StopRequests
from harness.run.worker import RemoteWorker

_HELP = {
    "ja": """別の機械で進む試験に、負荷をかける作業機として加わる。

    相手の機械で `honnin run … --expect-workers N --bind 住所` を始め、書き出された招待ファイルをこの機械へ写しておく。
    対象がこの機械の外にあるときは --i-may-test HOST で許可を示す(docs/workers.md)。
    """,
    "en": """Take part in a run that another machine conducts.

    Begin `honnin run … --expect-workers N --bind ADDRESS` there, and copy the invitation it writes to this machine.
    A target beyond loopback is confirmed here too, with --i-may-test HOST (docs/workers.md).
    """,
}


@click.command(help=_HELP[default_lang()])
@click.option("--master", required=True, metavar="HOST[:PORT]", help="where the run is conducted")
@click.option(
    "--invitation",
    type=FOLDER_OR_FILE,
    default=Path("invitation.json"),
    show_default=True,
    help="file that was written for this worker",
)
@click.option("--work", type=FOLDER_OR_FILE, default=Path("work"), show_default=True, help="where to play")
@click.option("--patience", type=click.FloatRange(1, 86_400), default=600.0, help="seconds to try the master for")
@click.option("--keep", is_flag=True, help="keep this worker's folder when everything has been handed over")
@confirm_option
@lang_option
@quiet_option
def command(
    master: str,
    invitation: Path,
    work: Path,
    patience: float,
    keep: bool,
    confirmed: tuple[str, ...],
    lang: Lang,
    quiet: bool,
) -> int:
    """Join, play, hand over; 0 where everything was, 2 where something stays here."""
    host, port = address(master)
    invited = read_invitation(invitation)
    if port and port != invited.port:
        raise UsageError(f"--master {master}: the invitation of {invited.run} says port {invited.port}; leave it out")

    def check(folder: RunFolder) -> None:
        check_allowed(load_toml(folder.target, Target), confirmed)

    display = Display(lang, quiet)
    with StopRequests() as stop:
        worker = RemoteWorker(host, invited, work.resolve(), patience, display.say, keep=keep)
        with contextlib.closing(worker):
            return worker.run(check, lambda: stop.count > 0)
