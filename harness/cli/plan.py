"""`honnin plan`: what a scenario would play against a target, without playing it and without asking the target."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from harness.campaign import find_scenario, load_scenario, scenario_names
from harness.campaign.forecast import Forecast, Window, forecast
from harness.campaign.foreseen import foreseen_of
from harness.campaign.pace import pace_of
from harness.campaign.recovery import with_recovery
from harness.campaign.scenario import sweeps
from harness.cli.baseline import PLAIN, baseline_campaign
from harness.cli.inputs import Inputs, input_options, request_of, with_baseline
from harness.cli.plan_texts import told
from harness.cli.shared_options import FOLDER_OR_FILE, baseline_option, lang_option, target_option
from harness.cli.sweep_options import Paced, sweep_options
from harness.cli.window_options import window_options
from harness.config import load_toml
from harness.errors import ConfigError
from harness.glossary import Lang, default_lang
from harness.journal.plan_file import PlannedBatches
from harness.population import distinguish
from harness.records.plan import PlanHeader, Probe
from harness.records.target import Target
from harness.run.people import indistinct
from harness.run.prepare import JST, Request, card_standings, compile_request

_HELP = {
    "ja": """シナリオを実施した場合の計画を、対象システムに接触せずに示す。

    段階・組・申請の数、住民とカードと端末、予想時間、間隔・関係・サーバ・出来事ごとに試す量、誤交付確率の上限がどこまで
    下がるか、この住民・サーバ・証明書では届かないものとその理由(何が足りないか)を示す。計画は乱数の種で決まり、
    同じ日に honnin run で実施されるものと同じである。

    \b
    honnin plan go-live --target target.toml
    honnin plan standard --target target.toml --like runs/20261122-...   予想時間を前回の実測から求める
    honnin plan standard --target target.toml --until 05:30              この夜のうちにどこまで届くか
    """,
    "en": """Show what SCENARIO would play against a target, without asking the target anything.

    Phases, batches, applications; residents, cards and kiosks; the expected time; how much is tried by gap, relation,
    node and event; which bound of the misdelivery probability is in reach; and what these residents, nodes and
    certificates cannot reach, and which of them is scarce. The plan follows from its seed; it is what `honnin run`
    plays on the same day.

    \b
    honnin plan go-live --target target.toml
    honnin plan standard --target target.toml --like runs/20261122-...    times as that run measured them
    honnin plan standard --target target.toml --until 05:30               what this night has room for
    """,
}


@click.command(help=_HELP[default_lang()], epilog="scenarios: " + ", ".join(scenario_names()))
@click.argument("scenario")
@target_option
@input_options
@click.option("--like", type=FOLDER_OR_FILE, help="run folder whose measured times are expected again")
@baseline_option
@sweep_options
@window_options
@click.option("--batches", "batches_too", is_flag=True, help="list every batch, too")
@lang_option
@click.option("--json", "as_json", is_flag=True, help="print the forecast as JSON on standard output")
def command(
    scenario: str,
    target_file: Path,
    inputs: Inputs,
    like: Path | None,
    baseline: Path | None,
    paced: Paced,
    ends: datetime | None,
    batches_too: bool,
    lang: Lang,
    as_json: bool,
) -> int:
    """Compile the plan, forecast it, tell it."""
    target = load_toml(target_file, Target)
    campaign = paced(load_scenario(find_scenario(scenario)))
    if ends is not None:
        campaign = with_recovery(campaign)
    request = request_of(campaign, target, target_file, inputs)
    if baseline is not None:
        request = with_baseline(request, baseline)
    seen, batches = _forecast(replace(request, probes=_probes(target, target_file.resolve())), like, ends)
    seen = replace(seen, foreseen=foreseen_of(seen, batches, target, baseline=baseline is not None))
    if as_json:
        click.echo(msgspec.json.encode(seen).decode())
        return 0
    for line in told(seen, batches if batches_too else (), len(request.population.residents), lang):
        click.echo(line)
    return 0


def _probes(target: Target, file: Path) -> frozenset[Probe]:
    """Return the probes of the target's adapter; none where it is still to be written: a plan does not need it."""
    from kiosk_sim.targets.adapter import load_adapter, probes_of

    try:
        return probes_of(load_adapter(target, file))
    except ConfigError:
        return frozenset()


def _forecast(request: Request, like: Path | None, ends: datetime | None) -> tuple[Forecast, PlannedBatches]:
    """Compile what `honnin run` would play today, and forecast it; cards get no keys."""
    request = replace(request, without=indistinct(distinguish(request.population)))
    header, batches = _compiled(request)
    pace = pace_of(request.target, like, request.out)
    # A card that is no good is what its holder is asked for; serials may come with the population.
    holders = {c.resident for c in card_standings(request)}
    holders = holders or {key for key, one in request.population.residents.items() if one.cards}
    cards, target = frozenset(holders), request.target
    if ends is None:
        return forecast(header, batches, target, pace, cards), batches
    before_s = None
    if request.baseline is None and not sweeps(request.scenario):  # a sweep needs none
        quiet = _compiled(replace(request, scenario=baseline_campaign(PLAIN)))
        before_s = forecast(*quiet, target, pace, cards).expected_s
    window = Window(seconds=(ends - datetime.now(JST)).total_seconds(), baseline_s=before_s)
    return forecast(header, batches, target, pace, cards, window), batches


def _compiled(request: Request) -> tuple[PlanHeader, PlannedBatches]:
    return compile_request(request, lambda keys: dict.fromkeys(keys, ""), datetime.now(JST).date())
