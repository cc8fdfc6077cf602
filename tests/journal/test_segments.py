"""The journal keeps what it acknowledged, and says what it lost."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import DiskFull, RunDamaged, UsageError
from harness.journal import (
    DocumentStore,
    DocumentWriter,
    RunFolder,
    SegmentTail,
    SegmentWriter,
    inspect_segments,
    read_history,
)
from harness.journal.segments import frame
from harness.records.history import Note, SegmentClosed, SegmentOpened


@pytest.fixture
def folder(tmp_path):
    return RunFolder.create(tmp_path / "run")


def notes(folder):
    return [e.record.text for e in read_history(folder) if isinstance(e.record, Note)]


def test_records_come_back_in_order_between_an_opening_and_a_closing_record(folder):
    with SegmentWriter(folder, "w", "run") as segment:
        for i in range(100):
            segment.append(Note(at_ns=i, text=f"行 {i}"))
    entries = list(read_history(folder))
    assert isinstance(entries[0].record, SegmentOpened)
    assert isinstance(entries[-1].record, SegmentClosed)
    assert [e.sequence for e in entries] == list(range(102))
    assert notes(folder) == [f"行 {i}" for i in range(100)]
    (state,) = inspect_segments(folder)
    assert (state.records, state.closed, state.torn_bytes) == (102, True, 0)


def test_a_writer_that_dies_by_an_exception_leaves_its_segment_open(folder):
    with pytest.raises(ZeroDivisionError), SegmentWriter(folder, "w", "run"):
        raise ZeroDivisionError
    assert not inspect_segments(folder)[0].closed


def test_a_writers_name_is_used_once(folder):
    SegmentWriter(folder, "w", "run").close()
    with pytest.raises(FileExistsError):
        SegmentWriter(folder, "w", "run")


@given(cut=st.integers(min_value=1, max_value=60))
def test_a_torn_last_line_is_left_out_and_reported(tmp_path_factory, cut):
    folder = RunFolder.create(tmp_path_factory.mktemp("torn") / "run")
    segment = SegmentWriter(folder, "w", "run")
    segment.append(Note(at_ns=1, text="kept"))
    whole = folder.segment("w").stat().st_size
    segment.append(Note(at_ns=2, text="x" * 60))
    torn = folder.segment("w").stat().st_size - cut
    os.truncate(folder.segment("w"), torn)
    assert notes(folder) == ["kept"]
    assert inspect_segments(folder)[0].torn_bytes == torn - whole


@pytest.mark.parametrize("position", [0, 1, 5, 8, 12, 17, 20, 26, 30, 60])
def test_a_changed_byte_before_the_end_is_damage_not_a_shorter_history(folder, position):
    with SegmentWriter(folder, "w", "run") as segment:
        segment.append(Note(at_ns=1, text="a" * 80))
    body = bytearray(folder.segment("w").read_bytes())
    line = body.index(b"\n") + 1
    body[line + position] ^= 0x40
    folder.segment("w").write_bytes(body)
    with pytest.raises(RunDamaged, match="restore the run folder"):
        list(read_history(folder))


def test_a_removed_record_is_noticed(folder):
    with SegmentWriter(folder, "w", "run") as segment:
        for i in range(3):
            segment.append(Note(at_ns=i, text=str(i)))
    lines = folder.segment("w").read_bytes().splitlines(keepends=True)
    folder.segment("w").write_bytes(b"".join(lines[:2] + lines[3:]))
    with pytest.raises(RunDamaged, match="sequence"):
        list(read_history(folder))


def test_a_record_of_an_unknown_kind_is_refused_rather_than_skipped(folder):
    SegmentWriter(folder, "w", "run")
    line = frame(1, Note(at_ns=1, text="x")).replace(b'"note"', b'"zote"')
    body = line[18:-1]
    with folder.segment("w").open("ab") as file:
        file.write(b"%08x %08x %s\n" % (len(body) - 9, zlib.crc32(body), body))
    with pytest.raises(RunDamaged, match="unknown to this version"):
        list(read_history(folder))


def test_the_tail_sees_each_record_once_while_the_segment_grows(folder):
    tail = SegmentTail(folder.segment("w"))
    assert tail.poll() == []
    segment = SegmentWriter(folder, "w", "run")
    seen = len(tail.poll())
    for i in range(10):
        segment.append(Note(at_ns=i, text="x" * i))
        seen += len(tail.poll(at_most=64))
    assert seen == 11


def test_documents_come_back_by_digest_and_every_put_is_counted(folder):
    documents = DocumentWriter(folder, "w")
    one, two = documents.put(b"one"), documents.put(b"two" * 1000)
    assert documents.put(b"one") == one
    store = DocumentStore(folder)
    assert store.get(one) == b"one"
    assert store.get(two) == b"two" * 1000
    assert (store.entries, len(store.digests())) == (3, 2)
    documents.put(b"three")
    store.refresh()
    assert store.entries == 4


def test_an_altered_document_is_never_handed_out(folder):
    digest = DocumentWriter(folder, "w").put(b"x" * 100)
    pack = folder.pack("w")
    pack.write_bytes(pack.read_bytes().replace(b"x" * 100, b"x" * 99 + b"y"))
    with pytest.raises(RunDamaged, match="altered"):
        DocumentStore(folder).get(digest)


def test_a_torn_document_is_not_in_the_store(folder):
    documents = DocumentWriter(folder, "w")
    kept = documents.put(b"kept")
    documents.put(b"lost" * 100)
    os.truncate(folder.pack("w"), folder.pack("w").stat().st_size - 1)
    assert DocumentStore(folder).digests() == (kept,)


def test_a_run_folder_is_private_and_never_written_twice(tmp_path):
    folder = RunFolder.create(tmp_path / "run")
    assert folder.path.stat().st_mode & 0o777 == 0o700
    with pytest.raises(UsageError, match="never written twice"):
        RunFolder.create(tmp_path / "run")
    with pytest.raises(UsageError, match="no run folder"):
        RunFolder.open(tmp_path)


def test_a_full_disk_refuses_the_record_and_keeps_all_before_it(folder):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    segment = SegmentWriter(folder, "w", "run")
    documents = DocumentWriter(folder, "w")
    kept = documents.put(b"k" * 1000)
    written = 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(DiskFull, match="resume"):
            for i in range(1000):
                segment.append(Note(at_ns=i, text="x" * 100))
                written += 1
        with pytest.raises(DiskFull):
            documents.put(b"z" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(notes(folder)) == written > 0
    assert not inspect_segments(folder)[0].closed
    assert DocumentStore(folder).digests() == (kept,)
    segment.append(Note(at_ns=0, text="space again"))
    assert notes(folder)[-1] == "space again"


def test_kill_9_loses_no_acknowledged_record(folder):
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from harness.journal import RunFolder, SegmentWriter
        from harness.records.history import Note
        segment = SegmentWriter(RunFolder(Path(sys.argv[1])), "w", "run")
        i = 0
        while True:
            segment.append(Note(at_ns=i, text="x" * (i % 300)))
            sys.stdout.write(f"{i}\\n"); sys.stdout.flush()
            i += 1
    """)
    for round_number in range(3):
        target = RunFolder.create(folder.path / f"r{round_number}")
        process = subprocess.Popen([sys.executable, "-c", program, str(target.path)], stdout=subprocess.PIPE)
        acknowledged = [process.stdout.readline() for _ in range(200 + 137 * round_number)]
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines()
        process.wait()
        process.stdout.close()
        total = len(acknowledged) + sum(1 for line in rest if line.isdigit())
        assert len(notes(target)) >= total
