"""`honnin sweep TARGET`: every test resident's every certificate, once, with nobody else there (全件の交付確認)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from harness.campaign import find_scenario, load_scenario
from harness.campaign.recovery import with_recovery
from harness.cli.inputs import Inputs, input_options, load_request, with_baseline
from harness.cli.run import play
from harness.cli.shared_options import FOLDER_OR_FILE, baseline_option, confirm_option, readers_option
from harness.cli.sweep_options import Paced, sweep_options
from harness.cli.verdict_options import Telling, verdict_options
from harness.cli.window_options import window_options
from harness.errors import UsageError
from harness.glossary import default_lang
from harness.reading.profile import NO_PROFILE

_HELP = {
    "ja": """TARGET(対象の TOML)の試験用住民の全員・全証明書・全選択肢を、負荷をかけずに 1 回ずつ申請し、判定する。

    交付してはならないものも申請し、断られることを確かめる。何件を確かめ、何が残ったかを証明書と選択肢ごとに示し、
    すべてを確かめるまでは判定保留とする。途中で止めても honnin resume で続きから行い、同じ申請を繰り返さない。
    所要時間と夜の数は honnin plan sweep で分かる(docs/sweep.md)。

    \b
    honnin plan sweep --target target.toml --per-minute 30 --until 05:30
    honnin sweep target.toml --per-minute 30 --until 05:30
    honnin resume runs/20261122-... --until 05:30          次の夜、残りから
    """,
    "en": """Ask once for every certificate of every test resident of TARGET (a TOML file) with every choice of options.

    Quietly, without load; what may not be issued is asked for too, and must be refused. The counts by certificate and
    choice say what was swept and what not: until all was, the verdict is INCONCLUSIVE. honnin resume goes on with
    what is left, and asks for nothing twice. honnin plan sweep tells the time and the nights it takes (docs/sweep.md).

    \b
    honnin plan sweep --target target.toml --per-minute 30 --until 05:30
    honnin sweep target.toml --per-minute 30 --until 05:30
    honnin resume runs/20261122-... --until 05:30          the next night, what is left
    """,
}
_SCENARIO = "sweep"


@click.command(help=_HELP[default_lang()])
@click.argument("target_file", metavar="TARGET", type=FOLDER_OR_FILE)
@input_options
@baseline_option
@sweep_options
@window_options
@confirm_option
@readers_option
@verdict_options
def command(
    target_file: Path,
    inputs: Inputs,
    baseline: Path | None,
    paced: Paced,
    ends: datetime | None,
    confirmed: tuple[str, ...],
    readers: int | None,
    telling: Telling,
) -> int:
    """Play the sweep as any scenario; the exit code is the verdict's."""
    campaign = paced(load_scenario(find_scenario(_SCENARIO)))
    if ends is not None:
        campaign = with_recovery(campaign)
    request = load_request(campaign, target_file, inputs, confirmed)
    if baseline is not None:
        request = with_baseline(request, baseline)
    elif request.target.profile == NO_PROFILE:
        raise UsageError(
            f'{target_file}: with profile = "none" only a baseline says whose a document is; give --baseline RUN '
            "(`honnin baseline` takes one)"
        )
    verdict, folder = play(request, telling.display(), readers, ends=ends)
    return telling.tell(verdict, folder)
