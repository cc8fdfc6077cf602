"""kill -9 of any program at any time: nothing acknowledged is lost, and no PASS comes of it."""

import importlib.util
from pathlib import Path

import pytest

from harness.campaign import find_scenario

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

# Seconds after the start: while something is being played, on a machine that is neither idle nor overloaded.
WHEN_S = {"supervisor": 5.0, "engine": 5.5, "reader": 6.5, "issuer": 6.0}


@pytest.fixture(scope="module")
def kills():
    """The benchmark `benchmarks/kills.py`, which plays many such rounds at random times."""
    file = Path(__file__).parents[2] / "benchmarks" / "kills.py"
    spec = importlib.util.spec_from_file_location("honnin_kills", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """Smoke, of two certificates only."""
    file = tmp_path_factory.mktemp("short") / "short.toml"
    smoke = find_scenario("smoke").read_text(encoding="utf-8")
    file.write_text('certificates = ["juminhyo", "inkan"]\n' + smoke, encoding="utf-8")
    return file


@pytest.mark.parametrize("victim", WHEN_S)
def test_a_killed_program_loses_nothing_and_makes_no_pass(kills, people, short, tmp_path, victim):
    killed, problem = kills.one_round(people, tmp_path / "round", victim, WHEN_S[victim], short)
    assert killed.victims
    assert problem == ""
