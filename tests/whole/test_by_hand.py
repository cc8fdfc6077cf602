"""A whole run whose register is changed by a person at the terminal, who is told what to do and presses Enter."""

import json
import os
import pty
import subprocess
import sys
import threading

import httpx
import pytest

from harness.journal import RunFolder
from harness.journal.by_hand import HandFolder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def by_hand(site):
    """Play with changes by hand; return verdict, run folder and what was said."""
    with site() as served:
        target = served.target.read_text(encoding="utf-8").replace("updates = true", 'updates = "manual"')
        served.target.write_text(target, encoding="utf-8")
        supervisor, operator = pty.openpty()
        command = [sys.executable, "-m", "harness.cli", "run", served.changes, "--target", served.target]
        command += ["--out", served.out, "--json", "--operator", "担当 花子", "--lang", "ja"]
        process = subprocess.Popen(
            list(map(str, command)), stdin=operator, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        yield process, supervisor, served
        process.kill()
        process.communicate()
        os.close(supervisor)
        os.close(operator)


def test_the_operator_is_told_and_journaled_and_the_changes_are_judged(by_hand, wait):
    process, terminal, site = by_hand
    said = []
    listener = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)
    listener.start()
    (run,) = wait(lambda: [p.parent for p in site.out.glob("*/manifest.json")])
    hands, done = HandFolder(RunFolder(run)), set()
    output = []
    collector = threading.Thread(target=lambda: output.append(process.stdout.read()), daemon=True)
    collector.start()
    while process.poll() is None:
        for asked in hands.open():
            wait(lambda: "".join(said).count("▶") > len(done))  # what is typed before it is shown is no answer
            _register(site, asked)
            os.write(terminal, b"\n")
            wait(lambda one=asked: hands.answered(one.update))
            done.add(asked.update)
    collector.join(10)
    verdict = json.loads(output[0])
    assert verdict["outcome"] == "PASS", verdict["reasons"]
    assert len(done) == 8
    journal = b"".join(p.read_bytes() for p in (run / "segments").glob("*.journal")).decode()
    assert journal.count('"operator":"担当 花子"') == 8
    assert verdict["reflection"]["after_change"] > 0
    assert verdict["reflection"]["observed_s"] == 0
    (freshness,) = [s for s in verdict["scope"] if s["property"] == "F"]
    assert "登録の変更 8 件" in freshness["note_ja"]


def _register(site, asked):
    body = {"update": asked.update, "resident": asked.resident, "field": asked.field, "value": asked.value}
    answer = httpx.post(f"{site.ready['url']}/v1/register/updates", json=body, trust_env=False, timeout=10)
    assert answer.status_code == 200
