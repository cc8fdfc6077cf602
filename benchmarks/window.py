"""Maps the collision window of the reference issuer with D02 on, and tells the same second from within one second.

    python benchmarks/window.py                      # work key of one second
    python benchmarks/window.py --defect D09         # any other defect: what window does it show?

One run: solo calibration, a sweep of single pairs, pairs steered by what the sweep showed, pairs set within a second
of the target's clock and across its end at equal gaps. Prints hits and trials by gap, the same by second, and the
sentences of the report. Exit code 1 where D02 was not told as a key of one second. Loopback only, about two minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec

from harness.campaign.scenario import Pairs as Sweep
from harness.campaign.scenario import Scenario, Seconds, Solo, Steered
from harness.checks.gather import gather
from harness.cli.display import Display
from harness.cli.inputs import Inputs, load_request
from harness.cli.run import play
from harness.embedded import issuer, switch, target_toml
from harness.judge.decided import plan_as_decided
from harness.judge.inputs import load_inputs, records
from harness.judge.windows import map_window, pair_trials, wilson
from harness.population import load, make_population, save
from harness.records.certificates import Certificate
from kiosk_sim.cards import Algorithm, make_cards

RESIDENTS = 120
# A sheet takes half a second, and so does the window: the time from an application to its print.
PRINT = ("--print-ms", "500", "--print-limit-s", "20")


def campaign(pairs: int) -> Scenario:
    """Return the campaign; pairs are played a few at a time, so that seldom a third person is involved."""
    titles = {"title_ja": "窓の測定", "title_en": "window"}
    return Scenario(
        name="window",
        **titles,
        acceptance=False,
        kiosks=40,
        certificates=(Certificate.JUMINHYO, Certificate.KISAIJIKO),
        phase=(
            Solo(phase="P0", **titles),
            Sweep(phase="P2", **titles, pairs=pairs, parallel=1),
            Steered(phase="P2s", **titles, pairs=pairs // 2, parallel=1),
            Seconds(phase="P2t", **titles, pairs=max(16, pairs // 2), gaps_ms=(60.0, 150.0, 400.0)),
        ),
    )


def main() -> int:
    """Play, map, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--defect", default="D02")
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to keep everything in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        base = given.keep or Path(scratch)
        save(make_population(given.seed, RESIDENTS), base / "population")
        make_cards(load(base / "population").residents, base / "cards", algorithm=Algorithm.P_384)
        with issuer(base, 2, *PRINT) as ready:
            switch(ready, given.defect)
            (base / "target.toml").write_text(target_toml(ready), encoding="utf-8")
            request = load_request(campaign(given.pairs), base / "target.toml", Inputs(out=base, seed=given.seed))
            verdict, folder = play(request, Display("en", quiet=False))
        inputs = load_inputs(folder)
        view = gather(records(inputs))
        trials = pair_trials(view, verdict.findings, plan_as_decided(inputs.plan, view.decisions))
        window = map_window(trials)
    print(f"{given.defect}: {len(trials)} pairs tell of their gap, {sum(t.hit for t in trials)} were mixed up")
    for one in window.bins if window else ():
        low, high = wilson(one.hits, one.pairs)
        print(f"  up to {one.up_to_ms:>6g} ms: {one.hits:>3} of {one.pairs:>3}  p {low:.2f} to {high:.2f}")
    for reason in verdict.regularities:
        print(f"  {reason.code}: {reason.en}")
    told = {reason.code for reason in verdict.regularities}
    print(msgspec.json.encode({"window": window, "told": sorted(told)}).decode())
    return 0 if given.defect != "D02" or "same_second" in told else 1


if __name__ == "__main__":
    sys.exit(main())
