"""A sweep of a whole, small population: interrupted, resumed, exactly counted; one person's wrong data is found."""

import dataclasses
import json
import shutil
import signal
from collections import Counter
from datetime import date

import pytest
from msgspec.structs import replace

from harness.embedded import SCALED, issuer, target_toml
from harness.journal import RunFolder, read_history
from harness.population import load, make_population, save
from harness.population.issuable import refusal
from harness.records.certificates import Certificate
from harness.records.history import ApplicationStarted
from kiosk_sim.cards import Algorithm, make_cards

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

RESIDENTS = 12


def asked(run):
    records = (entry.record for entry in read_history(RunFolder(run)))
    return Counter(r.application for r in records if isinstance(r, ApplicationStarted))


def answered(verdict):
    return sum(c["issued"] + c["refused"] + c["unanswered"] for c in verdict["swept"]["counts"])


@pytest.fixture(scope="module")
def swept(tmp_path_factory, begin, wait, honnin):
    """Sweep everybody's seal certificate, press Ctrl-C, resume: (run, verdict then, what was asked then, the end)."""
    folder = tmp_path_factory.mktemp("sweep")
    save(make_population(1, RESIDENTS), folder / "population")
    make_cards(load(folder / "population").residents, folder / "cards", algorithm=Algorithm.P_384)
    with issuer(folder, 2, *SCALED) as ready:
        text = target_toml(ready).replace("population =", 'certificates = ["inkan"]\npopulation =')
        (folder / "target.toml").write_text(text, encoding="utf-8")
        playing = begin("sweep", folder / "target.toml", "--out", folder / "runs", "--per-minute", "90")
        try:
            run = wait(lambda: next((p.parent for p in folder.glob("runs/*/manifest.json")), None))
            wait(lambda: len(asked(run)) >= 3, every_s=0.2)
            playing.send(signal.SIGINT)
            assert playing.end(90) == 2, playing.said
        finally:
            playing.kill()
        then, asked_then = json.loads((run / "verdict.json").read_bytes()), asked(run)
        resumed = honnin("resume", run, "--json", "--quiet")
        assert resumed.stdout, resumed.stderr
        return run, then, asked_then, resumed


def test_an_interrupted_sweep_tells_what_was_asked_and_is_inconclusive(swept):
    _, then, asked_then, _ = swept
    assert 3 <= len(asked_then) < RESIDENTS
    assert answered(then) == len(asked_then)
    assert {"interrupted", "sweep_incomplete"} <= {r["code"] for r in then["reasons"]}


def test_resumed_it_asks_for_the_rest_once_and_passes_where_all_is_right(swept):
    run, _, _, resumed = swept
    verdict = json.loads(resumed.stdout)
    assert (resumed.returncode, verdict["findings"]) == (0, []), verdict["reasons"]
    assert set(asked(run).values()) == {1}
    assert answered(verdict) == len(asked(run)) == RESIDENTS
    assert (verdict["swept"]["whole"], verdict["swept"]["left_out"]) == (RESIDENTS, [])
    for count in verdict["swept"]["counts"]:
        assert count["refused" if count["forbidden"] else "issued"] == count["planned"]


def test_data_of_one_person_that_are_linked_to_another_are_found(swept, honnin, tmp_path):
    copy = shutil.copytree(swept[0], tmp_path / "run")  # the same papers, by a register that says otherwise
    people = load(copy / "population")
    first, second, *_ = [r for r in people.residents.values() if not refusal(r, Certificate.INKAN, date.today())]
    others = {first.key: replace(first, seal=second.seal), second.key: replace(second, seal=first.seal)}
    save(dataclasses.replace(people, residents={**people.residents, **others}), copy / "population", overwrite=True)
    judged = honnin("judge", copy, "--json", "--quiet")
    assert judged.returncode == 1, judged.stderr
    assert {f["victim"] for f in json.loads(judged.stdout)["findings"]} == {first.key, second.key}
