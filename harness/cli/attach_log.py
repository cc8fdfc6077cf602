"""`honnin attach-log RUN LOG.csv`: put the server's own log beside the journal, and judge the run anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from harness.attached.attach import Known, attach
from harness.attached.mapping import load_mapping
from harness.cli.finish import finish
from harness.cli.shared_options import FOLDER_OR_FILE
from harness.cli.verdict_options import Telling, verdict_options
from harness.config import read_json_lines
from harness.errors import UsageError
from harness.glossary import default_lang
from harness.journal import RunFolder, read_manifest, read_segment
from harness.records.history import ApplicationStarted, SegmentOpened
from harness.records.manifest import CardStanding
from harness.run.lock import lock

_HELP = {
    "ja": """発行サーバ自身の記録 LOG.csv(発行履歴など)を実施記録 RUN に添え、双方向に突き合わせて判定し直す。

    \b
    honnin attach-log RUN 発行履歴.csv
    honnin attach-log RUN 発行履歴.csv --column card=シリアル --column at=処理日時 --mapping 対応.toml
    発行されたのに届いていないもの、届いたのに記録にないもの、サーバごとの件数と振分けが分かる(docs/attach-log.md)。
    CSV は UTF-8 または CP932。試験の時間帯の行だけを残し、試験住民以外の番号は残さない。
    """,
    "en": """Put the issuing server's own issue or access log LOG.csv beside the run RUN, compare both ways, judge anew.

    \b
    honnin attach-log RUN LOG.csv
    honnin attach-log RUN LOG.csv --column card=SERIAL --column at=TIME --mapping MAPPING.toml
    Tells what was issued and never received, received and not logged, and which node served whom
    (docs/attach-log.md). CSV in UTF-8 or CP932. Only rows of the run's time are kept, and no foreign serials.
    """,
}


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=FOLDER_OR_FILE)
@click.argument("log", type=FOLDER_OR_FILE)
@click.option("--mapping", "mapping_file", type=FOLDER_OR_FILE, help="MAPPING.toml of the log")
@click.option("--column", "columns", multiple=True, metavar="ITEM=HEADING", help="what a column is, e.g. card=SERIAL")
@verdict_options
def command(run: Path, log: Path, mapping_file: Path | None, columns: tuple[str, ...], telling: Telling) -> int:
    """Attach, judge, report, tell."""
    folder = RunFolder.open(run)
    mapping = load_mapping(mapping_file, columns)
    with lock(folder), telling.display() as display:
        attach(folder, log, mapping, _known(folder))
        verdict = finish(folder, display)
    return telling.tell(verdict, folder)


def _known(folder: RunFolder) -> Known:
    """Return the cards of a run and the wall-clock time it took; raise UsageError where nothing was played."""
    cards, times = set(_declared_cards(folder)), []
    for path in folder.segments():
        anchor_ns = 0
        for entry in read_segment(path):
            record = entry.record
            if isinstance(record, SegmentOpened):
                anchor_ns = record.wall_ns - record.monotonic_ns
            elif isinstance(record, ApplicationStarted):
                cards.add(record.card)
            if at_ns := getattr(record, "at_ns", 0):
                times.append(at_ns + anchor_ns)
                times = [min(times), max(times)]
    if not times:
        raise UsageError(f"{folder.path}: nothing was played in it, so no log can be compared; play the run first")
    return Known(cards=frozenset(cards), from_wall_ns=times[0], to_wall_ns=times[-1])


def _declared_cards(folder: RunFolder) -> Iterator[str]:
    manifest = read_manifest(folder)
    if manifest.cards:
        yield from (card.serial for card in read_json_lines(folder.path / manifest.cards, CardStanding))
