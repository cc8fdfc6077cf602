"""A run folder on disk becomes a verdict: complete ones pass, the same bytes come again, damage never passes.

The register oracle is stood in for by one that reads the owner's key from the page: documents and their reading
are tested elsewhere.
"""

import hashlib
import shutil

import msgspec
import pytest
from msgspec.structs import replace

from harness.campaign import write_plan
from harness.errors import ConfigError, HonninError
from harness.journal import DocumentWriter, RunFolder
from harness.journal.segments import frame
from harness.judge import judge_run
from harness.judge import run as judging
from harness.population import Population, save
from harness.reading.store import ReadingWriter
from harness.records.certificates import Certificate, Options
from harness.records.findings import Anomaly
from harness.records.history import Interrupted, PhaseEnded, SendIntent
from harness.records.manifest import MANIFEST_VERSION, CardStanding, Manifest
from harness.records.ownership import DocumentOwnership
from harness.records.plan import PLAN_VERSION, Batch, BatchKind, Driver, Phase, PlanHeader, PlannedApplication
from harness.records.reading import PageRead, Reading, ReadingStatus
from harness.records.resident import Resident, Seal
from harness.records.verdict import Outcome, Verdict

PEOPLE = ("R1", "R2", "R3", "R4")
SEAL = Seal(number="S1", registered_on="2020-01-01", diameter_mm=12.0, png_base64="")


class KeyOracle:
    """Every page's text is its owner's key, then its issue number."""

    made = None

    def __init__(self, population, profile, register, horizon_ns):
        """Take what the register oracle takes."""

    def judge(self, reading, one):
        """Judge by the keys on the pages."""
        facts = [(p.number, *p.text.split()) for p in reading.pages]
        if any(owner == "crash" for _, owner, _ in facts):
            raise RuntimeError("a checker's own mistake")
        pages = tuple(
            self.made.own_page(owner, page=n, number=number)
            if owner == one.resident
            else self.made.foreign_page(owner, page=n, number=number)
            for n, owner, number in facts
        )
        return DocumentOwnership(
            application=one.application, delivery="", digest=reading.digest, status=reading.status, pages=pages
        )


def sha(*files):
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


@pytest.fixture
def folder(history, made, tmp_path, monkeypatch):
    """Lay out the run folder of `history`; documents hold "owner number", the applicant's by default."""
    monkeypatch.setattr(KeyOracle, "made", made)
    monkeypatch.setattr(judging, "RegisterOracle", KeyOracle)

    def play(owners=("R1", "R2", "R3", "R4"), certificate=Certificate.JUMINHYO):
        for number, (resident, owner) in enumerate(zip(PEOPLE, owners, strict=True)):
            name = f"A{number}"
            history.asks(name, resident, number, number + 5, certificate=certificate, card=f"c{resident}")
            history.gets(name, body=f"{owner} {100 + PEOPLE.index(owner) if owner in PEOPLE else 0}", number=f"{name}")
        history.batch("B00001", left=(0.0,) * 4, applications=("A0", "A1", "A2", "A3"))
        return history

    def lay(records=None, cards=()):
        folder = RunFolder.create(tmp_path / "run")
        people = {k: Resident(key=k, municipality="架空県見本市", household=f"H{k}", seal=SEAL) for k in PEOPLE}
        save(Population(residents=people, koseki={}, municipality="架空県見本市"), folder.population)
        folder.target.write_text('name = "t"\nurl = "http://127.0.0.1:1"\n')
        population = sha(folder.population / "residents.jsonl", folder.population / "koseki.jsonl")
        batch = Batch(
            batch="B00001",
            phase="P1",
            kind=BatchKind.BURST,
            applications=tuple(
                PlannedApplication(
                    application=a,
                    resident=r,
                    card=f"c{r}",
                    certificate=Certificate.JUMINHYO,
                    options=Options(),
                    kiosk="K001",
                    store="S001",
                )
                for a, r in history.residents.items()
            ),
        )
        header = PlanHeader(
            version=PLAN_VERSION,
            scenario="smoke",
            scenario_digest="",
            seed=1,
            population_digest=population,
            target="t",
            phases=(Phase(phase="P1", title_ja="", title_en="", driver=Driver.QUIET),),
            batches=1,
            applications=len(batch.applications),
            updates=0,
            residents=4,
            kiosks=("K001",),
            nodes=(),
        )
        write_plan(folder.plan, header, [batch])
        (folder.path / "cards.jsonl").write_bytes(b"".join(msgspec.json.encode(c) + b"\n" for c in cards))
        manifest = Manifest(
            version=MANIFEST_VERSION,
            run="run",
            honnin="0",
            scenario="smoke",
            scenario_digest="",
            target="t",
            target_digest=sha(folder.target),
            plan_digest=sha(folder.plan),
            population_digest=population,
            started_wall_ns=1_743_557_400_000_000_000,
            cards="cards.jsonl",
        )
        folder.manifest.write_bytes(msgspec.json.encode(manifest))
        store, readings = DocumentWriter(folder, history.writer), ReadingWriter(folder, "reader-1")
        known = set()
        for body in lay.bodies or bodies(history):
            digest = store.put(body.encode())
            if digest not in known:
                page = PageRead(number=1, text=body)
                readings.append(Reading(digest=digest, status=ReadingStatus.READ, pages=(page,)))
            known.add(digest)
        readings.close()
        store.close()
        whole = records or history.whole()
        segment = b"".join(frame(n, r) for n, r in enumerate(whole))
        folder.segment(history.writer).write_bytes(segment)
        return folder.path

    lay.bodies = None
    lay.play = play
    return lay


def bodies(history):
    """Return the bodies stored by `folder.play`, found by their digests."""
    known = {hashlib.sha256(t.encode()).hexdigest(): t for t in texts()}
    return [known[digest] for digest, count in history.bodies.items() for _ in range(count)]


def texts():
    return [f"{owner} {number}" for owner in (*PEOPLE, "crash") for number in (0, 100, 101, 102, 103)]


def test_a_complete_clean_run_passes_and_is_written_whole(folder):
    folder.play()
    path = folder()
    verdict = judge_run(path)
    assert verdict.outcome is Outcome.PASS, verdict.reasons
    assert msgspec.json.decode((path / "verdict.json").read_bytes(), type=Verdict) == verdict
    assert (path / "findings.jsonl").read_bytes() == b""
    assert {(c.certificate, c.kind): (c.injected, c.found) for c in verdict.controls} == {
        ("juminhyo", "document"): (4, 4),
        ("juminhyo", "page"): (4, 4),
    }
    assert verdict.next_steps and verdict.statement_ja and verdict.bound_per_burst


def test_judging_again_gives_the_same_bytes_wherever_the_folder_lies(folder, tmp_path):
    folder.play(owners=("R1", "R1", "R3", "R4"))
    path = folder()
    judge_run(path)
    shutil.copytree(path, tmp_path / "elsewhere")
    judge_run(tmp_path / "elsewhere")
    judge_run(path)
    for name in ("verdict.json", "findings.jsonl"):
        assert (path / name).read_bytes() == (tmp_path / "elsewhere" / name).read_bytes()


def test_a_misdelivery_fails_and_its_finding_is_written(folder):
    folder.play(owners=("R2", "R2", "R3", "R4"))
    path = folder()
    verdict = judge_run(path)
    assert verdict.outcome is Outcome.FAIL
    found = [f for f in verdict.findings if f.anomaly is Anomaly.MISDELIVERY]
    assert [(f.finding, f.victim, f.donor, f.donor_application) for f in found] == [("F0001", "R1", "R2", "A1")]
    assert len((path / "findings.jsonl").read_text().splitlines()) == len(verdict.findings)
    assert verdict.bound_per_burst is None
    assert verdict.next_steps[0].code == "grave"


def test_a_document_for_a_revoked_card_fails(folder):
    folder.play()
    verdict = judge_run(folder(cards=[CardStanding(serial="cR1", resident="R1", state="revoked")]))
    assert (verdict.outcome, {f.anomaly for f in verdict.findings}) == (Outcome.FAIL, {Anomaly.AUTH_GAP})


def test_a_crash_of_the_oracle_is_inconclusive_never_silence(folder):
    folder.play(owners=("crash", "R2", "R3", "R4"))
    verdict = judge_run(folder())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {"checker_crashed", "identity_open"} <= {r.code for r in verdict.reasons}
    assert "a checker's own mistake" in " ".join(r.en for r in verdict.reasons)


def test_a_crash_of_one_check_is_inconclusive_and_the_others_still_find(folder, monkeypatch):
    def broken(*arguments):
        raise KeyError("broken")

    monkeypatch.setattr(judging, "check_numbers", broken)
    folder.play()
    path = folder()
    assert judge_run(path).outcome is Outcome.INCONCLUSIVE
    monkeypatch.setattr(judging, "check_pages", broken)
    assert "checker_crashed" in {r.code for r in judge_run(path).reasons}


def test_a_stopped_run_is_inconclusive(folder, history, made):
    folder.play()
    history.add(Interrupted(at_ns=made.ns(3), reason="ctrl-c"))
    verdict = judge_run(folder())
    assert (verdict.outcome, [r.code for r in verdict.reasons]) == (Outcome.INCONCLUSIVE, ["interrupted"])


@pytest.mark.parametrize("last", [1, 2, 5, 20])
def test_a_journal_cut_anywhere_is_never_a_pass(folder, history, last):
    folder.play()
    assert judge_run(folder(records=history.whole()[:-last])).outcome is Outcome.INCONCLUSIVE


def test_one_changed_byte_anywhere_in_the_folder_is_never_a_pass(folder):
    folder.play()
    path = folder()
    assert judge_run(path).outcome is Outcome.PASS
    files = [f for f in sorted(path.rglob("*")) if f.is_file() and f.name not in {"verdict.json", "findings.jsonl"}]
    for file in files:
        whole = file.read_bytes()
        if not whole:
            continue
        for place in (0, len(whole) // 2, len(whole) - 2):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            try:
                outcome = judge_run(path).outcome
            except HonninError:
                outcome = None
            if file.parent.name != "readings" and file.name not in {
                "cards.jsonl",
                "manifest.json",
            }:  # names of readers, runs
                assert outcome is not Outcome.PASS, f"{file.name} at {place}"
        file.write_bytes(whole)
    assert judge_run(path).outcome is Outcome.PASS


@pytest.mark.parametrize("part", ["segments", "documents", "readings"])
def test_a_missing_part_is_never_a_pass(folder, part):
    folder.play()
    path = folder()
    for file in (path / part).iterdir():
        file.unlink()
    assert judge_run(path).outcome is Outcome.INCONCLUSIVE


def test_a_failed_judging_leaves_no_older_verdict_behind(folder):
    folder.play()
    path = folder()
    judge_run(path)
    (path / "target.toml").write_text("name = 3")
    with pytest.raises(ConfigError):
        judge_run(path)
    assert not (path / "verdict.json").exists()


def test_a_target_that_declares_ownership_out_of_scope_is_refused(folder):
    folder.play()
    path = folder()
    text = '[[out_of_scope]]\nproperty = "O"\nreason = "x"\ndeclared_by = "y"\n'
    (path / "target.toml").write_text((path / "target.toml").read_text() + text)
    with pytest.raises(ConfigError, match="cannot be declared out"):
        judge_run(path)


def test_a_phase_that_did_not_complete_is_inconclusive(folder, history):
    folder.play()
    whole = [replace(r, complete=False) if isinstance(r, PhaseEnded) else r for r in history.whole()]
    assert "plan_incomplete" in {r.code for r in judge_run(folder(records=whole)).reasons}


def test_a_record_of_an_unknown_version_is_inconclusive(folder, history):
    folder.play()
    whole = history.whole()
    whole[0] = replace(whole[0], version=99)
    verdict = judge_run(folder(records=whole))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("version" in r.en for r in verdict.reasons)


def test_a_send_that_was_never_answered_is_inconclusive(folder, history):
    folder.play()
    sends = [n for n, r in enumerate(history.records) if isinstance(r, SendIntent)]
    del history.records[sends[0] + 1]
    assert "identity_open" in {r.code for r in judge_run(folder()).reasons}
