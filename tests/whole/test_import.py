"""A run written down in the import format is judged as the run was; two documents that changed hands are found."""

import json

import msgspec
import pytest

from harness.journal import DocumentStore, RunFolder, read_history
from harness.records.history import ApplicationEnded, ApplicationStarted, Delivery, SegmentOpened

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def exported(run, folder):
    """Write a run down as another tool would: one line per application and document."""
    folder.mkdir()
    started, anchors, lines = {}, {}, []
    records = [(e.writer, e.record) for e in read_history(RunFolder(run))]
    anchors = {w: r.wall_ns - r.monotonic_ns for w, r in records if isinstance(r, SegmentOpened)}
    started = {r.application: r for _, r in records if isinstance(r, ApplicationStarted)}
    store = DocumentStore(RunFolder(run))
    for writer, record in records:
        if isinstance(record, ApplicationEnded):
            one = started[record.application]
            lines.append(
                {
                    "t": "application",
                    "id": one.application,
                    "resident": one.resident,
                    "certificate": one.certificate,
                    "options": json.loads(msgspec.json.encode(one.options)),
                    "started": one.at_ns + anchors[writer],
                    "ended": record.at_ns + anchors[writer],
                    "ending": record.ending,
                    "burst": one.batch,
                    "kiosk": one.kiosk,
                    "charged": record.charged,
                    "acknowledged": record.acknowledged,
                }
            )
        elif isinstance(record, Delivery):
            (folder / f"{record.digest}.pdf").write_bytes(store.get(record.digest))
            told = {"t": "document", "application": record.application, "file": f"{record.digest}.pdf"}
            lines.append(told | {"copy": record.copy, "received": record.at_ns + anchors[writer]})
    return lines


def write(folder, lines):
    header = {
        "t": "header",
        "version": 1,
        "recorder": "another tool",
        "applications": sum(x["t"] == "application" for x in lines),
        "documents": sum(x["t"] == "document" for x in lines),
    }
    file = folder / "history.jsonl"
    file.write_text("".join(json.dumps(x) + "\n" for x in (header, *lines)), encoding="utf-8")
    return file


def test_an_imported_history_is_judged_with_its_documents(site, play, honnin, tmp_path):
    with site() as served:
        code, _, run, _ = play(served, served.few)
        assert code in {0, 2}
        lines = exported(run, tmp_path / "import")
        target = tmp_path / "recorded.toml"  # the tool that recorded it read no ledger
        target.write_text(served.target.read_text(encoding="utf-8").replace("ledger = true", "ledger = false"))

    def judged(which):
        file = write(tmp_path / "import", which)
        done = honnin("judge", "--import", file, "--target", target, "--out", tmp_path / "imports", "--json")
        assert "Traceback" not in done.stderr, done.stderr
        return json.loads(done.stdout)

    verdict = judged(lines)
    assert verdict["outcome"] == "INCONCLUSIVE"
    assert [r["code"] for r in verdict["reasons"]] == ["imported"]
    assert verdict["exposure"]["bursts"] == 1
    assert all(i["closes"] for i in verdict["identities"])
    first, second = [x for x in lines if x["t"] == "document"][:2]
    first["file"], second["file"] = second["file"], first["file"]
    verdict = judged(lines)
    assert verdict["outcome"] == "FAIL"
    assert {f["anomaly"] for f in verdict["findings"]} >= {"MISDELIVERY"}
