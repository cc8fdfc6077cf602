"""Whole runs against the reference issuer: the verdict is right by the issuer's own truth and by declared rules."""

import json

import pytest

from harness.campaign import find_scenario
from harness.journal import RunFolder, read_history
from harness.records.history import ApplicationEnded, BatchReleased, Delivery, LedgerEntry

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

# Defect, scenario and what of it is played: less, as a play that did not meet the race yet is followed by another.
INCIDENTS = [
    ("D01", "yokohama", ("per_kiosk = 5", "per_kiosk = 3"), "MISDELIVERY"),
    ("D02", "kawasaki", ("pairs = 60", "pairs = 24"), "MISDELIVERY"),
    ("D06", "munakata", ("rounds = 2", "rounds = 1"), "MISDELIVERY"),
    ("D20:ttl_s=900", "kumamoto", ("cancelled_seals = 10", "cancelled_seals = 4"), "ZOMBIE-ISSUE"),
    ("D21", "takamatsu", ("pairs = 80", "pairs = 24"), "MISDELIVERY"),
]
MOST_PLAYS = 4


def truth(site):
    """Map each document's digest to the resident it was rendered for, by the issuer's debug log."""
    return {e["digest"]: e["resident"] for e in site.debug_log() if e["type"] == "render"}


def wrong_hand_overs(site, rendered):
    """Return (digest, requesting resident) of every hand-over to somebody else, by the issuer's debug log."""
    handed = [(e["digest"], e["resident"]) for e in site.debug_log() if e["type"] == "handover"]
    assert handed
    return {(digest, resident) for digest, resident in handed if rendered[digest] != resident}


def arrivals(site, folder):
    """Return, for each burst of applying, its release and when the issuer read and handled them, by its clock."""
    reached = {e["application"]: e for e in site.debug_log() if e["type"] == "reach"}
    records = [e.record for e in read_history(RunFolder(folder))]
    planned = map(json.loads, (folder / "plan.jsonl").read_text(encoding="utf-8").splitlines()[1:])
    later = {b["batch"] for b in planned if b.get("sync_step", "apply") not in {None, "apply"}}
    ids = {r.application: r.request_id for r in records if isinstance(r, ApplicationEnded)}
    return [
        (r, [reached[ids[a]] for a in r.applications if ids.get(a) in reached])
        for r in records
        if isinstance(r, BatchReleased) and r.batch not in later
    ]


def test_a_clean_issuer_passes_with_no_finding_and_judging_again_gives_the_same_bytes(clean, honnin):
    verdict, run = clean.verdict, clean.run
    assert (clean.code, verdict["outcome"], verdict["findings"]) == (0, "PASS", []), verdict["reasons"]
    before = (run / "verdict.json").read_bytes()
    assert honnin("judge", run).returncode == 0
    assert (run / "verdict.json").read_bytes() == before
    report = (run / "reports" / "report.en.html").read_text(encoding="utf-8")
    assert "nothing detected" in report


def test_nobodys_held_back_application_can_be_read_before_the_release(clean):
    bursts = arrivals(clean.site, clean.run)
    assert any(len(came) > 1 for _, came in bursts)
    # one clock for all processes of a host
    assert all(r.at_ns <= one["head_ns"] <= one["handler_ns"] for r, came in bursts for one in came)


@pytest.mark.parametrize(("defect", "incident", "less", "anomaly"), INCIDENTS)
def test_each_published_incident_is_found_in_its_scenario_with_the_right_people(
    site, play, tmp_path, defect, incident, less, anomaly
):
    whole = find_scenario(f"incidents/{incident}").read_text(encoding="utf-8")
    assert less[0] in whole
    (tmp_path / "less.toml").write_text(whole.replace(*less), encoding="utf-8")
    with site("--defect", defect) as s:
        for _ in range(MOST_PLAYS):
            code, verdict, folder, _ = play(s, tmp_path / "less.toml")
            if code == 1:
                break
        rendered = truth(s)
        wrong = wrong_hand_overs(s, rendered)
    assert (code, verdict["outcome"]) == (1, "FAIL"), verdict["reasons"]
    assert anomaly in {f["anomaly"] for f in verdict["findings"]}
    if anomaly == "MISDELIVERY":
        got = {d.digest for d in deliveries(folder)}
        found = [f for f in verdict["findings"] if f["severity"] != "review"]
        assert {(digest, who) for digest, who in wrong if digest in got} <= {(f["digest"], f["victim"]) for f in found}
        misdelivered = [f for f in found if f["anomaly"] == "MISDELIVERY"]
        assert {(f["digest"], f["victim"]) for f in misdelivered} <= wrong
        # Of relatives who stand on the same paper only the number says whose it is, to whom the ledger gave it.
        entered = {f["digest"] for f in misdelivered} & with_number_of_the_ledger(s, folder)
        assert entered
        assert all(f["donor"] == rendered[f["digest"]] for f in misdelivered if f["digest"] in entered)


def with_number_of_the_ledger(site, folder):
    """Return the digests of documents whose number stands in the ledger that the run read; of a reprint the last."""
    records = (e.record for e in read_history(RunFolder(folder)))
    numbers = {n for r in records if isinstance(r, LedgerEntry) for n in r.issue_numbers}
    return {e["digest"] for e in site.debug_log() if e["type"] == "render" and e["issue_number"] in numbers}


def deliveries(folder):
    return [e.record for e in read_history(RunFolder(folder)) if isinstance(e.record, Delivery)]


def test_the_journal_can_be_printed(clean, honnin):
    printed = honnin("journal", clean.run, "--json", "--kind", "delivery").stdout.splitlines()
    assert printed
    assert all(json.loads(line)["record"]["t"] == "delivery" for line in printed)


def test_who_is_issued_something_below_the_declared_age_is_found_and_the_rule_named(clean, judge_as_if):
    code, verdict = judge_as_if(clean.run, "[limits]", "[rules]\nminimum_age = 40\n[limits]")
    assert (code, {f["anomaly"] for f in verdict["findings"]}) == (1, {"ZOMBIE-ISSUE"})
    told = verdict["findings"][0]["explanation_ja"]
    assert "40歳未満のため交付できないはず" in told
    assert "[rules] に minimum_age = 0 と書いて申告する" in told
    assert "UNDER_15" not in told


def test_a_rule_declared_away_is_named_among_what_was_not_tried(clean, judge_as_if):
    _, verdict = judge_as_if(clean.run, "[limits]", "[rules]\nname_limit = 0\n[limits]")
    assert "氏名の長さ超過" in {r["code"]: r["ja"] for r in verdict["not_tried"]}["refusals_not_ruled"]
    assert {f["severity"] for f in verdict["findings"]} == {"review"}  # refusals that no rule explains
