"""A history recorded elsewhere becomes the same view as one of ours; what is wrong in it is told by its line."""

import json

import pytest

from harness.checks.gather import gather
from harness.cli import main
from harness.errors import ConfigError
from harness.imported.file import read_import
from harness.imported.journal import write_history
from harness.imported.records import instant_ns
from harness.journal import DocumentStore, RunFolder, read_segment
from harness.records.history import Ending, UpdateResult

HEADER = {"t": "header", "version": 1, "recorder": "vendor-tool 3.2"}
PEOPLE = frozenset({"R00001", "R00002"})
AT = "2026-11-20T10:00:00+09:00"
BEGAN_NS = 1_795_136_400 * 10**9


def application(name="A1", resident="R00001", **more):
    told = {"t": "application", "id": name, "resident": resident, "certificate": "juminhyo", "started": AT}
    return told | {"ended": "2026-11-20T10:00:02+09:00", "ending": "delivered"} | more


def document(name="A1", file="a.pdf", **more):
    return {"t": "document", "application": name, "file": file, "received": "2026-11-20T10:00:01.5+09:00"} | more


@pytest.fixture
def given(tmp_path):
    """Write an import file of these lines, with documents beside it; return its path."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 a")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 b")

    def given(*lines, header=HEADER):
        file = tmp_path / "history.jsonl"
        file.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in (header, *lines)), encoding="utf-8")
        return file

    return given


@pytest.fixture
def view(given, tmp_path):
    def view(*lines, header=HEADER):
        folder = RunFolder.create(tmp_path / "run")
        write_history(folder, read_import(given(*lines, header=header), PEOPLE))
        (segment,) = folder.segments()
        return gather((e.writer, e.sequence, e.record) for e in read_segment(segment)), DocumentStore(folder)

    return view


def test_applications_and_documents_come_with_their_times(view):
    made, store = view(application(request_id="q1", node="n1"), document(issue_number="N1"))
    (one,) = made.applications
    assert (one.started_ns, one.ended_ns, one.ending) == (BEGAN_NS, BEGAN_NS + 2 * 10**9, Ending.DELIVERED)
    assert (one.copies, one.node, one.request_id) == (1, "n1", "q1")
    (delivered,) = made.deliveries
    assert (delivered.place, delivered.at_ns, delivered.late) == (0, BEGAN_NS + 1_500_000_000, False)
    assert store.get(delivered.digest) == b"%PDF-1.7 a"
    assert made.segments[0].closed
    assert made.oddities == ()


def test_a_document_after_the_end_is_late_and_one_of_nobody_is_an_orphan(view):
    late = document(received="2026-11-20T10:00:03+09:00")
    made, _ = view(application(ending="failed"), late, document("", "b.pdf"))
    assert [(d.late, d.place) for d in made.deliveries] == [(True, 0), (False, -1)]
    assert made.applications[0].copies == 0


def test_those_of_one_burst_are_released_together(view):
    first = application("A1", burst="1", applied="2026-11-20T10:00:00.100+09:00")
    second = application("A2", "R00002", burst="1", applied="2026-11-20T10:00:00.101+09:00")
    made, _ = view(first, second)
    ((batch, departures),) = made.releases
    assert (batch, departures[1] - departures[0]) == ("burst 1", 1_000_000)


def test_changes_and_ledger(view):
    move = {
        "t": "update",
        "id": "U1",
        "resident": "R00001",
        "field": "address",
        "value": "x",
        "started": AT,
        "ended": AT,
    }
    open_ = {"t": "update", "id": "U2", "resident": "R00001", "field": "address", "value": "y", "started": AT}
    ledger = {"t": "ledger", "request_id": "q1", "state": "issued", "issue_numbers": ["N1"]}
    made, _ = view(application(), move, open_, ledger, {"t": "ledger_end", "at": AT})
    assert [u.result for u in made.updates] == [UpdateResult.APPLIED, UpdateResult.UNRESOLVED]
    assert made.ledger["q1"].issue_numbers == ("N1",)
    assert made.ledger_reads[0].complete


def test_the_recorders_clock_error_is_on_every_application(view):
    made, _ = view(application(), header=HEADER | {"clock_error_ms": 5})
    assert made.applications[0].error_ns >= 5_000_000
    assert made.applications[0].started_ns == BEGAN_NS


def test_counts_are_the_recorders_own_and_never_made_up(view):
    made, _ = view(application(), document())
    assert made.counters == {}


def test_counts_that_the_recorder_gives_are_kept(view):
    made, _ = view(application(), document(), header=HEADER | {"applications": 2, "documents": 1})
    assert (made.counters["import-1"].started, made.counters["import-1"].deliveries) == (2, 1)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([application(resident="R9")], "line 2: resident R9 is not in the population"),
        ([application(), application()], "line 3: the id A1 occurs twice"),
        ([application(started="2026-11-20T10:00:00")], "line 2: .* names no offset"),
        ([application(started="noon")], "line 2: .*noon"),
        ([application(certificate="passport")], "line 2: .*passport"),
        ([application(kiosc="K1")], "line 2: .*kiosc"),
        ([document()], "line 2: application A1 is in no line"),
        ([application(), document(file="c.pdf")], r"line 3: there is no file c\.pdf"),
        ([HEADER], "line 2: is a second header"),
        ([application(), document(id="D1"), document(id="D1")], "line 4: the id D1 occurs twice"),
        ([application(started="2026-11-20T10:00:03+09:00")], "line 2: A1 ended before it started"),
        ([application(started=BEGAN_NS // 10**9)], "line 2: .* are nanoseconds since 1970"),
        ([application(started=10**30)], "line 2: "),
        ([application(started="9999-11-20T10:00:00+09:00")], "line 2: .* from 2000 to 2199"),
        (
            [{"t": "update", "id": "U", "resident": "R00001", "field": "shoe", "value": "", "started": AT}],
            "line 2: residents have no field shoe",
        ),
    ],
)
def test_a_wrong_line_is_told(given, lines, message):
    with pytest.raises(ConfigError, match=message):
        read_import(given(*lines), PEOPLE)


@pytest.mark.parametrize(
    ("header", "message"), [(application(), "must be the header"), (HEADER | {"version": 9}, "version 9")]
)
def test_without_its_header_a_file_is_refused(given, header, message):
    with pytest.raises(ConfigError, match=f"line 1: .*{message}"):
        read_import(given(header=header), PEOPLE)


def test_instants_are_texts_with_an_offset_or_nanoseconds():
    assert instant_ns("2026-11-20T10:00:00.000123+09:00") == BEGAN_NS + 123_000
    assert instant_ns(BEGAN_NS + 1) == BEGAN_NS + 1


@pytest.mark.parametrize("arguments", [(), ("run", "--import", "x.jsonl"), ("--import", "x.jsonl")])
def test_the_command_says_what_it_needs(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(["judge", *arguments, "--lang", "ja"])
    assert left.value.code == 64
    assert "--import" in capsys.readouterr().err
