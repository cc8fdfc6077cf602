"""`honnin baseline`: issue everybody's documents quietly, so that later runs can be compared with them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from harness.campaign import Scenario
from harness.campaign.scenario import Baseline
from harness.cli.inputs import Inputs, input_options, load_request
from harness.cli.run import play
from harness.cli.shared_options import FOLDER_OR_FILE, confirm_option, readers_option
from harness.cli.verdict_options import Telling, verdict_options
from harness.errors import UsageError
from harness.glossary import default_lang
from harness.journal import RunFolder
from harness.records.certificates import Certificate
from harness.records.verdict import Outcome, Verdict
from harness.run.prepare import Request

_KIOSKS = 40  # as in a scenario, so that what a document says of its kiosk is met in the baseline

_HELP = {
    "ja": """TARGET(対象の TOML)に負荷をかけずに全員の証明書を交付させ、基準帳票とする。

    多くの申請は時間と端末を変えて2回行い、交付のたびに変わる箇所(発行日、発行番号など)を学ぶ。基準帳票そのものも判定し、
    不具合があれば FAIL。試験の数日前に採ってよい。中断したら honnin resume で続ける。
    使い方: honnin run シナリオ --target TARGET --baseline 実施フォルダー (docs/baseline.md)
    """,
    "en": """Have TARGET (a TOML file) issue everybody's documents without load: the baseline of later runs.

    Many applications are made twice, at other times and kiosks, to learn what changes from issue to issue (dates,
    numbers). The baseline is judged itself: FAIL where something is wrong with it. Take it days before a run if you
    like; after an interruption go on with honnin resume.
    Then: honnin run SCENARIO --target TARGET --baseline RUN-FOLDER (docs/baseline.md)
    """,
}


@click.command(help=_HELP[default_lang()])
@click.argument("target_file", metavar="TARGET", type=FOLDER_OR_FILE)
@input_options
@click.option("--residents", type=click.IntRange(0), default=0, help="use at most so many people (default: all)")
@click.option("--options-each", type=click.IntRange(1, 16), default=2, show_default=True, help="options per person")
@click.option("--lanes", type=click.IntRange(1, 64), default=1, show_default=True, help="applications at once")
@click.option("--proven", type=FOLDER_OR_FILE, help="run folder with a PASS, needed for several lanes")
@confirm_option
@readers_option
@verdict_options
def command(
    target_file: Path,
    inputs: Inputs,
    residents: int,
    options_each: int,
    lanes: int,
    proven: Path | None,
    confirmed: tuple[str, ...],
    readers: int | None,
    telling: Telling,
) -> int:
    """Compile the quiet plan, play it, judge it; the exit code is the verdict's."""
    phase = replace(PLAIN, options_each=options_each, lanes=lanes)
    request = load_request(baseline_campaign(phase, residents), target_file, inputs, confirmed)
    if lanes > 1:
        _check_proven(proven, request)
    request = replace(request, kind="baseline")
    verdict, folder = play(request, telling.display(), readers)
    return telling.tell(verdict, folder)


PLAIN = Baseline(phase="B0", title_ja="基準帳票の交付(負荷なし)", title_en="Documents issued quietly, as a baseline")


def baseline_campaign(phase: Baseline, residents: int = 0) -> Scenario:
    """Return the campaign of a baseline; its digest is that of what it consists of."""
    campaign = Scenario(
        name="baseline",
        title_ja="基準帳票",
        title_en="Baseline",
        description_ja="負荷をかけずに、後の試験と比べる証明書を採る。",
        description_en="It takes, without load, the documents that later runs are compared with.",
        acceptance=False,
        phase=(phase,),
        residents=residents,
        kiosks=_KIOSKS,
        certificates=tuple(Certificate),
    )
    return replace(campaign, digest=hashlib.sha256(msgspec.json.encode(campaign)).hexdigest())


def _check_proven(proven: Path | None, request: Request) -> None:
    """Raise UsageError unless a run of this target with a PASS shows that it can serve several people at once."""
    if proven is None:
        raise UsageError(
            "--lanes above 1: a baseline must not itself be taken under coincidence. Give --proven RUN, a run of this "
            "target that ended with PASS, or leave --lanes out"
        )
    folder = RunFolder.open(proven)
    verdict = msgspec.json.decode(folder.verdict.read_bytes(), type=Verdict) if folder.verdict.exists() else None
    if verdict is None or verdict.outcome is not Outcome.PASS or verdict.target != request.target.name:
        raise UsageError(f"{proven}: is no PASS of target {request.target.name}; take the baseline in one lane")
