"""The wheel, outside the checkout, is the whole product: all programs and files of a play, and nothing undeclared."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("harness", "kiosk_sim", "mock_issuer", "reports")
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ONE_BURST = """\
name = "one-burst"
title_ja = "一組"
title_en = "One burst"
certificates = ["juminhyo"]
kiosks = 4
[[phase]]
kind = "bursts"
phase = "P3"
title_ja = "同時申請"
title_en = "Bursts"
sizes = [4]
"""
# The demo, with few people and without its second round: what it shows is tested elsewhere.
ONE_ROUND = """
from harness.cli import demo, main
demo.RESIDENTS, demo.ROUNDS = 24, demo.ROUNDS[:1]
main(["demo", "--scenario", "one-burst.toml", "--lang", "en"])
"""


@pytest.fixture
def unpacked(tmp_path):
    """The built wheel as an installer lays it out."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path / "dist"), str(CHECKOUT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(tmp_path / "site")
    return tmp_path / "site"


@pytest.mark.slow
def test_the_wheel_alone_plays_to_a_verdict(unpacked, tmp_path):
    (tmp_path / "one-burst.toml").write_text(ONE_BURST, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PYTHONPATH": str(unpacked)}

    def python(code):
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    where = python(f"import {', '.join(ROOMS)}; print({', '.join(f'{room}.__file__' for room in ROOMS)})")
    assert where.stdout.count(str(unpacked)) == len(ROOMS)
    done = python(ONE_ROUND)
    verdicts = [json.loads(p.read_text()) for p in tmp_path.glob("runs/*/*/verdict.json")]
    assert [v["outcome"] for v in verdicts] == ["PASS"], (done.stderr[-2000:], [v["reasons"] for v in verdicts])
    assert "Traceback" not in done.stderr
    assert "go-live" in python("from harness.cli import main; main(['run', '--help'])").stdout


def test_what_the_rooms_import_is_declared_or_comes_with_what_is():
    declared = _with_their_own([re.split(r"[\[>= ]", line)[0] for line in PROJECT["dependencies"]])
    distributions = packages_distributions()
    undeclared = {name for name in _imported() if declared.isdisjoint(map(_normal, distributions.get(name, ())))}
    assert not undeclared


def _imported():
    """Return the top-level modules that the product imports and neither it nor the standard library has."""
    files = (file for room in ROOMS for file in (CHECKOUT / room).rglob("*.py"))
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_bytes()))]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}.difference(ROOMS, sys.stdlib_module_names)


def _with_their_own(distributions):
    own = [
        re.match(r"[\w.-]+", line)[0] for name in distributions for line in requires(name) or () if "extra" not in line
    ]
    return {_normal(name) for name in (*distributions, *own)}


def _normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()
