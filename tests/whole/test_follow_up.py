"""A night whose changes show only later, and the follow-up that looks at them: a right issuer, and a stale one."""

import json

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def reflecting(site, seconds):
    text = site.target.read_text(encoding="utf-8")
    head, _, tail = text.partition("[limits]\n")
    tail = "\n".join(line for line in tail.splitlines() if not line.startswith("reflection_s"))
    site.target.write_text(f"{head}[limits]\nreflection_s = {seconds}\n{tail}\n", encoding="utf-8")


CACHED = ("--defect", "D20:ttl_s=900")  # cancelled seals outlive the follow-up, however slow the machine is


@pytest.mark.parametrize(("defect", "found"), [((), set()), (CACHED, {"ZOMBIE-ISSUE"})], ids=["right", "stale"])
def test_changes_are_looked_at_again_once_they_have_to_show(site, play, honnin, defect, found):
    with site(*defect) as served:
        reflecting(served, 86_400)
        _, night, run, _ = play(served, served.changes)
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
        again = honnin("follow-up", run, "--out", served.out, "--lang", "ja")
        assert again.returncode == 64
        assert "元に戻してある" in again.stderr
        follow = json.loads((newest(served.out) / "manifest.json").read_text(encoding="utf-8"))
    assert follow["follows"] == run.name
    assert verdict["reflection"]["after_change"] >= 4
    assert verdict["outcome"] == ("FAIL" if found else "PASS"), verdict["reasons"]
    assert {f["anomaly"] for f in verdict["findings"]} == found


def newest(out):
    return max((p.parent for p in out.glob("*/manifest.json")), key=lambda p: p.name)
