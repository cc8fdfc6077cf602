"""Readings are kept line by line; a torn last line was never acknowledged."""

import pytest

from harness.errors import RunDamaged
from harness.journal.run_folder import RunFolder
from harness.reading.store import ReadingWriter, load_readings
from harness.records.reading import PageRead, Reading, ReadingStatus


@pytest.fixture
def folder(tmp_path):
    return RunFolder.create(tmp_path / "run")


def reading(digest):
    page = PageRead(number=1, text="氏名 見本　太郎\n𠮷", hidden_text="\ufffd")
    return Reading(digest=digest, status=ReadingStatus.READ, pages=(page,))


def test_what_was_stored_is_loaded(folder):
    writer = ReadingWriter(folder, "reader-1")
    writer.append(reading("a"))
    writer.append(reading("b"))
    writer.close()
    assert load_readings(folder) == {"a": reading("a"), "b": reading("b")}


def test_several_readers_files_are_one_store(folder):
    for name, digest in (("reader-1", "a"), ("reader-2", "b")):
        writer = ReadingWriter(folder, name)
        writer.append(reading(digest))
        writer.close()
    assert set(load_readings(folder)) == {"a", "b"}


def test_a_torn_last_line_is_left_out(folder):
    writer = ReadingWriter(folder, "reader-1")
    writer.append(reading("a"))
    writer.append(reading("b"))
    writer.close()
    path = folder.readings / "reader-1.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert set(load_readings(folder)) == {"a"}


def test_a_damaged_line_before_the_last_is_told_with_file_and_line(folder):
    writer = ReadingWriter(folder, "reader-1")
    writer.append(reading("a"))
    writer.append(reading("b"))
    writer.close()
    path = folder.readings / "reader-1.jsonl"
    path.write_bytes(b'{"digest":' + path.read_bytes()[20:])
    with pytest.raises(RunDamaged, match=r"reader-1.jsonl: line 1"):
        load_readings(folder)


def test_a_writers_name_is_used_once(folder):
    ReadingWriter(folder, "reader-1").close()
    with pytest.raises(FileExistsError):
        ReadingWriter(folder, "reader-1")
