"""`honnin journal`: print what a run recorded, in the order it happened."""

from __future__ import annotations

import heapq
from pathlib import Path

import click
import msgspec

from harness.cli.shared_options import FOLDER_OR_FILE
from harness.glossary import default_lang
from harness.journal import Entry, RunFolder, inspect_segments, read_segment

_HELP = {
    "ja": "実施記録 RUN を時刻順に表示する。--json は1行1件の JSON。末尾に各記録ファイルの状態を示す。",
    "en": "Print the records of RUN in order of time, one a line; then the state of each segment.",
}


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=FOLDER_OR_FILE)
@click.option("--json", "as_json", is_flag=True, help="one JSON object a line: writer, sequence, record")
@click.option("--application", help="only records that name this application, e.g. A000012")
@click.option("--kind", help="only records of this kind, e.g. delivery")
def command(run: Path, as_json: bool, application: str | None, kind: str | None) -> None:
    """Merge the segments by time and print them."""
    folder = RunFolder.open(run)
    streams = [((_at_ns(e), e.writer, e.sequence, e) for e in read_segment(p)) for p in folder.segments()]
    for _, _, _, entry in heapq.merge(*streams):
        if _wanted(entry, application, kind):
            click.echo(_line(entry, as_json))
    if not as_json:
        for state in inspect_segments(folder):
            ending = "closed" if state.closed else f"not closed, {state.torn_bytes} torn bytes"
            click.echo(f"# {state.writer}: {state.records} records, {ending}")


def _at_ns(entry: Entry) -> int:
    return int(getattr(entry.record, "at_ns", 0) or getattr(entry.record, "monotonic_ns", 0))


def _wanted(entry: Entry, application: str | None, kind: str | None) -> bool:
    if kind is not None and entry.record.__struct_config__.tag != kind:
        return False
    return application is None or application in msgspec.json.encode(entry.record).decode()


def _line(entry: Entry, as_json: bool) -> str:
    if as_json:
        return msgspec.json.encode(entry).decode()
    body = msgspec.json.encode(entry.record).decode()
    return f"{_at_ns(entry) / 1e9:14.6f} {entry.writer:<16} {body}"
