"""A user's mistake: exit 64, and a message naming file, key, what is allowed and what to do; never a traceback."""

import json
import shutil

import pytest

from harness.cli import main

TARGET = """\
name = "t"
url = "http://127.0.0.1:9"
population = "population"
cards = "cards"
"""
SCENARIO = """\
name = "s"
title_ja = "s"
title_en = "s"
certificates = ["juminhyo"]

[[phase]]
kind = "solo"
phase = "P0"
title_ja = "単独"
title_en = "Alone"
"""


@pytest.fixture
def ask(capsys):
    """Run the command line in this process; return (exit code, standard error)."""

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        said = capsys.readouterr().err
        assert "Traceback" not in said
        return ended.value.code or 0, said

    return call


@pytest.fixture
def inputs(people, tmp_path):
    """A folder with right inputs, for a target that nobody serves."""
    for name in ("population", "cards"):
        (tmp_path / name).symlink_to(people / name)
    (tmp_path / "target.toml").write_text(TARGET, encoding="utf-8")
    (tmp_path / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


@pytest.fixture
def refused(ask, inputs):
    """Run a scenario, and see it refused before a run folder was made; return what was said."""

    def call(*more, scenario=inputs / "scenario.toml", target=inputs / "target.toml", out=inputs / "runs"):
        code, said = ask("run", scenario, "--target", target, "--out", out, *more)
        assert code == 64, said
        assert not list(out.glob("*")) if out.is_dir() else True
        return said

    return call


def says(message, *words):
    missing = [w for w in words if w not in message]
    assert not missing, f"{missing} not in: {message}"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('clinet = "kiosk"', ["unknown field `clinet`", "did you mean `client`?"]),
        ('client = "bank"', ["client", "Allowed here: card, centre, kiosk"]),
        ("connections = '4'", ["connections", "Expected `int`"]),
        ('adapter = "soap"', ["adapter", "`soap` is not known. Allowed: reference, or `module:Class`"]),
        ('adapter = "nowhere:Adapter"', ["adapter", "cannot import `nowhere`", "extra.adapter_path"]),
        ('profile = "refernce"', ["profile", "`refernce`", "Allowed: reference, generic"]),
        ('profile = "missing.toml"', ["profile", "`missing.toml`", "from this file's folder"]),
        ('client = "centre"', ["adapter", 'use client = "kiosk" or "card"']),
        ("[limits]\nanswer_sec = 3", ["limits", "answer_s", "body_mb"]),
        ('[tls]\nca = "missing.pem"', ["tls.ca", "missing.pem", "PEM file"]),
        ('[tls]\ncertificate = "missing.pem"', ["tls.certificate", "missing.pem"]),
        (
            '[[out_of_scope]]\nproperty = "O"\nreason = "r"\ndeclared_by = "d"',
            ["out_of_scope[1].property", "cannot be declared out", "allowed"],
        ),
        (
            '[[out_of_scope]]\nproperty = "U"\nreason = " "\ndeclared_by = "d"',
            ["out_of_scope[1].reason", "is empty"],
        ),
        ('[[nodes]]\nid = "n1"\nurl = "http://127.0.0.1:99999999"', ["99999999", "give http://host:port"]),
        ('fees = false\nsynchronise = "pay"', ["synchronise", "no step `pay`", "Allowed: open, authenticate"]),
        ("certificates = []", ["certificates", "length >= 1"]),
        ("connections = 0", ["connections", ">= 1"]),
        ("[limits]\nanswer_s = -1", ["limits.answer_s", "> 0"]),
        ("name = ", ["not valid TOML", "line 5"]),
    ],
)
def test_a_wrong_target_file_is_refused_before_a_run_is_made(inputs, refused, line, words):
    file = inputs / "target.toml"
    file.write_text(TARGET + line + "\n", encoding="utf-8")
    says(refused(), *words)
    says(refused(), str(file) if "99999999" not in line else "target url")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "solo"', 'kind = "sola"', ["phase", "did you mean `solo`?", "Allowed here", "bursts"]),
        ('title_ja = "単独"\n', "", ["phase", "title_ja"]),
        ('["juminhyo"]', '["passport"]', ["certificates", "Allowed here", "juminhyo"]),
        ('["juminhyo"]', "[]", ["certificates", "length >= 1"]),
        ('name = "s"', 'name = "s"\nkiosks = 1', ["kiosks", ">= 2"]),
        ('kind = "solo"', 'kind = "pairs"\npairs = 0', ["phase[0].pairs", ">= 1"]),
        ('kind = "solo"', 'kind = "mix"\nper_second = 0.0\nseconds = 3.0', ["phase[0].per_second", "> 0"]),
        ('kind = "solo"', 'kind = "bursts"\nsizes = [2, 0]', ["phase[0].sizes[1]", ">= 1"]),
        ('name = "s"', 'name = "s"\nkiosk = 3', ["did you mean `kiosks`?"]),
    ],
)
def test_a_wrong_scenario_file_is_refused_before_a_run_is_made(inputs, refused, old, new, words):
    change(inputs / "scenario.toml", old, new)
    says(refused(), *words)


def test_a_profile_that_lacks_a_certificate_of_the_target_is_refused_before_it_is_missed(inputs, refused):
    (inputs / "own.toml").write_text('name = "own"\n[items]\n[papers]\n', encoding="utf-8")
    change(inputs / "target.toml", 'cards = "cards"', 'cards = "cards"\nprofile = "own.toml"\ncertificates = ["tax"]')
    says(refused(), "profile", "own.toml has no [papers.tax]", "`certificates`")


def test_a_scenario_that_the_target_has_no_place_for_is_refused_with_what_it_offers(inputs, refused):
    change(inputs / "target.toml", 'cards = "cards"', 'cards = "cards"\ncertificates = ["tax"]')
    says(refused(), "no place for anything in scenario s", "it issues tax", "choose another scenario")


def test_an_unknown_scenario_is_answered_with_those_there_are(refused):
    says(refused(scenario="go-life"), "no scenario 'go-life'", "go-live", "incidents/kawasaki", "path of a TOML file")
    says(refused(scenario="nowhere/x.toml"), "nowhere/x.toml", "no such file")


def test_a_missing_target_file_population_or_cards_is_named(inputs, refused):
    says(refused(target=inputs / "other.toml"), "other.toml: no such file")
    says(refused("--population", inputs / "none"), "none/population.json", "no such file", "honnin population make")
    says(refused("--cards", inputs / "none"), str(inputs / "none"), "honnin cards")
    change(inputs / "target.toml", 'population = "population"', "")
    says(refused(), "target.toml", 'write population = "FOLDER"', "--population")


def test_a_changed_population_is_not_played(inputs, refused):
    (inputs / "population").unlink()
    shutil.copytree((inputs / "cards").resolve().parent / "population", inputs / "population")
    with (inputs / "population" / "residents.jsonl").open("ab") as lines:
        lines.write(b'{"key":"R99999","name":1}\n')
    says(refused(), "residents.jsonl", "line")


def test_a_host_that_is_not_loopback_is_refused_unless_confirmed(inputs, refused):
    change(inputs / "target.toml", "http://127.0.0.1:9", "https://issuer.example")
    says(refused(), "issuer.example is not a loopback address", "--i-may-test issuer.example")
    says(refused("--i-may-test", "other.example"), "--i-may-test issuer.example")


def test_a_folder_that_cannot_be_written_is_named_with_another_way(inputs, refused):
    (inputs / "file").write_text("", encoding="utf-8")
    says(refused(out=inputs / "file" / "runs"), "file/runs: cannot be made", "--out")
    says(refused(out=inputs / "file"), "file: cannot be made", "--out")


def test_the_demo_looks_at_its_options_before_it_makes_anything(ask, tmp_path):
    code, said = ask("demo", "--scenario", "go-life", "--out", tmp_path / "runs")
    assert code == 64
    says(said, "no scenario 'go-life'")
    assert not (tmp_path / "runs").exists()
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, said = ask("demo", "--out", tmp_path / "file")
    assert code == 64
    says(said, "cannot be made", "--out")


@pytest.mark.parametrize("options", [["--readers", "0"], ["--lang", "fr"], ["--seed", "x"], ["--unknown"]])
def test_a_wrong_option_is_told(refused, options):
    says(refused(*options), options[0])


@pytest.mark.parametrize("verb", [["resume"], ["judge"], ["report"], ["journal"], ["purge", "--yes"]])
def test_a_folder_that_is_no_run_is_left_alone(ask, tmp_path, verb):
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "photo").write_text("precious", encoding="utf-8")
    code, said = ask(*verb, folder)
    assert code == 64
    says(said, "precious is no run folder", "manifest.json", "runs/")
    assert (folder / "photo").exists()
    code, said = ask(*verb, tmp_path / "nowhere")
    assert code == 64
    says(said, "nowhere is no run folder")


def test_purge_follows_no_link(ask, tmp_path, run_folder):
    (tmp_path / "link").symlink_to(run_folder)
    code, said = ask("purge", "--yes", tmp_path / "link")
    assert code == 64
    says(said, "is a link; give the run folder itself")
    assert (run_folder / "manifest.json").exists()


def test_purge_deletes_a_run_folder_only_when_asked_twice(ask, run_folder, monkeypatch):
    monkeypatch.setattr("click.confirm", lambda *_, abort: (_ for _ in ()).throw(KeyboardInterrupt))
    assert ask("purge", run_folder)[0] == 130
    assert (run_folder / "manifest.json").exists()
    assert ask("purge", "--yes", run_folder)[0] == 0
    assert not run_folder.exists()


@pytest.fixture
def run_folder(inputs, monkeypatch):
    """A run folder as it is just before the first program starts."""
    from harness.campaign import load_scenario
    from harness.cli.inputs import Inputs, load_request
    from harness.cli.run import cards_for
    from harness.run.prepare import prepare

    scenario = load_scenario(inputs / "scenario.toml")
    request = load_request(scenario, inputs / "target.toml", Inputs(out=inputs / "runs"))
    folder, _ = prepare(request, cards_for(request))
    return folder.path


def damage_manifest(run):
    (run / "manifest.json").write_bytes((run / "manifest.json").read_bytes()[:-20])


def later_manifest(run):
    manifest = json.loads((run / "manifest.json").read_bytes())
    (run / "manifest.json").write_text(json.dumps({**manifest, "version": 99}), encoding="utf-8")


def lose_plan(run):
    (run / "plan.jsonl").unlink()


def shorten_plan(run):
    (run / "plan.jsonl").write_bytes(b"".join((run / "plan.jsonl").read_bytes().splitlines(keepends=True)[:-1]))


def garble_plan(run):
    body = (run / "plan.jsonl").read_bytes()
    (run / "plan.jsonl").write_bytes(body[:-10] + b"\n")


def empty_plan(run):
    (run / "plan.jsonl").write_bytes(b"")


def garble_target(run):
    (run / "target.toml").write_text("name = ", encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (damage_manifest, ["manifest.json"]),
        (later_manifest, ["manifest.json", "version", "is 99; this honnin reads 1"]),
        (lose_plan, ["plan.jsonl", "no such file", "restore"]),
        (empty_plan, ["plan.jsonl", "line 1"]),
        (shorten_plan, ["plan.jsonl"]),
        (garble_plan, ["plan.jsonl", "line"]),
        (garble_target, ["target.toml", "not valid TOML"]),
    ],
)
@pytest.mark.parametrize("verb", ["resume", "judge"])
def test_a_damaged_run_folder_is_named_and_neither_played_nor_judged(ask, run_folder, damage, words, verb):
    damage(run_folder)
    code, said = ask(verb, run_folder)
    assert code in {2, 64}, said
    says(said, *words)
    assert not (run_folder / "verdict.json").exists()


def test_a_damaged_journal_is_not_gone_on_with(ask, run_folder):
    from harness.journal import RunFolder, SegmentWriter
    from harness.records.history import Note

    with SegmentWriter(RunFolder(run_folder), "quiet-P0-1", "r") as segment:
        segment.append(Note(at_ns=1, text="before"))
    file = run_folder / "segments" / "quiet-P0-1.journal"
    file.write_bytes(file.read_bytes().replace(b"before", b"bofere"))
    code, said = ask("resume", run_folder)
    assert code == 2
    says(said, "quiet-P0-1.journal: record 1 does not agree with its checksum", "restore the run folder from its copy")
    code, said = ask("journal", run_folder)
    assert code == 2
    says(said, "quiet-P0-1.journal")
    assert ask("judge", run_folder)[0] == 2
    verdict = json.loads((run_folder / "verdict.json").read_bytes())
    assert "journal_damaged" in {r["code"] for r in verdict["reasons"]}
