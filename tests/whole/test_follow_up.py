"""A night whose changes show only later, and the follow-up that looks at them: a right issuer, and a stale one."""

import json

import pytest

pytestmark = pytest.mark.slow

SCENARIO = """
name = "changes"
title_ja = "変更"
title_en = "Changes"
kiosks = 4
certificates = ["juminhyo", "inkan"]

[[phase]]
kind = "solo"
phase = "P0"
title_ja = "単独"
title_en = "Alone"

[[phase]]
kind = "updates"
phase = "P5"
title_ja = "登録内容の変更"
title_en = "Changes"
cancelled_seals = 2
moves = 2
"""


def reflecting(site, seconds):
    text = site.target.read_text(encoding="utf-8")
    head, _, tail = text.partition("[limits]\n")
    tail = "\n".join(line for line in tail.splitlines() if not line.startswith("reflection_s"))
    site.target.write_text(f"{head}[limits]\nreflection_s = {seconds}\n{tail}\n", encoding="utf-8")


@pytest.mark.parametrize("defect", ["", "D20"])
def test_changes_are_looked_at_again_once_they_have_to_show(site, play, honnin, tmp_path, defect):
    (tmp_path / "changes.toml").write_text(SCENARIO, encoding="utf-8")
    with site() as served:
        reflecting(served, 86_400)
        if defect:
            served.switch(defect)
        _, night, run, _ = play(served, tmp_path / "changes.toml")
        assert night["outcome"] == "PASS", night["reasons"]
        assert "follow_up" in [r["code"] for r in night["not_tried"]]
        assert "follow_up" in [r["code"] for r in night["next_steps"]]
        early = honnin("follow-up", run, "--out", served.out, "--lang", "ja")
        assert early.returncode == 64
        assert "反映時間が過ぎていない" in early.stderr
        reflecting(served, 3)
        done = honnin("follow-up", run, "--out", served.out, "--json")
        assert "Traceback" not in done.stderr, done.stderr
        verdict = json.loads(done.stdout)
        follow = json.loads((newest(served.out) / "manifest.json").read_text(encoding="utf-8"))
    assert follow["follows"] == run.name
    assert verdict["reflection"]["after_change"] >= 4
    found = {f["anomaly"] for f in verdict["findings"]}
    if defect:
        assert verdict["outcome"] == "FAIL"
        assert found == {"ZOMBIE-ISSUE"}
    else:
        assert verdict["outcome"] == "PASS", verdict["reasons"]


def newest(out):
    return max((p.parent for p in out.glob("*/manifest.json")), key=lambda p: p.name)
