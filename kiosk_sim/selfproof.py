"""The generator's proof before each run: `python -m kiosk_sim.selfproof --run DIR`, on loopback, in about two seconds.

The very programs that will play the run play a small plan against a counting endpoint that echoes identities and lets
connections die. Compared are the journal, the players' own counts, the document store and what the endpoint counted.

Exit codes: 0 proven, 3 the generator would itself make errors that it accuses others of, 5 disk full, 64 usage.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from harness.config import load_toml
from harness.errors import DiskFull, GeneratorFault
from harness.journal import RunFolder, read_manifest
from harness.lifeline import start
from harness.records.history import ProofCheck, SelfProof
from harness.records.target import Target
from kiosk_sim.counting import Counted, Manner
from kiosk_sim.exits import Exit, exit_code
from kiosk_sim.proof_checks import check_all
from kiosk_sim.proof_plan import ENGINE_PHASE, QUIET_PHASE, lay_out
from kiosk_sim.stage import open_log

# Bounds against hanging only, far from what a busy machine takes (18 s in all, at load 11 on two cores).
_READY_S = 60.0  # start of a small Python program, or its end
_PLAY_S = 180.0


def main(arguments: list[str] | None = None) -> int:
    """Prove the generator and journal the proof; return the exit code."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.selfproof", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="run folder")
    given = parser.parse_args(arguments)
    return exit_code(lambda: prove(given.run))


def prove(run: Path) -> int:
    """Play the proof's plan, compare all counts, journal a SelfProof; return the exit code, 0 proven or 3 not.

    Raises DiskFull; whatever else keeps the proof from being made is a proof that failed.
    """
    folder = RunFolder.open(run)
    target = load_toml(folder.target, Target)
    log = open_log(folder, "selfproof", read_manifest(folder).run)
    try:
        checks = _play_and_check(folder, target, log.writer)
    except DiskFull:
        raise
    except Exception as e:  # noqa: BLE001  boundary: a proof that cannot be made is a proof that failed
        checks = (ProofCheck(name="the proof could be played", passed=False, detail=f"{type(e).__name__}: {e}"),)
    passed = all(check.passed for check in checks)
    log.write(SelfProof(passed=passed, checks=checks, at_ns=time.monotonic_ns()))
    log.close()
    for check in checks:
        if not check.passed:
            print(f"{check.name}: {check.detail}", file=sys.stderr)
    return Exit.OK if passed else Exit.GENERATOR_FAULT


def _play_and_check(folder: RunFolder, target: Target, name: str) -> tuple[ProofCheck, ...]:
    proof = RunFolder.create(folder.path / name)
    with _endpoint(proof) as (child, ports):
        lay_out(proof, ports, target)
        stray = f"http://127.0.0.1:{ports[Manner.STRAY]}"
        proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), stray)
        environment = {**proxies, "NO_PROXY": "", "no_proxy": ""}
        players = [
            _play("kiosk_sim.engine", proof, ENGINE_PHASE, environment),
            _play("kiosk_sim.quiet", proof, QUIET_PHASE, environment),
        ]
        codes = tuple(player.wait(_PLAY_S) for player in players)
        counted = _counted(child)
    return check_all(proof, counted, codes)


def _play(program: str, proof: RunFolder, phase: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    arguments = ("--run", str(proof.path), "--phase", phase)
    return start(program, *arguments, stdout=subprocess.DEVNULL, environment=environment)


@contextlib.contextmanager
def _endpoint(proof: RunFolder) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, int]]]:
    """Run the counting endpoint; yield it and its ports by manner."""
    ready = proof.path / "endpoint.json"
    arguments = ("--ready-file", str(ready))
    child = start("kiosk_sim.counting", *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        by = time.monotonic() + _READY_S
        while not ready.exists():
            if child.poll() is not None or time.monotonic() > by:
                raise GeneratorFault(f"the counting endpoint did not start within {_READY_S:g} s")
            time.sleep(0.01)
        yield child, msgspec.json.decode(ready.read_bytes(), type=dict[str, int])
    finally:
        child.kill()
        child.communicate()


def _counted(child: subprocess.Popen[bytes]) -> Counted:
    """End the endpoint's standard input; return what it counted."""
    output, _ = child.communicate(timeout=_READY_S)
    return msgspec.json.decode(output, type=Counted)


if __name__ == "__main__":
    sys.exit(main())
