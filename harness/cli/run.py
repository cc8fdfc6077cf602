"""`honnin run`: play a scenario against a target, to a verdict and a report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import click
from msgspec.structs import replace

from harness.campaign import find_scenario, load_scenario, scenario_names
from harness.campaign.recovery import with_recovery
from harness.cli.crew_options import CrewOf, crew_options, no_crew
from harness.cli.display import Display
from harness.cli.finish import finish
from harness.cli.inputs import Inputs, input_options, load_request, with_baseline
from harness.cli.shared_options import baseline_option, confirm_option, operator_option, readers_option, target_option
from harness.cli.verdict_options import Telling, verdict_options
from harness.cli.window_options import window_options
from harness.errors import UsageError
from harness.glossary import default_lang
from harness.journal import RunFolder, read_manifest
from harness.journal.ledger import enter
from harness.population import distinguish
from harness.population.telling import tell_distinction
from harness.records.plan import PlanHeader
from harness.records.verdict import Verdict
from harness.run.arrivals import arrivals_of
from harness.run.by_hand import by_hand, changes_by_hand, check_operator
from harness.run.conduct import Conductor
from harness.run.links import links
from harness.run.lock import lock
from harness.run.people import indistinct
from harness.run.prepare import CardsFor, Request, prepare
from harness.run.stop_requests import StopRequests
from harness.run.watch import Watch

_HELP = {
    "ja": """シナリオを対象システムに対して実施し、判定と報告書まで進む。

    SCENARIO は名前(下記)または TOML ファイル。対象は --target の TOML に書く(docs/target.md)。
    進行中に Ctrl-C を押すと新しい申請を止め、進行中の申請を待ってから、そこまでを判定する(判定保留)。

    --budget か --until を付けると、時間枠のうちに終わる。新しい申請は早めに止まり、進行中の申請を待ち、最後に証明書と
    サーバごとに 1 件の通常の交付で復旧を確かめ、運用を再開してよいかを一文で示す。計画の残りは次の夜に honnin resume で
    続ける(docs/campaign.md)。

    \b
    honnin run go-live --target target.toml
    honnin run standard --target target.toml --until 05:30
    honnin resume runs/20261122-... --until 05:30     次の夜、残りから
    """,
    "en": """Play SCENARIO against a target, to a verdict and a report.

    SCENARIO is a name (below) or a TOML file. The target is described by a TOML file (docs/target.md).
    Ctrl-C at any time stops arrivals, waits for what is in flight, and judges what there is: INCONCLUSIVE.

    With --budget or --until the run keeps to a window: arrivals end early, what is in flight is waited for, and one
    normal issue of every certificate on every node confirms that the service works; a sentence says whether it may be
    opened again. The rest of the plan is played in the next night by `honnin resume` (docs/campaign.md).

    \b
    honnin run go-live --target target.toml
    honnin run standard --target target.toml --until 05:30
    honnin resume runs/20261122-... --until 05:30     the next night, from where it was left
    """,
}


@click.command(help=_HELP[default_lang()], epilog="scenarios: " + ", ".join(scenario_names()))
@click.argument("scenario")
@target_option
@input_options
@baseline_option
@confirm_option
@readers_option
@operator_option
@crew_options
@window_options
@click.option("--lay-out", is_flag=True, help="only make the run folder, for scenarios/locustfile.py")
@verdict_options
def command(
    scenario: str,
    target_file: Path,
    inputs: Inputs,
    baseline: Path | None,
    confirmed: tuple[str, ...],
    readers: int | None,
    operator: str,
    crew: CrewOf,
    ends: datetime | None,
    lay_out: bool,
    telling: Telling,
) -> int:
    """Load the inputs, play, judge, report; the exit code is the verdict's."""
    campaign = load_scenario(find_scenario(scenario))
    if ends is not None:
        if lay_out:
            raise UsageError("--lay-out: a window is kept by honnin run alone; leave out --budget and --until")
        campaign = with_recovery(campaign)
    request = load_request(campaign, target_file, inputs, confirmed)
    if baseline is not None:
        request = with_baseline(request, baseline)
    display = telling.display()
    if lay_out:
        folder, _ = prepare_run(request, display)
        enter(folder, read_manifest(folder))
        click.echo(str(folder.path))
        return 0
    verdict, folder = play(request, display, readers, operator, crew, ends)
    return telling.tell(verdict, folder)


def play(
    request: Request,
    display: Display,
    readers: int | None = None,
    operator: str = "",
    crew: CrewOf = no_crew,
    ends: datetime | None = None,
) -> tuple[Verdict, RunFolder]:
    """Prepare a run folder, conduct the run in it until its window ends, judge it and write its report.

    Raises UsageError before anything is made where the register is to be changed by hand and nobody is there.
    """
    if changes_by_hand(request.scenario, request.target):
        check_operator()
    folder, header = prepare_run(request, display)
    try:
        with lock(folder):
            return conduct(folder, header, display, readers, operator, crew, ends), folder
    except UsageError:
        if not folder.segments():  # nothing was begun: a window too short, an address that cannot be had
            shutil.rmtree(folder.path)
        raise


def prepare_run(request: Request, display: Display) -> tuple[RunFolder, PlanHeader]:
    """Make the run folder, without people whom no certificate tells apart; return it with its plan's header."""
    display.say("people")
    distinction = distinguish(request.population)
    if not distinction.clear:
        display.tell(tell_distinction(distinction, display.lang))
    request = replace(request, without=indistinct(distinction))
    return prepare(request, cards_for(request))


def conduct(
    folder: RunFolder,
    header: PlanHeader,
    display: Display,
    readers: int | None = None,
    operator: str = "",
    crew: CrewOf = no_crew,
    ends: datetime | None = None,
) -> Verdict:
    """Play what is left of a plan, as far as a window lets that be that `ends` then, and finish; also used by resume.

    Raises UsageError, before anything is begun, where the window is too short.
    """
    arrivals, vigil = arrivals_of(folder, header, ends)
    folder.verdict.unlink(missing_ok=True)  # of a run that goes on, the old verdict must not outlive this one's death
    watch = Watch(folder, readers or max(1, (os.cpu_count() or 2) - 1), vigil.see)
    display.follow(watch)
    with (
        display,
        links(folder),
        StopRequests() as stop,
        by_hand(folder, header, display.ask, lambda: stop.count > 0, operator, display.lang),
    ):
        conductor = Conductor(folder, header, watch, display, stop, crew(folder, display), arrivals)
        enter(folder, read_manifest(folder))
        conductor.conduct()
        stop.raise_on_insistence()
        try:
            return finish(folder, display)
        except KeyboardInterrupt:
            click.echo(f"{folder.path}: no verdict yet; `honnin judge` gives it from what was recorded", err=True)
            raise click.Abort from None


def cards_for(request: Request) -> CardsFor:
    """Return the function that gives card serials, making the missing keys; imported serials need none."""

    def from_population(keys: Collection[str]) -> dict[str, str]:
        people = request.population.residents
        return {k: people[k].cards[-1] for k in keys if people[k].cards}

    def from_box(keys: Collection[str]) -> dict[str, str]:
        from kiosk_sim.cards import ensure_keys, load_cards

        assert request.cards_folder is not None
        box = load_cards(request.cards_folder)
        serials = {k: box.for_resident(k).serial for k in keys}
        ensure_keys(request.cards_folder, serials=serials.values())
        return serials

    return from_population if request.cards_folder is None else from_box
