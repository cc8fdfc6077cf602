"""`honnin ledger`: every run that was begun in one place, with its verdict, and what the ledger itself lacks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from harness.assurance.tries import lacking
from harness.cli.shared_options import lang_option, out_option
from harness.errors import UsageError
from harness.glossary import Lang, default_lang, word
from harness.journal.ledger import LEDGER_FILE, Ledger, read_ledger
from harness.records.ledger import Begun, Judged, Opened, Purged
from harness.run.prepare import JST

_HELP = {
    "ja": """試験台帳を表示する: 対象ごとに、いつ・どの筋書きで・どの版に対して実施し、判定がどうであったか。

    台帳(ledger.jsonl)は実施フォルダーの隣にあり、実施のたびに 1 行ずつ加わる。各行は前の行の要約値を含むため、書換えや
    抜取りは分かる。削除された実施フォルダーも示す。台帳が壊れているか、失われていれば、終了コードは 2。

    末尾の行を封じる行はまだない。表示される末尾の要約値を立会者が控えておけば、その行までの改変と削除は --holds で
    分かる。

    \b
    honnin ledger
    honnin ledger --target 検証環境
    honnin ledger --holds 控えた要約値
    """,
    "en": """Show the ledger of runs: when, with which scenario, against which build each was made, and its verdict.

    The ledger (ledger.jsonl) lies beside the run folders and grows by a line at a time. Every line holds the digest of
    the one before, so that what is altered or cut out shows. Run folders that were deleted are told. The exit code is 2
    where the ledger is damaged or was lost.

    Nothing seals the last line yet. A witness who keeps the digest that is shown of it can ask with --holds whether all
    up to that line still is as it was.

    \b
    honnin ledger
    honnin ledger --target TEST
    honnin ledger --holds DIGEST
    """,
}
_SHOWN = 8  # digits of a digest
_NO_LEDGER = "{}: there is no ledger of runs; `honnin run` opens one with the first run that it makes there"


class Row(Struct, frozen=True, kw_only=True):
    """One run as the ledger tells it."""

    number: int
    run: str
    kind: str
    begun_wall_ns: int
    scenario: str
    scenario_digest: str
    procedure_digest: str
    target: str
    target_digest: str
    outcome: str  # "" without a verdict
    findings: int
    builds: tuple[str, ...]
    folder: str  # "there", "purged" by the command, "missing"


class Shown(Struct, frozen=True, kw_only=True):
    """What `--json` prints."""

    rows: tuple[Row, ...]
    found: int
    lost: int
    broken: tuple[int, ...]
    unlisted: tuple[str, ...]
    contradicted: tuple[str, ...]  # runs whose folder holds another verdict than the ledger
    lines: int
    last: str  # SHA-256 of the last line, which nothing seals yet
    held: bool | None  # the digest that was asked for is one of the ledger's; None: none was

    @property
    def doubtful(self) -> bool:
        """Whether the ledger may not be relied upon."""
        lacks = self.lost or self.broken or self.unlisted or self.contradicted
        return bool(lacks) or self.held is False


@click.command(help=_HELP[default_lang()])
@out_option
@click.option("--target", "target", default="", help="only runs against the target of this name")
@click.option("--holds", "digest", default="", metavar="DIGEST", help="a line's digest, as a witness kept it")
@lang_option
@click.option("--json", "as_json", is_flag=True, help="print the ledger as JSON")
def command(out: Path, target: str, digest: str, lang: Lang, as_json: bool) -> int:
    """Read the ledger, show it, say what it lacks."""
    ledger = read_ledger(out)
    if ledger is None:
        raise UsageError(_NO_LEDGER.format(out / LEDGER_FILE))
    opened = [line for line in ledger.lines if isinstance(line, Opened)]
    shown = Shown(
        rows=tuple(row for row in _rows(ledger) if target in {"", row.target}),
        found=sum(len(line.found) for line in opened),
        lost=sum(len(line.lost) for line in opened),
        broken=ledger.broken,
        unlisted=ledger.unlisted(),
        contradicted=ledger.contradicted(),
        lines=ledger.places,
        last=ledger.last,
        held=_holds(ledger, digest.strip().lower()) if digest else None,
    )
    if as_json:
        click.echo(msgspec.json.encode(shown).decode())
    else:
        for line in _told(shown, lang):
            click.echo(line)
    return 2 if shown.doubtful else 0


def _holds(ledger: Ledger, digest: str) -> bool:
    """Tell whether a line has this digest, and every line before it follows the one before that."""
    places = [number for number, seal in ledger.seals if seal == digest]
    return bool(places) and not any(broken <= places[0] for broken in ledger.broken)


def _rows(ledger: Ledger) -> Iterator[Row]:
    verdicts = ledger.verdicts()
    purged = {line.run for line in ledger.lines if isinstance(line, Purged)}
    for line in ledger.lines:
        if isinstance(line, Begun):
            judged: Judged | None = verdicts.get(line.run)
            folder = "there" if ledger.is_there(line.run) else "purged" if line.run in purged else "missing"
            yield Row(
                number=line.number,
                run=line.run,
                kind=line.kind,
                begun_wall_ns=line.at_wall_ns,
                scenario=line.scenario,
                scenario_digest=line.scenario_digest,
                procedure_digest=line.procedure_digest,
                target=line.target,
                target_digest=line.target_digest,
                outcome=judged.outcome if judged else "",
                findings=judged.findings if judged else 0,
                builds=judged.builds if judged else (),
                folder=folder,
            )


_FOLDERS = {
    "there": ("", ""),
    "purged": ("実施フォルダーは honnin purge で削除済み", "folder deleted by honnin purge"),
    "missing": ("実施フォルダーがない(削除または移動)", "folder is missing: deleted or moved"),
}
_KINDS = {"run": ("", ""), "baseline": ("基準帳票", "baseline"), "sweep": ("全件の交付確認", "sweep")}


def _told(shown: Shown, lang: Lang) -> Iterator[str]:
    column = 0 if lang == "ja" else 1
    for row in shown.rows:
        began = datetime.fromtimestamp(row.begun_wall_ns / 1e9, JST).strftime("%Y-%m-%d %H:%M")
        outcome = word(row.outcome, lang) if row.outcome else ("判定なし", "no verdict")[column]
        counted = ("指摘 {} 件", "{} findings")[column].format(row.findings) if row.findings else ""
        kind = _KINDS.get(row.kind, (row.kind, row.kind))[column]
        notes = " / ".join(filter(None, (kind, counted, ", ".join(row.builds), _FOLDERS[row.folder][column])))
        digests = f"{row.scenario} [{row.scenario_digest[:_SHOWN]}] → {row.target} [{row.target_digest[:_SHOWN]}]"
        yield f"{row.number:4d}  {began}  {outcome}  {digests}  {row.run}" + (f"  ({notes})" if notes else "")
    tries = [row for row in shown.rows if row.kind == "run"]
    detected = sum(1 for row in tries if row.outcome == "FAIL")
    yield (f"実施 {len(tries)} 回、うち検出 {detected} 回", f"{len(tries)} runs, {detected} detected something")[column]
    for told in lacking(shown.found, shown.lost, shown.broken, shown.unlisted):
        yield f"▲ {told[column]}"
    for told in _of_the_end(shown):
        yield told[column]


def _of_the_end(shown: Shown) -> Iterator[tuple[str, str]]:
    """Yield what can be said of the last lines, which no later line seals."""
    if shown.contradicted:
        names, count = "、".join(shown.contradicted), len(shown.contradicted)
        yield (
            f"▲ 台帳の判定と実施フォルダーの判定が異なる実施が {count} 件ある({names})。判定の最中でなければ、"
            "どちらかが書き換えられている",
            f"▲ {count} runs have another verdict in their folder than in the ledger ({names}): unless they are being "
            "judged just now, either was altered",
        )
    if shown.held is not None:
        yield (
            ("控えの要約値の行は、この台帳にそのままある", "The ledger holds the line of this digest as it was")
            if shown.held
            else (
                "▲ 控えの要約値の行がこの台帳にない。そのあとで書き換えられたか、切り取られたか、別の台帳である",
                "▲ The ledger holds no such line: it was altered or cut since, or is another ledger",
            )
        )
    yield (
        f"末尾 {shown.lines} 行目の要約値 {shown.last}(この行を封じる行はまだない。実施フォルダーごと末尾を消されると"
        "分からない。立会者が控えておけば --holds で分かる)",
        f"Last line {shown.lines}, digest {shown.last} (nothing seals it yet: who cuts it off together with its run "
        "folder leaves no trace, unless a witness keeps this digest; ask with --holds)",
    )
