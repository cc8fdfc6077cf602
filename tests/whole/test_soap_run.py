"""Whole runs against a second, unlike target: SOAP, serials only, the centre's pool, its own paper and profile.

Its residents came in by `honnin population import`; what it says of itself is compared with what was found.
"""

import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import harness.reading
from harness.journal import RunFolder, read_history
from harness.population import load
from harness.records.history import Delivery

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SOAP = Path(__file__).parent.parent / "soap_target"
GENERIC = Path(harness.reading.__file__).parent / "profiles" / "generic.toml"
TARGET = """
name = "soap"
url = "{url}"
adapter = "soap_adapter:SoapAdapter"
client = "centre"
connections = 4
population = "people"
profile = "profile.toml"
certificates = ["juminhyo", "inkan", "tax"]

[limits]
poll_ms = 20.0

[extra]
adapter_path = "."
"""


@pytest.fixture(scope="module")
def site(honnin, tmp_path_factory):
    """A folder with everything but the target: adapter, profile, scenario, residents imported with their serials."""
    folder = tmp_path_factory.mktemp("soap")
    for name in ("soap_adapter.py", "issue.wsdl", "profile.toml", "scenario.toml"):
        shutil.copy(SOAP / name, folder)

    def population(*arguments):
        done = honnin("population", *arguments, cwd=folder)
        assert done.returncode == 0, done.stderr

    population("make", "made", "--size", "60", "--seed", "7")
    population("export", "made", "exported")
    shutil.copy(SOAP / "mapping.toml", folder / "exported")
    clerk = [sys.executable, SOAP / "people.py", "exported/residents.csv", "vendor.csv"]
    subprocess.run(clerk, cwd=folder, check=True)
    extras = [part for name in ("taxes", "koseki") for part in (f"--{name}", f"exported/{name}.csv")]
    population(
        "import", "vendor.csv", "people", "--mapping", "exported/mapping.toml", *extras, "--seals", "exported/seals"
    )
    return folder


@contextmanager
def served(wait, folder, state, *options):
    """Serve the target for a while; yield its URL."""
    ready = state / "ready.json"
    places = ["--population", folder / "people", "--state", state, "--ready-file", ready]
    with subprocess.Popen([sys.executable, SOAP / "server.py", *places, *options], stdin=subprocess.PIPE) as server:
        try:
            wait(ready.exists)
            yield json.loads(ready.read_text())["url"]
        finally:
            server.stdin.close()


def misdelivered(verdict):
    return {(f["digest"], f["victim"]): f["donor"] for f in verdict["findings"] if f["anomaly"] == "MISDELIVERY"}


class Played:
    """One run: its verdict, and what the target's own log says."""

    def __init__(self, done, state, out):
        self.code = done.returncode
        self.verdict = json.loads(done.stdout)
        (self.folder,) = (manifest.parent for manifest in out.glob("*/manifest.json"))
        people = load(self.folder / "population").residents
        self.home = {key: person.household for key, person in people.items()}
        self.holder = {serial: key for key, person in people.items() for serial in person.cards}
        self.log = [json.loads(line) for line in (state / "issue.log").read_text().splitlines()]
        self.received = {
            e.record.digest for e in read_history(RunFolder(self.folder)) if isinstance(e.record, Delivery)
        }

    def entries(self, event):
        """Yield (digest, resident) of everything that the target says it made, or handed over."""
        for entry in self.log:
            if entry["event"] == event:
                yield from ((digest, self.holder[entry["serial"]]) for digest in entry["digests"])

    @property
    def wrong(self):
        """Map (digest, resident who received it) to the resident it was made for, where these are two."""
        made = dict(self.entries("made"))
        handed = {(digest, who) for digest, who in self.entries("handed") if digest in self.received}
        assert handed
        return {(digest, who): made[digest] for digest, who in handed if made[digest] != who}

    def agrees(self, verdict):
        """Check every misdelivery that was found against the log, and the reverse.

        The same household copy, asked for by two of the household, tells neither by content nor (there is no ledger)
        by its number which of the two it was made for.
        """
        found, wrong = misdelivered(verdict), self.wrong
        assert found
        assert found.keys() <= wrong.keys()
        assert all(self.home[donor] == self.home[wrong[key]] for key, donor in found.items())
        missed = {key: made_for for key, made_for in wrong.items() if key not in found}
        assert all(self.home[who] == self.home[made_for] for (_, who), made_for in missed.items()), missed
        return True

    def rejudged(self, honnin, profile, folder):
        """Judge a copy of the run by another document profile; return the verdict."""
        shutil.copytree(self.folder, folder)
        shutil.copy(profile, folder / "profile.toml")
        return json.loads(honnin("judge", folder, "--json").stdout)


@pytest.fixture(scope="module")
def play(honnin, wait, site, tmp_path_factory):
    """Return a function that serves the target with these options and plays the scenario to its verdict."""

    def call(*options):
        state, out = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("runs")
        with served(wait, site, state, *options) as url:
            (site / "target.toml").write_text(TARGET.format(url=url))
            given = ["scenario.toml", "--target", "target.toml", "--out", out, "--json", "--quiet"]
            done = honnin("run", *given, cwd=site)
        assert done.returncode in (0, 1, 2), done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return Played(done, state, out)

    return call


@pytest.fixture(scope="module")
def clean(play):
    return play()


@pytest.fixture(scope="module")
def swapped(play):
    return play("--swap")


def test_the_clean_target_passes_with_no_finding(clean):
    told = clean.verdict
    assert (clean.code, told["outcome"], told["findings"]) == (0, "PASS", []), told["reasons"]
    assert clean.wrong == {}


def test_the_switched_on_swap_fails_and_everybody_concerned_is_named_as_the_target_itself_knows(swapped):
    assert (swapped.code, swapped.verdict["outcome"]) == (1, "FAIL"), swapped.verdict["reasons"]
    assert swapped.agrees(swapped.verdict)


def test_what_the_interface_lacks_is_named_in_the_verdict(clean):
    told = {reason["code"]: reason["en"] for reason in clean.verdict["not_tried"]}
    assert "authentication by card and PIN" in told["steps_left_out"]
    assert "payment of the fee" in told["steps_left_out"]
    assert "family register certificate" in told["certificates_left_out"]
    assert told["phases_left_out"].endswith(": P5 (Register changes)")
    scope = {entry["property"]: entry for entry in clean.verdict["scope"]}
    assert "no ledger" in scope["X"]["note_en"]
    assert "0 changes" in scope["F"]["note_en"]
    assert not scope["S"]["exercised"]
    assert not scope["B"]["exercised"]


def test_the_report_names_it_too(clean):
    page = (clean.folder / "reports" / "report.en.html").read_text(encoding="utf-8")
    assert "What was not tried" in page
    assert "payment of the fee" in page


def test_all_kinds_of_phases_were_played_and_one_connection_served_many_people(clean):
    exposure = clean.verdict["exposure"]
    assert exposure["void_batches"] == 0
    assert exposure["bursts"] + exposure["bursts_apart"] == 16 + 4
    assert exposure["bursts"] >= 8  # how many of them overlapped is up to the machine
    assert exposure["same_kiosk_successions"] > 0
    assert exposure["same_node_pairs"] == exposure["overlapping_pairs"] > 100
    assert [(n["node"], n["build"]) for n in clean.verdict["nodes"]] == [("soap", "soap-1.4")]


def test_without_a_profile_of_its_own_nothing_false_is_found_and_the_weaker_check_is_told(clean, honnin, tmp_path):
    verdict = clean.rejudged(honnin, GENERIC, tmp_path / "run")
    assert (verdict["outcome"], verdict["findings"]) == ("PASS", [])
    assert "labels_unknown" in {reason["code"] for reason in verdict["not_tried"]}


def test_without_a_profile_of_its_own_swaps_are_found_all_the_same(swapped, honnin, tmp_path):
    verdict = swapped.rejudged(honnin, GENERIC, tmp_path / "run")
    assert verdict["outcome"] == "FAIL"
    assert swapped.agrees(verdict)
