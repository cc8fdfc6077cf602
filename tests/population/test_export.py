"""Exports that other systems read: CSV and JSON Lines, whole or absent."""

import csv
import json

import msgspec
import pytest
from PIL import Image

from harness.errors import UsageError
from harness.population.export import Form, export, json_schema, with_serials
from harness.records.resident import Koseki, Resident


def rows(file, encoding="utf-8"):
    with file.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines))


def test_csv_holds_every_resident_with_every_item(small, tmp_path):
    export(small, tmp_path / "out", Form.CSV)
    residents = rows(tmp_path / "out" / "residents.csv")
    assert [row["key"] for row in residents] == list(small.residents)
    for row in residents:
        resident = small.residents[row["key"]]
        assert (row["name"], row["address"], row["born_on"]) == (resident.name, resident.address, resident.born_on)
        assert row["seal_number"] == (resident.seal.number if resident.seal else "")
        assert row["restricted"] == str(int(resident.restricted))
    taxes = rows(tmp_path / "out" / "taxes.csv")
    assert len(taxes) == sum(len(r.taxes) for r in small.residents.values())
    members = rows(tmp_path / "out" / "koseki.csv")
    assert len(members) == sum(len(family.members) for family in small.koseki.values())


def test_csv_comes_with_the_seals_as_pictures_and_the_gaiji_font(small, tmp_path):
    export(small, tmp_path / "out", Form.CSV)
    owners = {key for key, resident in small.residents.items() if resident.seal}
    assert {file.stem for file in (tmp_path / "out" / "seals").iterdir()} == owners
    with Image.open(tmp_path / "out" / "seals" / f"{min(owners)}.png") as picture:
        assert picture.mode == "1"
    assert (tmp_path / "out" / "gaiji.ttf").read_bytes() == small.gaiji_font


@pytest.mark.parametrize("bom", [True, False])
def test_csv_begins_with_a_byte_order_mark_only_if_asked(small, tmp_path, bom):
    export(small, tmp_path / "out", Form.CSV, bom=bom)
    for name in ("residents.csv", "taxes.csv", "koseki.csv"):
        assert (tmp_path / "out" / name).read_bytes().startswith(b"\xef\xbb\xbf") == bom


def test_json_lines_are_the_records_and_fit_the_published_schema(small, tmp_path):
    export(small, tmp_path / "out", Form.JSON_LINES)
    lines = (tmp_path / "out" / "residents.jsonl").read_bytes().splitlines()
    assert {r.key: r for r in (msgspec.json.decode(line, type=Resident) for line in lines)} == small.residents
    families = (tmp_path / "out" / "koseki.jsonl").read_bytes().splitlines()
    assert {k.key: k for k in (msgspec.json.decode(line, type=Koseki) for line in families)} == small.koseki
    schema = json.loads((tmp_path / "out" / "schema.json").read_bytes())
    assert schema == json.loads(json_schema())
    assert set(json.loads(lines[0])) == set(schema["$defs"]["Resident"]["properties"])


def test_no_individual_number_and_no_card_secret_is_exported(small, tmp_path):
    export(small, tmp_path / "out", Form.CSV)
    heading = (tmp_path / "out" / "residents.csv").read_text(encoding="utf-8").splitlines()[0]
    assert not {"my_number", "個人番号", "pin"} & set(heading.split(","))


def test_serials_of_other_peoples_cards_are_refused(small):
    with pytest.raises(UsageError, match="R00002 has no card there"):
        with_serials(small, {"R00001": "1"})


def test_an_export_is_replaced_only_on_demand(small, tmp_path):
    export(small, tmp_path / "out", Form.CSV)
    with pytest.raises(UsageError, match="--force"):
        export(small, tmp_path / "out", Form.JSON_LINES)
    export(small, tmp_path / "out", Form.JSON_LINES, overwrite=True)
    assert not (tmp_path / "out" / "residents.csv").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(UsageError, match="something else"):
        export(small, tmp_path / "other", Form.CSV, overwrite=True)
