"""A baseline lies in the run folders that use it, whole and proven; one that cannot be used says what to do."""

import bare
import msgspec
import pytest

from harness.baseline.folder import BaselineFolder, bring, check_usable
from harness.errors import UsageError
from harness.journal import RunFolder
from harness.records.baseline import BASELINE_VERSION, BaselineEntry, Learned, Trust
from harness.records.certificates import Certificate, Options
from harness.records.reading import Reading, ReadingStatus
from harness.records.verdict import Outcome

ENTRY = BaselineEntry(
    resident="R1",
    certificate=Certificate.INKAN,
    options=Options(),
    applications=("A1", "A2"),
    digests=("a" * 64, "b" * 64),
    issued_on=("2026-11-19", "2026-11-19"),
    trust=Trust.TWIN,
)
LEARNED = Learned(version=BASELINE_VERSION, baseline="b1", population_digest="p", target="t")


def manifest(**other):
    given = {"run": "b1", "kind": "baseline", "population_digest": "p"}
    return bare.manifest(**given | other)


def verdict(outcome):
    return bare.verdict(outcome, run="b1", scenario="baseline")


@pytest.fixture
def taken(tmp_path):
    """A judged baseline run with one entry."""

    def make(outcome=Outcome.PASS, **other):
        folder = RunFolder.create(tmp_path / "b1")
        folder.manifest.write_bytes(msgspec.json.encode(manifest(**other)))
        if outcome is not None:
            folder.verdict.write_bytes(msgspec.json.encode(verdict(outcome)))
        BaselineFolder(folder).write([ENTRY], LEARNED)
        readings = (Reading(digest=d, status=ReadingStatus.READ) for d in ENTRY.digests)
        lines = b"".join(msgspec.json.encode(r) + b"\n" for r in readings)
        (folder.readings / "readings-1.jsonl").write_bytes(lines)
        return folder

    return make


def test_what_was_written_is_read_and_brought_into_a_run_with_its_readings(taken, tmp_path):
    source, into = taken(), RunFolder.create(tmp_path / "run")
    digest = bring(check_usable(source.path, "p", "t"), into)
    brought = BaselineFolder(into)
    assert brought.read() == ([ENTRY], LEARNED)
    assert set(brought.readings()) == set(ENTRY.digests)
    assert digest == brought.digest() != ""


def test_a_changed_entry_changes_the_digest(taken, tmp_path):
    into = RunFolder.create(tmp_path / "run")
    digest = bring(taken(), into)
    entries = BaselineFolder(into).entries
    body = entries.read_bytes()
    entries.unlink()
    entries.write_bytes(body.replace(b"R1", b"R2"))
    assert BaselineFolder(into).digest() != digest


@pytest.mark.parametrize(
    ("made", "asked", "told"),
    [
        ({"outcome": Outcome.FAIL}, {}, "take a new baseline"),
        ({"outcome": None}, {}, "not judged yet"),
        ({"kind": "run"}, {}, "no baseline but a run"),
        ({}, {"population_digest": "other"}, "another population"),
        ({}, {"target": "other"}, "of target t, not of other"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(taken, made, asked, told):
    source = taken(**made)
    with pytest.raises(UsageError, match=told):
        check_usable(source.path, **{"population_digest": "p", "target": "t", **asked})


def test_an_undecided_baseline_may_be_used(taken):
    assert check_usable(taken(outcome=Outcome.INCONCLUSIVE).path, "p", "t")
