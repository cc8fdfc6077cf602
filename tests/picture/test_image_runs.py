"""Whole judgings of a target whose documents are pictures: baselines judged by each other, runs by their baseline."""

import json

import histories
import pytest
from click.testing import CliRunner
from image_runs import PEOPLE, ImageRun

from harness.cli import root
from harness.errors import DiskFull
from harness.judge import judge_run
from harness.picture.store import RasterStore
from harness.records.findings import Anomaly, Severity
from harness.records.verdict import FinalClass, Outcome
from harness.run import look as looking
from harness.run.look import look

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

STRANGER = ("緑川 匠", "昭和41年5月6日", "架空県見本市東町三丁目")


@pytest.fixture
def run(tools, tmp_path):
    return lambda name, **more: ImageRun(histories, tools, tmp_path / name, **more)


@pytest.fixture(scope="module")
def baseline(tools, tmp_path_factory):
    """A clean baseline, everybody's document twice, looked at and judged."""
    taken = ImageRun(histories, tools, tmp_path_factory.mktemp("baseline") / "b1")
    for who in (*PEOPLE, *PEOPLE):
        taken.hand(who)
    path = taken.lay(kind="baseline")
    look(path, 2)
    return path, judge_run(path)


def classes(verdict):
    return {c.source: c.count for c in verdict.identities[0].classes if c.count}


def grave(verdict):
    return {(f.anomaly, f.application, f.victim, f.donor) for f in verdict.findings if f.severity is Severity.GRAVE}


def test_a_baseline_of_pictures_is_own_by_its_twins_and_makes_entries(baseline):
    path, verdict = baseline
    assert verdict.findings == ()
    assert classes(verdict) == {FinalClass.OWN: 2 * len(PEOPLE)}
    assert {c.kind: (c.injected, c.found) for c in verdict.controls}["document"] == (10, 10)
    assert next(s for s in verdict.scope if s.property == "B").exercised_count == 2 * len(PEOPLE)
    entries = [json.loads(line) for line in (path / "baseline" / "entries.jsonl").read_text("utf-8").splitlines()]
    assert {len(e["digests"]) for e in entries} == {2}
    before = (path / "verdict.json").read_bytes()
    judge_run(path)
    assert (path / "verdict.json").read_bytes() == before


@pytest.mark.parametrize("profile", ["none", "generic"])
def test_a_baseline_with_the_customer_befores_document_fails_and_names_both(run, profile):
    taken = run("b", profile=profile)
    for who in PEOPLE:
        taken.hand(who)
    wrong = {}
    before = ""
    for number, who in enumerate(PEOPLE):
        if number % 3 == 2:
            wrong[taken.hand(who, before)] = (who, before)
        else:
            taken.hand(who)
        before = who
    path = taken.lay(kind="baseline")
    look(path, 2)
    verdict = judge_run(path)
    assert verdict.outcome is Outcome.FAIL
    assert grave(verdict) == {(Anomaly.MISDELIVERY, a, victim, donor) for a, (victim, donor) in wrong.items()}
    entries = [json.loads(line) for line in (path / "baseline" / "entries.jsonl").read_text("utf-8").splitlines()]
    assert wrong.keys().isdisjoint(a for e in entries for a in e["applications"])


def handed(under_load):
    """Hand out, under load: own pages, another person's, a twin's, one nobody's, one with another's address."""
    for who in PEOPLE:
        under_load.hand(who)
    name, born, _ = under_load.tools.people["mori"]
    return {
        "another": under_load.hand("mori", "saki"),
        "twin": under_load.hand("taka", "hashigo"),
        "nobody": under_load.hand("saki", STRANGER),
        "item": under_load.hand("mori", (name, born, under_load.tools.people["saki"][2])),
    }


def test_under_load_another_persons_page_names_its_donor_and_what_is_nobodys_stays_unread(run, baseline):
    under_load = run("r")
    wrong = handed(under_load)
    path = under_load.lay(baseline=baseline[0])
    look(path, 2)
    verdict = judge_run(path)
    assert verdict.outcome is Outcome.FAIL
    assert grave(verdict) == {
        (Anomaly.MISDELIVERY, wrong["another"], "mori", "saki"),
        (Anomaly.MISDELIVERY, wrong["twin"], "taka", "hashigo"),
        (Anomaly.MISDELIVERY, wrong["item"], "mori", "saki"),
    }
    rest = {(f.anomaly, f.application) for f in verdict.findings if f.severity is Severity.REVIEW}
    assert rest == {(Anomaly.UNREAD, wrong["nobody"])}
    assert classes(verdict) == {FinalClass.OWN: len(PEOPLE), FinalClass.MISDELIVERED: 3, FinalClass.UNREAD: 1}


def test_own_pages_only_pass_and_every_one_was_compared(run, baseline):
    under_load = run("r")
    for who in PEOPLE:
        under_load.hand(who)
    path = under_load.lay(baseline=baseline[0])
    look(path, 2)
    verdict = judge_run(path)
    assert verdict.findings == ()
    assert {r.code for r in verdict.reasons} <= {"nothing_found"}
    assert next(s for s in verdict.scope if s.property == "B").exercised_count == len(PEOPLE)
    assert verdict.confirmed.decided == len(PEOPLE)


def judged(path):
    """Run `honnin judge` as a user does; return exit code and verdict."""
    done = CliRunner().invoke(root, ["judge", str(path), "--quiet", "--lang", "en"], standalone_mode=False)
    assert (path / "reports" / "report.en.html").exists(), done.output
    return done.return_value, json.loads((path / "verdict.json").read_bytes())


def test_looking_cut_short_still_gives_a_report_and_is_undecided_until_judged_again(run, baseline, monkeypatch):
    under_load = run("r")
    for who in PEOPLE[:4]:
        under_load.hand(who)
    path = under_load.lay(baseline=baseline[0])
    put = RasterStore.put

    def cut_short(fails, after):
        def some(store, *page):
            if len(list((path / "rasters").glob("*.png"))) >= after:
                raise fails
            put(store, *page)

        with monkeypatch.context() as short:
            short.setattr(RasterStore, "put", some)
            return judged(path)

    for fails, reason, after in ((DiskFull("disk"), "disk full", 2), (KeyboardInterrupt, "ctrl-c", 4)):
        code, verdict = cut_short(fails, after)
        assert (code, verdict["outcome"]) == (2, "INCONCLUSIVE")
        told = [r["en"] for r in verdict["reasons"] if r["code"] == "pictures_missing"]
        assert len(told) == 1 and reason in told[0]
        assert "honnin judge" in " ".join(s["en"] for s in verdict["next_steps"])
        assert all(f["severity"] == "review" for f in verdict["findings"])
    code, verdict = judged(path)
    assert (code, verdict["outcome"]) == (0, "PASS"), verdict["reasons"]


def test_more_pages_than_are_looked_at_are_told(run, baseline, monkeypatch):
    under_load = run("r")
    under_load.hand("mori")
    path = under_load.lay(baseline=baseline[0])
    monkeypatch.setattr(looking, "MOST_PAGES", 1)
    look(path)
    assert any(r.code == "pictures_missing" and "more than 1" in r.en for r in judge_run(path).reasons)
