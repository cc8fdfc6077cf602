"""The population folder: whole or absent, and never loaded when it does not agree with itself."""

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time

import pytest

from harness.errors import ConfigError, UsageError
from harness.population import load, make_population, save


@pytest.fixture
def folder(small, tmp_path):
    save(small, tmp_path / "population")
    return tmp_path / "population"


def test_what_was_saved_is_loaded(small, folder):
    loaded = load(folder)
    assert loaded == small
    assert loaded.digest == small.digest
    assert sorted(file.name for file in folder.iterdir()) == [
        "gaiji.ttf", "koseki.jsonl", "population.json", "residents.jsonl",
    ]  # fmt: skip


def test_the_header_says_what_the_folder_holds(small, folder):
    header = json.loads((folder / "population.json").read_text(encoding="utf-8"))
    assert header == {
        "version": 1,
        "seed": 1,
        "municipality": "架空県見本市",
        "residents": 60,
        "digest": small.digest,
        "made_by": "honnin 0.1.0",
        "gaiji": {"U+E000": "邊の見本外字"},
    }


def test_the_digest_is_that_of_both_files_together(small, folder):
    import hashlib

    content = (folder / "residents.jsonl").read_bytes() + (folder / "koseki.jsonl").read_bytes()
    assert hashlib.sha256(content).hexdigest() == small.digest


def test_residents_stand_in_the_order_of_their_keys(folder):
    lines = (folder / "residents.jsonl").read_text(encoding="utf-8").splitlines()
    keys = [json.loads(line)["key"] for line in lines]
    assert keys == sorted(keys)
    assert len(keys) == 60


def test_the_folder_is_for_its_owner_only(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("file", ["residents.jsonl", "koseki.jsonl"])
def test_a_changed_record_is_noticed(folder, file):
    content = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(content.replace("見本", "試験", 1), encoding="utf-8")
    with pytest.raises(ConfigError, match="digest"):
        load(folder)


def test_a_missing_line_is_noticed(folder):
    lines = (folder / "residents.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "residents.jsonl").write_bytes(b"".join(lines[:-1]))
    with pytest.raises(ConfigError, match="digest"):
        load(folder)


@pytest.mark.parametrize("file", ["population.json", "residents.jsonl", "koseki.jsonl"])
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    with pytest.raises(ConfigError, match=f"{file}: no such file"):
        load(folder)


def test_a_damaged_line_is_named(folder):
    with (folder / "residents.jsonl").open("ab") as out:
        out.write(b'{"key": 7}\n')
    with pytest.raises(ConfigError, match=r"residents.jsonl: line 61"):
        load(folder)


def test_a_folder_of_another_version_is_refused(folder):
    header = json.loads((folder / "population.json").read_text(encoding="utf-8"))
    (folder / "population.json").write_text(json.dumps({**header, "version": 2}), encoding="utf-8")
    with pytest.raises(ConfigError, match="reads version 1"):
        load(folder)


def test_an_existing_population_is_replaced_only_on_demand(small, folder):
    other = make_population(5, 3)
    with pytest.raises(UsageError, match="--force"):
        save(other, folder)
    assert load(folder) == small
    save(other, folder, overwrite=True)
    assert load(folder) == other
    assert [file.name for file in folder.parent.iterdir()] == ["population"]


def test_nothing_but_a_population_is_ever_replaced(small, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(UsageError, match="something else"):
        save(small, tmp_path / "letters", overwrite=True)
    (tmp_path / "file").write_text("keep", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        save(small, tmp_path / "file", overwrite=True)
    assert (tmp_path / "letters" / "dear.txt").read_text(encoding="utf-8") == "keep"


def test_an_empty_folder_is_filled(small, tmp_path):
    (tmp_path / "population").mkdir()
    save(small, tmp_path / "population")
    assert load(tmp_path / "population") == small


def test_a_disk_that_refuses_leaves_nothing(small, tmp_path):
    if os.geteuid() == 0:
        place = "/proc/honnin-population"  # even root cannot write there
    else:
        (tmp_path / "sealed").mkdir(mode=0o500)
        place = tmp_path / "sealed" / "population"
    from pathlib import Path

    with pytest.raises(UsageError, match="cannot be written"):
        save(small, Path(place))


def test_the_leftovers_of_a_dead_writer_are_removed(small, tmp_path):
    dead = tmp_path / ".population.part-999999999"
    dead.mkdir()
    (dead / "residents.jsonl").write_text("half", encoding="utf-8")
    save(small, tmp_path / "population")
    assert [file.name for file in tmp_path.iterdir()] == ["population"]


@pytest.mark.slow
def test_a_killed_maker_never_leaves_a_folder_that_loads_but_is_not_whole(tmp_path):
    place = tmp_path / "population"
    code = (
        "import sys, pathlib; from harness.population import make_population, save\n"
        "people = make_population(4, 40)\n"
        "print('ready', flush=True)\n"
        "while True: save(people, pathlib.Path(sys.argv[1]), overwrite=True)\n"
    )
    expected = make_population(4, 40)
    delays = random.Random(1)
    for _ in range(12):
        maker = subprocess.Popen([sys.executable, "-c", code, str(place)], stdout=subprocess.PIPE)
        maker.stdout.readline()
        time.sleep(delays.uniform(0, 0.1))  # the moment of the kill is the experiment, not a synchronisation
        maker.send_signal(signal.SIGKILL)
        maker.wait(30)
        maker.stdout.close()
        if place.exists():
            assert load(place) == expected
    save(expected, place, overwrite=True)
    assert load(place) == expected


def test_the_household_of_someone_elsewhere_is_that_person_alone(small, with_trait):
    for resident in with_trait(small, "elsewhere"):
        assert small.household(resident.key) == (resident,)


def test_an_unknown_household_is_a_key_error(small):
    with pytest.raises(KeyError):
        small.household("H99999")
