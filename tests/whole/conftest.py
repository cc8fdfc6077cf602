"""Whole-command tests: the real command line against a served reference issuer, on loopback."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.cli.demo import issuer, switch, target_toml

QUICK = """
name = "quick"
title_ja = "短時間"
title_en = "Quick"
kiosks = 8

[[phase]]
kind = "solo"
phase = "P0"
title_ja = "単独"
title_en = "Alone"
certificates = ["juminhyo", "inkan"]

[[phase]]
kind = "pairs"
phase = "P2"
title_ja = "2者"
title_en = "Pairs"
pairs = 10
gap_ms = [0.05, 300.0]
parallel = 2
think_ms = [50, 200]

[[phase]]
kind = "bursts"
phase = "P3"
title_ja = "同時"
title_en = "Bursts"
sizes = [4, 8]
"""


class Site:
    """A population, its cards, and one served issuer."""

    def __init__(self, folder: Path, ready: dict):
        self.folder = folder
        self.ready = ready
        self.target = folder / "target.toml"
        self.target.write_text(target_toml(ready), encoding="utf-8")
        self.quick = folder / "quick.toml"
        self.quick.write_text(QUICK, encoding="utf-8")

    def switch(self, defect):
        switch(self.ready, defect)

    def debug_log(self):
        """The issuer's own truth, which the harness never reads."""
        lines = [
            line
            for path in (self.folder / "issuer" / "debug").glob("*.jsonl")
            for line in path.read_bytes().splitlines()
        ]
        return [json.loads(line) for line in lines]


ENVIRONMENT = {**os.environ, "LANG": "C.UTF-8"}


@pytest.fixture(scope="session")
def honnin():
    """Run the command line; return the finished process."""

    def call(*arguments, **more):
        command = [sys.executable, "-m", "harness.cli", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, **more)

    call.start = lambda *arguments, **more: subprocess.Popen(
        [sys.executable, "-m", "harness.cli", *map(str, arguments)], env=ENVIRONMENT, text=True, **more
    )
    return call


@pytest.fixture
def play(honnin):
    """Play a scenario against a site; return (exit code, verdict, run folder, standard error)."""

    def call(site, scenario=None, *more):
        out = site.folder / "runs"
        done = honnin("run", scenario or site.quick, "--target", site.target, "--out", out, "--json", *more)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout), newest_run(out), done.stderr

    return call


def newest_run(out):
    return max((p.parent for p in Path(out).glob("*/manifest.json")), key=lambda p: p.name)


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    """A folder with 60 residents and their cards, made once."""
    from harness.population import load, make_population, save
    from kiosk_sim.cards import Algorithm, make_cards

    folder = tmp_path_factory.mktemp("people")
    save(make_population(7, 60), folder / "population")
    make_cards(load(folder / "population").residents, folder / "cards", algorithm=Algorithm.P_384)
    return folder


@pytest.fixture
def site(people, tmp_path):
    """Serve an issuer: `with site(nodes=2, options=[...]) as s`."""

    @contextmanager
    def serve(*options, nodes=2):
        for name in ("population", "cards"):
            if not (tmp_path / name).exists():
                (tmp_path / name).symlink_to(people / name)
        with issuer(tmp_path, nodes, *options) as ready:
            yield Site(tmp_path, ready)

    return serve
