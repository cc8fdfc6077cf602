"""`honnin run`: play a scenario against a target, to a verdict and a report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import click
from msgspec.structs import replace

from harness.baseline.folder import check_usable
from harness.campaign import Scenario, find_scenario, load_scenario, scenario_names
from harness.campaign.recovery import with_recovery
from harness.cli.crew_options import CrewOf, crew_options, no_crew
from harness.cli.display import Display
from harness.cli.finish import exit_code, finish, tell
from harness.cli.playable import check_playable
from harness.cli.window_options import window_options
from harness.config import load_toml
from harness.errors import UsageError
from harness.glossary import Lang, default_lang
from harness.journal import RunFolder, read_manifest
from harness.journal.ledger import enter
from harness.population import distinguish, load
from harness.population.telling import tell_distinction
from harness.records.plan import PlanHeader
from harness.records.target import Target
from harness.records.verdict import Verdict
from harness.run.allow import check_allowed
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
@click.option("--target", "target_file", required=True, type=click.Path(path_type=Path), help="TARGET.toml")
@click.option("--population", type=click.Path(path_type=Path), help="population folder (default: the target file's)")
@click.option("--cards", type=click.Path(path_type=Path), help="cards folder (default: the target file's)")
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs"), show_default=True, help="where runs lie")
@click.option("--seed", type=int, help="another order, other gaps, other people (default: the scenario's)")
@click.option("--baseline", type=click.Path(path_type=Path), help="run folder of honnin baseline to compare with")
@click.option("--i-may-test", "confirmed", multiple=True, metavar="HOST", help="confirm a host beyond loopback")
@click.option("--readers", type=click.IntRange(1, 64), help="processes that read documents (default: by cores)")
@click.option("--operator", default="", help="who changes the register by hand (default: who is logged in)")
@crew_options
@window_options
@click.option("--lay-out", is_flag=True, help="only make the run folder, for scenarios/locustfile.py")
@click.option("--lang", type=click.Choice(["ja", "en"]), default=default_lang(), help="language of texts and report")
@click.option("--json", "as_json", is_flag=True, help="print the verdict as JSON on standard output")
@click.option("--quiet", is_flag=True, help="no progress")
def command(
    scenario: str,
    target_file: Path,
    population: Path | None,
    cards: Path | None,
    out: Path,
    seed: int | None,
    baseline: Path | None,
    confirmed: tuple[str, ...],
    readers: int | None,
    operator: str,
    crew: CrewOf,
    ends: datetime | None,
    lay_out: bool,
    lang: Lang,
    as_json: bool,
    quiet: bool,
) -> int:
    """Load the inputs, play, judge, report; the exit code is the verdict's."""
    campaign = load_scenario(find_scenario(scenario))
    if ends is not None:
        if lay_out:
            raise UsageError("--lay-out: a window is kept by honnin run alone; leave out --budget and --until")
        campaign = with_recovery(campaign)
    request = load_request(campaign, target_file, population, cards, out, seed, confirmed)
    if baseline is not None:
        request = with_baseline(request, baseline)
    display = Display(lang, quiet)
    if lay_out:
        folder, _ = prepare_run(request, display, lang)
        enter(folder, read_manifest(folder))
        click.echo(str(folder.path))
        return 0
    verdict, folder = play(request, display, readers, lang, operator, crew, ends)
    tell(verdict, folder, lang, as_json)
    return exit_code(verdict)


def with_baseline(request: Request, baseline: Path) -> Request:
    """Return the request with a baseline to compare with; raise UsageError where it cannot be used."""
    return replace(request, baseline=check_usable(baseline, request.population.digest, request.target.name))


def load_request(
    campaign: Scenario,
    target_file: Path,
    population: Path | None,
    cards: Path | None,
    out: Path,
    seed: int | None,
    confirmed: tuple[str, ...],
) -> Request:
    """Read every input before anything is made; raise UsageError at the first that is wrong."""
    target = load_toml(target_file, Target)
    check_allowed(target, confirmed)
    probes = check_playable(target, target_file.resolve())
    request = request_of(campaign, target, target_file, population, cards, out, seed, confirmed)
    return replace(request, probes=probes)


def request_of(
    campaign: Scenario,
    target: Target,
    target_file: Path,
    population: Path | None,
    cards: Path | None,
    out: Path,
    seed: int | None = None,
    confirmed: tuple[str, ...] = (),
) -> Request:
    """Put a request together; raise UsageError where no population is named, or it cannot be read."""
    base = target_file.resolve().parent
    people = population or (base / target.population if target.population else None)
    if people is None:
        raise UsageError(f'{target_file}: no population; write population = "FOLDER" there or give --population')
    box = cards or (base / target.cards if target.cards else None)
    return Request(
        scenario=campaign,
        target=target,
        target_file=target_file.resolve(),
        population=load(people),
        population_folder=people.resolve(),
        cards_folder=box.resolve() if box else None,
        out=out.resolve(),
        seed=campaign.seed if seed is None else seed,
        confirmed_hosts=confirmed,
    )


def play(
    request: Request,
    display: Display,
    readers: int | None,
    lang: Lang,
    operator: str = "",
    crew: CrewOf = no_crew,
    ends: datetime | None = None,
) -> tuple[Verdict, RunFolder]:
    """Prepare a run folder, conduct the run in it until its window ends, judge it and write its report.

    Raises UsageError before anything is made where the register is to be changed by hand and nobody is there.
    """
    if changes_by_hand(request.scenario, request.target):
        check_operator()
    folder, header = prepare_run(request, display, lang)
    try:
        with lock(folder):
            return conduct(folder, header, display, readers, lang, operator, crew, ends), folder
    except UsageError:
        if not folder.segments():  # nothing was begun: a window too short, an address that cannot be had
            shutil.rmtree(folder.path)
        raise


def prepare_run(request: Request, display: Display, lang: Lang) -> tuple[RunFolder, PlanHeader]:
    """Make the run folder, without people whom no certificate tells apart; return it with its plan's header."""
    display.say("people")
    distinction = distinguish(request.population)
    if not distinction.clear:
        display.tell(tell_distinction(distinction, lang))
    request = replace(request, without=indistinct(distinction))
    return prepare(request, cards_for(request))


def conduct(
    folder: RunFolder,
    header: PlanHeader,
    display: Display,
    readers: int | None,
    lang: Lang,
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
        by_hand(folder, header, display.ask, lambda: stop.count > 0, operator, lang),
    ):
        conductor = Conductor(folder, header, watch, display, stop, crew(folder, display), arrivals)
        enter(folder, read_manifest(folder))
        conductor.conduct()
        stop.raise_on_insistence()
        try:
            return finish(folder, display, lang)
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
