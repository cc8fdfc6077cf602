"""`honnin score`: the campaign against every known defect and control of the reference issuer, kept as a scoreboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
import msgspec

from harness.cli.demo import make_people, renew_a_card
from harness.cli.shared_options import FOLDER_OR_FILE, confirm_option, lang_option
from harness.config import load_toml
from harness.embedded import SCALED, issuer, somebodys_toml, target_toml, wrong
from harness.errors import HonninError, UsageError
from harness.glossary import Lang, default_lang
from harness.records.target import Target
from harness.run.allow import check_allowed, check_url_allowed
from harness.run.prepare import JST, make_out
from harness.score.measure import row_of, sought
from harness.score.plot import draw
from harness.score.rows import ERROR, Row, append_row, code_version, is_done, read_rows
from harness.score.summary import board, flawless
from harness.score.telling import table, told
from harness.score.trial import play
from harness.score.zoo import Kind, Subject, chosen

_HELP = {
    "ja": """参照発行システムの既知の欠陥と正常な変種に対して試験を実施し、検出の有無と早さを表にする。

    \b
    honnin score                          全部(数時間)。中断しても、もう一度実行すれば続きから行う
    honnin score --subset small           小さな組
    honnin score --only D02 --only clean  選んだものだけ
    honnin score --show                   実施せずに表と図だけを作り直す
    honnin score --issuer URL --population P --cards C --label A  外部の参照互換システム(何の欠陥かは所有者だけが知る)
    honnin score --target T.toml --label A  その他の外部システム
    結果は OUT/score.jsonl に版・対象・シードごとに残る。終了コード: 0 見逃しも誤検出もなし、1 どちらかあり。
    """,
    "en": """Play the campaign against every known defect and control of the reference issuer; tell what is found.

    \b
    honnin score                          everything (hours); once stopped, the same command goes on
    honnin score --subset small           a small part
    honnin score --only D02 --only clean  some of it
    honnin score --show                   play nothing: table and plot of what was played
    honnin score --issuer URL --population P --cards C --label A  an issuer whose defects only its owner knows
    honnin score --target T.toml --label A  the same, of another interface than the reference issuer's
    Results are kept in OUT/score.jsonl by version, subject and seed. Exit code: 0 nothing missed and no false alarm,
    1 otherwise.
    """,
}


@click.command(help=_HELP[default_lang()])
@click.option("--out", type=FOLDER_OR_FILE, default=Path("score"), show_default=True, help="where to write")
@click.option("--only", "names", multiple=True, metavar="NAME", help="D02, clean, gaps-in-numbers, ...; repeatable")
@click.option("--subset", default="", help="a named part: small")
@click.option("--scenario", default="go-live", show_default=True, help="another scenario, e.g. smoke")
@click.option("--incidents", is_flag=True, help="also the scenario of each incident, and faults")
@click.option("--seeds", type=click.IntRange(1), help="runs of each (default: 5, of defects without a race 2)")
@click.option(
    "--issuer", "url", default="", metavar="URL", help="an external issuer of the reference issuer's interface"
)
@click.option("--population", type=FOLDER_OR_FILE, help="the population that --issuer was given")
@click.option("--cards", type=FOLDER_OR_FILE, help="their cards")
@click.option("--target", "target_file", type=FOLDER_OR_FILE, help="TARGET.toml of an external issuer")
@confirm_option
@click.option("--label", default="", help="what the external issuer is called in the table")
@click.option("--show", is_flag=True, help="play nothing")
@click.option("--keep", is_flag=True, help="keep run folders and issuers' states under OUT/trials")
@lang_option
@click.option("--json", "as_json", is_flag=True, help="print the table as JSON")
def command(
    out: Path,
    names: tuple[str, ...],
    subset: str,
    scenario: str,
    incidents: bool,
    seeds: int | None,
    url: str,
    population: Path | None,
    cards: Path | None,
    target_file: Path | None,
    confirmed: tuple[str, ...],
    label: str,
    show: bool,
    keep: bool,
    lang: Lang,
    as_json: bool,
) -> int:
    """Play what this version has not played yet, a seed of everything before the next; show all there is."""
    file, code = out.resolve() / "score.jsonl", code_version(scenario)
    make_out(file.parent)
    if not show:
        if url:
            check_url_allowed(url, confirmed)
            target_file = _target_of(url, population, cards, label, file.parent)
        subjects = _external(target_file, confirmed, label) if target_file or label else chosen(names, subset)
        trials = _Trials(file, code, target_file, confirmed, keep, lang)
        trials.play(list(_planned(subjects, scenario, incidents, seeds)))
    rows = read_rows(file)
    score = board(rows, code)
    file.with_name("score.json").write_bytes(msgspec.json.format(msgspec.json.encode(score), indent=1) + b"\n")
    draw(rows, file.with_name("score.png"), lang)
    click.echo(msgspec.json.encode(score).decode() if as_json else "\n".join(table(score, lang)))
    return 0 if flawless(score) else 1


def _target_of(url: str, population: Path | None, cards: Path | None, label: str, folder: Path) -> Path:
    """Write the target file of an external issuer of which the address is given, and return it."""
    if population is None or cards is None or not label:
        raise UsageError(
            "--issuer URL needs --population and --cards, the folders that this issuer was given, and --label, the name"
            " of its row"
        )
    file = folder / f"target-{label.replace('/', '-')}.toml"
    file.write_text(somebodys_toml(url, population, cards), encoding="utf-8")
    return file


def _external(target_file: Path | None, confirmed: tuple[str, ...], label: str) -> tuple[Subject, ...]:
    if target_file is None or not label:
        raise UsageError(
            "an external issuer needs --label, the name of its row, and either --issuer URL or --target TARGET.toml"
        )
    check_allowed(load_toml(target_file, Target), confirmed)  # a mistake would be found by every single run
    return (Subject(name=label, kind=Kind.EXTERNAL),)


def _planned(
    subjects: tuple[Subject, ...], scenario: str, incidents: bool, seeds: int | None
) -> Iterator[tuple[Subject, str, int]]:
    """Yield what to play; a seed of everything comes before the next, so that a score cut short is a broad one."""
    most = seeds or max((s.seeds for s in subjects), default=0)
    for seed in range(1, most + 1):
        for subject in subjects:
            if seed <= (seeds or subject.seeds):
                yield subject, scenario, seed
                if incidents and subject.own not in {"", scenario}:
                    yield subject, subject.own, seed


class _Trials:
    """Plays trials one after the other and keeps a row of each."""

    def __init__(
        self, file: Path, code: str, target_file: Path | None, confirmed: tuple[str, ...], keep: bool, lang: Lang
    ) -> None:
        self._file = file
        self._code = code
        self._target_file = target_file
        self._confirmed = confirmed
        self._keep = keep
        self._lang = lang
        self._folder = file.parent / "trials"

    def play(self, planned: list[tuple[Subject, str, int]]) -> None:
        """Play what is not there yet; a trial that comes to no verdict is a row too, and is played again next time."""
        done = read_rows(self._file)
        left = [t for t in planned if not is_done(done, self._code, t[0].name, t[1], t[2])]
        for number, (subject, scenario, seed) in enumerate(left, 1):
            click.echo(f"[{number}/{len(left)}] {subject.name} #{seed} {scenario}", err=True)
            row = self._row(subject, scenario, seed)
            append_row(self._file, row)
            click.echo(f"    {told(row, self._lang)}", err=True)

    def _row(self, subject: Subject, scenario: str, seed: int) -> Row:
        try:
            with self._place(subject, scenario, seed) as place:
                return self._played(place, subject, scenario, seed)
        except (HonninError, OSError) as e:
            return Row(
                code=self._code,
                subject=subject.name,
                kind=subject.kind,
                scenario=scenario,
                seed=seed,
                outcome=ERROR,
                detected=False,
                right=False,
                reasons=(str(e),),
                at=_now(),
            )

    @contextmanager
    def _place(self, subject: Subject, scenario: str, seed: int) -> Iterator[Path]:
        """Make a new folder for a trial, and remove it afterwards unless it is to be kept."""
        place = self._folder / f"{subject.name}-{scenario.replace('/', '-')}-{seed}-{datetime.now(JST):%Y%m%d-%H%M%S}"
        place.mkdir(parents=True)
        try:
            yield place
        finally:
            if not self._keep:
                shutil.rmtree(place, ignore_errors=True)

    def _played(self, place: Path, subject: Subject, scenario: str, seed: int) -> Row:
        told_wrong = None
        if self._target_file is not None:
            trial = play(scenario, self._target_file, seed, place / "runs", sought(subject), self._confirmed)
        else:
            make_people(place, seed=1)  # the same people, other coincidences
            with issuer(place, 2, *SCALED, *subject.serve) as ready:
                renew_a_card(place)
                target = place / "target.toml"
                killed_in = place / "issuer" if subject.killed else None
                target.write_text(target_toml(ready, subject.reflection_s, killed_in), encoding="utf-8")
                trial = play(scenario, target, seed, place / "runs", sought(subject))
            told_wrong = wrong(place, subject.reflection_s)
        load = os.getloadavg()[0]
        return row_of(trial, subject, scenario, seed, self._code, told_wrong, load, _now())


def _now() -> str:
    return datetime.now(JST).isoformat(timespec="seconds")
