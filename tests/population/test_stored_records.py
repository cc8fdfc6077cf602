"""A large population's records are decoded when asked for, and are the same as those kept in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import ConfigError
from harness.population import load, make_population, save, stored_records


def test_a_population_is_the_same_whether_its_records_are_kept_or_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_population(1, 120)
    save(made, tmp_path / "population")
    monkeypatch.setattr(stored_records, "_LARGE_BYTES", 1)
    stored = load(tmp_path / "population")
    assert isinstance(stored.residents, stored_records.StoredRecords)
    assert dict(stored.residents) == made.residents
    assert dict(stored.koseki) == made.koseki
    assert stored.digest == made.digest
    assert [stored.household(key) for key in made.residents] == [made.household(key) for key in made.residents]


def test_blank_lines_between_records_do_not_shift_them(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text('{"key": "a", "n": "1"}\n\n{"key": "b", "n": "2"}')
    records = stored_records.StoredRecords(tmp_path / "lines.jsonl", dict[str, str], lambda record: record["key"])
    assert records["b"]["n"] == "2"
    assert "c" not in records
    with pytest.raises(KeyError):
        records["c"]


def test_a_damaged_line_of_a_large_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_records, "_LARGE_BYTES", 1)
    (tmp_path / "lines.jsonl").write_text('{"a": 1}\n\n{"a": \n')
    with pytest.raises(ConfigError, match="line 3"):
        stored_records.records_of(tmp_path / "lines.jsonl", dict, str)
