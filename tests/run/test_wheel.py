"""The wheel, installed in an empty environment outside the checkout, is the whole product."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_wheel_alone_plays_smoke_to_a_verdict(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path / "dist"), str(CHECKOUT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True, capture_output=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        [tmp_path / "venv" / "bin" / "honnin", "demo", "--scenario", "smoke", "--out", "runs", "--lang", "en"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = [json.loads(p.read_text()) for p in sorted(tmp_path.glob("runs/*/*/verdict.json"))]
    assert len(verdicts) == 2, done.stderr[-2000:]
    assert verdicts[0]["outcome"] == "PASS", verdicts[0]["reasons"]
    assert "Traceback" not in done.stderr
