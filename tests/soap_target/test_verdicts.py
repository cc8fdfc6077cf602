"""The whole command against the SOAP target: nothing is found on the clean one, the switched-on swap is."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCENARIO = """
name = "soap"
title_ja = "SOAP"
title_en = "SOAP"
kiosks = 8
certificates = ["juminhyo", "inkan", "tax"]

[[phase]]
kind = "solo"
phase = "P0"
title_ja = "単独"
title_en = "Alone"

[[phase]]
kind = "pairs"
phase = "P2"
title_ja = "2者"
title_en = "Pairs"
pairs = 16
gap_ms = [0.05, 100.0]
atoms_ms = [0.0]
parallel = 2

[[phase]]
kind = "bursts"
phase = "P3"
title_ja = "同時"
title_en = "Bursts"
sizes = [4, 8]
rounds = 2
"""
TARGET = """
name = "soap"
url = "{url}"
adapter = "soap_adapter:SoapAdapter"
client = "centre"
connections = 4
profile = "{here}/profile.toml"
population = "population"
fees = false

[limits]
poll_ms = 20.0

[extra]
adapter_path = "{here}"
"""


@pytest.fixture(scope="module")
def population(tmp_path_factory):
    """A population that the target can serve."""
    folder = tmp_path_factory.mktemp("people") / "population"
    subprocess.run([sys.executable, str(HERE / "people.py"), str(folder)], check=True, timeout=60)
    return folder


@pytest.fixture
def verdict(tmp_path, population):
    """Return a function that starts the target with options and plays the scenario to its verdict."""
    children = []

    def play(*options):
        ready = tmp_path / "ready.json"
        places = ["--population", str(population), "--state", str(tmp_path / "soap"), "--ready-file", str(ready)]
        command = [sys.executable, str(HERE / "server.py"), *places, *options]
        children.append(subprocess.Popen(command, stdin=subprocess.PIPE))
        by = time.monotonic() + 20.0
        while not ready.exists():
            assert time.monotonic() < by, "the SOAP target did not start within 20 s"
            time.sleep(0.02)
        url = json.loads(ready.read_text())["url"]
        (tmp_path / "population").symlink_to(population)
        (tmp_path / "target.toml").write_text(TARGET.format(url=url, here=HERE))
        (tmp_path / "scenario.toml").write_text(SCENARIO)
        arguments = ["run", "scenario.toml", "--target", "target.toml", "--quiet", "--json", "--lang", "en"]
        done = subprocess.run(
            [sys.executable, "-m", "harness.cli", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        assert done.returncode in (0, 1, 2), done.stderr
        return json.loads(done.stdout), done.returncode

    yield play
    for child in children:
        child.stdin.close()
        child.wait(10)


@pytest.mark.slow
def test_nothing_is_found_on_the_clean_target(verdict):
    told, code = verdict()
    assert (told["outcome"], code) == ("PASS", 0), told["reasons"]
    assert told["findings"] == []


@pytest.mark.slow
def test_the_switched_on_swap_is_found_and_its_donors_are_named(verdict):
    told, code = verdict("--swap")
    assert (told["outcome"], code) == ("FAIL", 1), told["reasons"]
    grave = [f for f in told["findings"] if f["anomaly"] == "MISDELIVERY"]
    assert grave
    assert all(f["donor"] for f in grave)
