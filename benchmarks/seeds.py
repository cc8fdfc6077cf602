"""Plays the clean issuer and every known defect with several seeds; compares each verdict with the issuer's own log.

    python benchmarks/seeds.py --seeds 5                  # go-live on the clean issuer, each defect in its incident
    python benchmarks/seeds.py --seeds 5 --only D02 clean

A clean run must be PASS without any finding. A defective one must be FAIL with the expected anomaly; every wrong
hand-over in the issuer's debug log (which honnin never reads) must be a finding, and every donor named must be the
one in the log. Prints one line a run and exits with 1 if any was not as expected. Loopback only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness.cli.demo import RESIDENTS
from harness.embedded import SCALED, issuer, target_toml
from harness.population import load, make_population, save
from kiosk_sim.cards import Algorithm, make_cards
from mock_issuer.debuglog import wrong_handovers

CASES = {
    "clean": ("go-live", ""),
    "D01": ("incidents/yokohama", "MISDELIVERY"),
    "D02": ("incidents/kawasaki", "MISDELIVERY"),
    "D06": ("incidents/munakata", "MISDELIVERY"),
    "D20": ("incidents/kumamoto", "ZOMBIE-ISSUE"),
    "D21": ("incidents/takamatsu", "MISDELIVERY"),
}


def play(folder: Path, people: Path, case: str, seed: int) -> tuple[dict[str, object], set[tuple[str, str]], dict]:
    """Serve an issuer, play a scenario; return verdict, wrong hand-overs (digest, victim), donors by digest."""
    folder.mkdir()
    for name in ("population", "cards"):
        (folder / name).symlink_to(people / name)
    scenario, _ = CASES[case]
    options = () if case == "clean" else ("--defect", case)
    with issuer(folder, 2, *SCALED, *options) as ready:
        (folder / "target.toml").write_text(target_toml(ready), encoding="utf-8")
        command = [sys.executable, "-m", "harness.cli", "run", scenario, "--target", str(folder / "target.toml")]
        more = ["--out", str(folder / "runs"), "--seed", str(seed), "--json", "--quiet"]
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
        wrong = wrong_handovers(folder / "issuer" / "debug")
    if not done.stdout.strip():
        sys.exit(f"{case} seed {seed}: no verdict (exit {done.returncode}): {done.stderr[-500:]}")
    handed = {(w.handed.digest, w.handed.resident) for w in wrong}
    return json.loads(done.stdout), handed, {w.handed.digest: w.donor for w in wrong}


def problems(case: str, verdict: dict, wrong: set[tuple[str, str]], donors: dict[str, str]) -> list[str]:
    """Return what is not as expected."""
    findings, anomaly = verdict["findings"], CASES[case][1]
    if case == "clean":
        clean = verdict["outcome"] == "PASS" and not findings and not wrong
        return [] if clean else [f"{verdict['outcome']}, {len(findings)} findings", *_reasons(verdict)]
    found = {(f["digest"], f["victim"]) for f in findings if f["severity"] != "review"}
    missed = [w for w in wrong if w not in found]
    false = [f for f in findings if f["anomaly"] == "MISDELIVERY" and (f["digest"], f["victim"]) not in wrong]
    misnamed = [f for f in findings if f["anomaly"] == "MISDELIVERY" and donors.get(f["digest"]) != f["donor"]]
    told = []
    if verdict["outcome"] != "FAIL" or anomaly not in {f["anomaly"] for f in findings}:
        told.append(f"{verdict['outcome']} without {anomaly}")
    if missed:
        told.append(f"{len(missed)} wrong hand-overs not found (a hand-over that never reached its kiosk counts here)")
    if false or misnamed:
        told.append(f"{len(false)} false, {len(misnamed)} with another donor than in the log")
    return told


def _reasons(verdict: dict) -> list[str]:
    return [r["en"] for r in verdict["reasons"]]


def main() -> int:
    """Play all cases with all seeds."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--keep", type=Path, help="keep everything under this new folder")
    options.add_argument("--only", nargs="*", choices=list(CASES), default=list(CASES))
    arguments = options.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory(prefix="seeds-") as scratch:
        base = arguments.keep or Path(scratch)
        base.mkdir(parents=True, exist_ok=True)
        save(make_population(1, RESIDENTS), base / "population")
        make_cards(load(base / "population").residents, base / "cards", algorithm=Algorithm.P_384)
        for case in arguments.only:
            for seed in range(1, arguments.seeds + 1):
                begun = time.monotonic()
                verdict, wrong, donors = play(base / f"{case}-{seed}", base, case, seed)
                told = problems(case, verdict, wrong, donors)
                bad += bool(told)
                head = f"{case:<6} seed {seed}  {verdict['outcome']:<13} {len(verdict['findings']):4d} findings"
                took = time.monotonic() - begun
                print(f"{head} {len(wrong):4d} wrong in the log  {took:5.1f} s  {'; '.join(told) or 'ok'}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
