"""`honnin plan`: what a scenario would play against a target, without playing it and without asking the target."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
import msgspec

from harness.campaign import compile_plan, find_scenario, load_scenario, scenario_names
from harness.campaign.forecast import Forecast, forecast
from harness.campaign.invalid_cards import without_valid_card
from harness.campaign.pace import pace_of
from harness.cli.plan_texts import told
from harness.config import load_toml, read_json_lines
from harness.errors import UsageError
from harness.glossary import Lang, default_lang
from harness.population import Population, distinguish, load
from harness.records.manifest import CardStanding
from harness.records.plan import Batch
from harness.records.target import Target
from harness.run.people import indistinct
from harness.run.prepare import JST

_HELP = {
    "ja": """シナリオを実施した場合の計画を、対象システムに接触せずに示す。

    段階・組・申請の数、住民とカードと端末、予想時間、間隔・関係・サーバ・出来事ごとに試す量、誤交付確率の上限がどこまで
    下がるか、この住民・サーバ・証明書では届かないものとその理由(何が足りないか)を示す。計画は乱数の種で決まり、
    同じ日に honnin run で実施されるものと同じである。

    \b
    honnin plan go-live --target target.toml
    honnin plan standard --target target.toml --like runs/20261122-...   予想時間を前回の実測から求める
    """,
    "en": """Show what SCENARIO would play against a target, without asking the target anything.

    Phases, batches, applications; residents, cards and kiosks; the expected time; how much is tried by gap, relation,
    node and event; which bound of the misdelivery probability is in reach; and what these residents, nodes and
    certificates cannot reach, and which of them is scarce. The plan follows from its seed; it is what `honnin run`
    plays on the same day.

    \b
    honnin plan go-live --target target.toml
    honnin plan standard --target target.toml --like runs/20261122-...    times as that run measured them
    """,
}


@click.command(help=_HELP[default_lang()], epilog="scenarios: " + ", ".join(scenario_names()))
@click.argument("scenario")
@click.option("--target", "target_file", required=True, type=click.Path(path_type=Path), help="TARGET.toml")
@click.option("--population", type=click.Path(path_type=Path), help="population folder (default: the target file's)")
@click.option("--cards", type=click.Path(path_type=Path), help="cards folder (default: the target file's)")
@click.option("--seed", type=int, help="another order, other gaps, other people (default: the scenario's)")
@click.option("--like", type=click.Path(path_type=Path), help="run folder whose measured times are expected again")
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs"), show_default=True, help="where runs lie")
@click.option("--batches", "batches_too", is_flag=True, help="list every batch, too")
@click.option("--lang", type=click.Choice(["ja", "en"]), default=default_lang(), help="language of the words")
@click.option("--json", "as_json", is_flag=True, help="print the forecast as JSON on standard output")
def command(
    scenario: str,
    target_file: Path,
    population: Path | None,
    cards: Path | None,
    seed: int | None,
    like: Path | None,
    out: Path,
    batches_too: bool,
    lang: Lang,
    as_json: bool,
) -> int:
    """Compile the plan, forecast it, tell it."""
    target = load_toml(target_file, Target)
    people = _people(target, target_file, population)
    seen, batches = _forecast(scenario, target, target_file, people, cards, seed, like, out)
    if as_json:
        click.echo(msgspec.json.encode(seen).decode())
        return 0
    for line in told(seen, batches if batches_too else (), len(people.residents), lang):
        click.echo(line)
    return 0


def _people(target: Target, file: Path, given: Path | None) -> Population:
    folder = given or (file.resolve().parent / target.population if target.population else None)
    if folder is None:
        raise UsageError(f'{file}: no population; write population = "FOLDER" there or give --population')
    return load(folder)


def _forecast(
    scenario: str,
    target: Target,
    file: Path,
    people: Population,
    cards: Path | None,
    seed: int | None,
    like: Path | None,
    out: Path,
) -> tuple[Forecast, list[Batch]]:
    campaign = load_scenario(find_scenario(scenario))
    standings = _standings(target, file, cards)
    without = indistinct(distinguish(people)) | without_valid_card(standings)
    number = campaign.seed if seed is None else seed
    today = datetime.now(JST).date()
    header, batches = compile_plan(campaign, people, target, number, lambda _: "", today, without, None, standings)
    pace = pace_of(target, like, out)
    # A card that is no good is what its holder is asked for; serials may come with the population.
    holders = {c.resident for c in standings} or {key for key, one in people.residents.items() if one.cards}
    return forecast(header, batches, target, pace, frozenset(holders)), batches


def _standings(target: Target, file: Path, given: Path | None) -> tuple[CardStanding, ...]:
    folder = given or (file.resolve().parent / target.cards if target.cards else None)
    return () if folder is None else tuple(read_json_lines(folder / "cards.jsonl", CardStanding))
