"""`honnin population` from the command line: what it prints, writes, teaches and exits with."""

import json

import pytest
from msgspec.structs import replace

from harness.cli import main
from harness.population import load


@pytest.fixture
def honnin(capsys, monkeypatch):
    """Return a function that runs the command and returns exit code, standard output and standard error."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["population", *map(str, arguments)])
        captured = capsys.readouterr()
        return end.value.code, captured.out, captured.err

    return run


@pytest.fixture
def folder(honnin, tmp_path):
    assert honnin("make", tmp_path / "people", "--size", 60, "--seed", 1)[0] == 0
    return tmp_path / "people"


def test_make_saves_a_population_and_says_what_is_in_it(honnin, tmp_path):
    code, out, _ = honnin("make", tmp_path / "p", "--seed", 3, "--size", 60)
    assert code == 0
    assert "架空県見本市 (seed 3): 60 residents" in out
    assert "all six certificates" in out
    assert len(load(tmp_path / "p").residents) == 60


def test_make_speaks_japanese_where_asked(honnin, tmp_path):
    _, out, _ = honnin("make", tmp_path / "p", "--size", 5, "--lang", "ja")
    assert "住民 5人" in out
    assert "6種類すべて交付できる人" in out


def test_make_as_json_is_one_object(honnin, tmp_path):
    code, out, _ = honnin("make", tmp_path / "p", "--json")
    facts = json.loads(out)
    assert (code, facts["residents"], facts["seed"]) == (0, 60, 1)
    assert facts["all_six"] > 30
    assert facts["digest"] == load(tmp_path / "p").digest
    assert facts["household_sizes"]["12"] == 1


def test_make_refuses_to_overwrite_without_force(honnin, folder):
    code, _, err = honnin("make", folder, "--size", 3)
    assert code == 64
    assert "--force" in err
    assert honnin("make", folder, "--size", 3, "--force")[0] == 0
    assert len(load(folder).residents) == 3


def test_make_refuses_an_impossible_size(honnin, tmp_path):
    code, _, err = honnin("make", tmp_path / "p", "--size", 0)
    assert code == 64
    assert "choose a size from 1" in err
    assert not (tmp_path / "p").exists()


def test_show_tells_whether_everyone_can_be_told_apart(honnin, folder):
    code, out, _ = honnin("show", folder)
    assert code == 0
    assert "all 60 residents can be told apart on paper" in out
    assert "deliberate look-alikes" in out
    facts = json.loads(honnin("show", folder, "--json")[1])
    assert facts["clear"] is True
    assert facts["distinction"]["inseparable"] == []
    assert facts["traits"]["twin"] == 2


def test_show_one_resident_and_save_the_seal(honnin, folder, tmp_path):
    code, out, _ = honnin("show", folder, "R00001", "--seal", tmp_path / "seal.png")
    facts = json.loads(out)
    assert code == 0
    assert facts["key"] == "R00001"
    assert facts["koseki_record"]["key"] == facts["koseki"]
    assert "R00001" in facts["household_members"]
    assert (tmp_path / "seal.png").read_bytes().startswith(b"\x89PNG")


def test_show_names_the_keys_there_are(honnin, folder):
    code, _, err = honnin("show", folder, "R99999")
    assert code == 64
    assert "R00001 to R00060" in err


def test_show_of_something_else_says_so(honnin, tmp_path):
    code, _, err = honnin("show", tmp_path)
    assert code == 64
    assert "population.json: no such file" in err


@pytest.mark.parametrize(("form", "file"), [("csv", "residents.csv"), ("jsonl", "residents.jsonl")])
def test_export_writes_the_files_and_names_them(honnin, folder, tmp_path, form, file):
    code, out, _ = honnin("export", folder, tmp_path / "out", "--form", form)
    assert code == 0
    assert "60 residents written" in out
    assert file in out
    assert (tmp_path / "out" / file).exists()
    assert (
        file in json.loads(honnin("export", folder, tmp_path / "out", "--form", form, "--force", "--json")[1])["files"]
    )


def test_an_export_with_the_serials_of_cards_comes_back_as_it_went(honnin, folder, tmp_path):
    cards = tmp_path / "cards"
    with pytest.raises(SystemExit):
        main(["cards", "make", str(folder), str(cards), "--special", "revoked=R00001", "--algorithm", "p384"])
    assert "--serials" in honnin("export", folder, tmp_path / "bare")[1], "what is lacking is said"
    code, out, _ = honnin("export", folder, tmp_path / "out", "--serials", cards)
    assert (code, "--serials" in out) == (0, False)
    assert honnin("import", tmp_path / "out", tmp_path / "again")[0] == 0
    went, came = load(folder), load(tmp_path / "again")
    rows = [line.split(",") for line in (cards / "serials.csv").read_text().splitlines()[1:]]
    assert {key: one.cards for key, one in came.residents.items()} == {row[1]: (row[0],) for row in rows}
    assert {key: replace(one, cards=()) for key, one in came.residents.items()} == went.residents
    assert (came.koseki, came.gaiji, came.gaiji_font) == (went.koseki, went.gaiji, went.gaiji_font)


def test_export_with_the_serials_of_no_cards_folder_says_so(honnin, folder, tmp_path):
    code, _, err = honnin("export", folder, tmp_path / "out", "--serials", tmp_path)
    assert code == 64
    assert "is no cards folder" in err
    assert not (tmp_path / "out").exists()


def test_import_saves_and_says_what_will_not_be_checked(honnin, tmp_path):
    file = tmp_path / "residents.csv"
    file.write_text("住民番号,シリアル番号,氏名,電話\n1,11,見本 花子,0\n2,12,見本 花子,0\n", encoding="cp932")
    code, out, _ = honnin("import", file, tmp_path / "p")
    assert code == 0
    assert "2 residents imported (cp932)" in out
    assert "columns not used: 電話" in out
    assert "unknown, so not checked: kana 2/2" in out
    assert "some residents cannot be told apart" in out
    assert "1 = 2" in out
    assert load(tmp_path / "p").residents["1"].name == "見本 花子"


def test_import_that_is_refused_leaves_nothing_and_lists_every_place(honnin, tmp_path):
    file = tmp_path / "residents.csv"
    file.write_text("key,cards,name,born_on\n1,x,見本,\n2,12,,昨日\n3,13,試験,2000-01-01\n", encoding="utf-8")
    code, out, err = honnin("import", file, tmp_path / "p")
    assert (code, out) == (64, "")
    for place in ("line 2: cards", "line 3: name", "line 3: born_on"):
        assert f"{file}: {place}" in err
    assert [entry.name for entry in tmp_path.iterdir()] == ["residents.csv"]
    code, out, _ = honnin("import", file, tmp_path / "p", "--json")
    assert code == 64
    assert [(r["line"], r["column"]) for r in json.loads(out)["refused"]] == [(2, "cards"), (3, "born_on"), (3, "name")]


def test_import_does_not_replace_a_population_unasked(honnin, folder, tmp_path):
    file = tmp_path / "residents.csv"
    file.write_text("key,cards,name\n1,11,見本\n", encoding="utf-8")
    assert honnin("import", file, folder)[0] == 64
    assert len(load(folder).residents) == 60
    assert honnin("import", file, folder, "--force")[0] == 0
    assert len(load(folder).residents) == 1


@pytest.mark.parametrize("verb", ["make", "show", "export", "import"])
def test_help_teaches_with_an_example(honnin, verb):
    code, out, _ = honnin(verb, "--help")
    assert code == 0
    assert f"honnin population {verb}" in out


def test_the_group_help_shows_the_usual_way(honnin):
    code, out, _ = honnin("--help")
    assert code == 0
    for verb in ("make", "show", "export", "import"):
        assert f"honnin population {verb}" in out
