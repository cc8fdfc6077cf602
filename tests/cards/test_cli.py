"""`honnin cards` from the command line: what it prints, what it exits with, what it teaches."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from harness.cli import main
from harness.lifeline import start
from kiosk_sim.cards import load_cards

VERBS = ("make", "import", "renew", "revoke", "export", "serve-ocsp")


@pytest.fixture
def honnin(capsys):
    """Return a function that runs the command and returns exit code, standard output and standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["cards", *map(str, arguments)])
        captured = capsys.readouterr()
        return end.value.code, captured.out, captured.err

    return run


@pytest.fixture
def population(monkeypatch, residents, tmp_path):
    """Let any population folder hold the forty residents."""
    monkeypatch.setattr("harness.population.load", lambda _: SimpleNamespace(residents=residents), raising=False)
    return tmp_path


def test_make_registers_everybody_and_makes_keys_for_the_named(honnin, population, tmp_path):
    cards = tmp_path / "c"
    arguments = ("make", population, cards, "--algorithm", "p384", "--json")
    assert json.loads(honnin(*arguments)[1]) == {"registered": 40, "keys_made": 0, "keys_kept": 0}
    code, out, _ = honnin(*arguments, "--only", "R00001", "--only", "R00002", "--phones")
    assert (code, json.loads(out)) == (0, {"registered": 2, "keys_made": 4, "keys_kept": 0})
    _, out, _ = honnin("make", population, cards, "--algorithm", "p384", "--all")
    assert "made 38 keys, kept 4" in out
    assert "serials.csv" in out


def test_make_special_takes_counts_and_keys_and_can_be_repeated(honnin, population, tmp_path):
    cards = tmp_path / "c"
    arguments = (
        "make", population, cards, "--algorithm", "p384", "--only", "R00040",
        "--special", "revoked=2", "--special", "locked=R00031", "--special", "superseded=1",
    )  # fmt: skip
    for _ in range(2):
        assert honnin(*arguments)[0] == 0
        box = load_cards(cards)
        states = {
            state: [card.resident for card in box.in_state(state)] for state in ("revoked", "locked", "superseded")
        }
        assert {state: len(held) for state, held in states.items()} == {"revoked": 2, "locked": 1, "superseded": 1}
        assert states["locked"] == ["R00031"]
        assert box.for_resident("R00040"), "a resident who is wanted for something else keeps a good card"


@pytest.mark.parametrize("text", ["revoked", "valid=2", "revoked=", "burnt=1"])
def test_a_wrong_special_tells_the_states(honnin, population, tmp_path, text):
    code, _, err = honnin("make", population, tmp_path / "c", "--special", text)
    assert code == 64
    assert "revoked, expired, superseded, locked" in err


def test_unknown_resident_is_usage_error(honnin, population, tmp_path):
    code, _, err = honnin("make", population, tmp_path / "c", "--only", "R77777")
    assert code == 64
    assert "R77777" in err


def test_renew_and_revoke_answer_with_the_card_but_not_its_pin(honnin, fresh):
    old = load_cards(fresh).for_resident("R00001")
    _, out, _ = honnin("renew", fresh, "R00001", "--json")
    (new,) = json.loads(out)["renewed"]
    assert new["serial"] != old.serial
    assert new["generation"] == 3
    assert "pin" not in new
    _, out, _ = honnin("revoke", fresh, new["serial"])
    assert f"R00001: card {new['serial']} revoked at" in out
    code, _, err = honnin("renew", fresh, "R99999")
    assert code == 64
    assert "R99999" in err


def test_import_takes_one_file_or_a_list(honnin, fresh, vendor, tmp_path):
    (tmp_path / "password.txt").write_text("open\n")
    secret = ("--password-file", tmp_path / "password.txt")
    code, out, _ = honnin("import", fresh, vendor(serial=1), "--resident", "R00020", *secret)
    assert code == 0
    assert "R00020: card 1 imported" in out
    vendor(serial=2, issuer="CN=Vendor CA,O=Vendor,C=JP")
    (tmp_path / "list.csv").write_text("file,resident,kind\n2.p12,R00021,phone\n")
    code, _, err = honnin("import", fresh, tmp_path / "list.csv", *secret)
    assert code == 64
    assert "--test-issuer" in err
    _, out, _ = honnin(
        "import", fresh, tmp_path / "list.csv", *secret, "--test-issuer", "CN=Vendor CA,O=Vendor,C=JP", "--json"
    )
    assert json.loads(out)["imported"][0]["serial"] == "2"


def test_import_without_a_holder_asks_whose_card_it_is(honnin, fresh, vendor, tmp_path):
    (tmp_path / "password.txt").write_text("open\n")
    code, _, err = honnin("import", fresh, vendor(serial=1), "--password-file", tmp_path / "password.txt")
    assert code == 64
    assert "whose card" in err
    code, _, err = honnin("import", fresh, vendor(serial=1), "--resident", "R1", "--password-file", tmp_path / "none")
    assert code == 64
    assert "password file cannot be read" in err


def test_export_lists_what_it_wrote(honnin, fresh, tmp_path):
    _, out, _ = honnin("export", fresh, tmp_path / "out", "--json")
    assert sorted(json.loads(out)["files"]) == sorted(str(path) for path in (tmp_path / "out").iterdir())


def test_serve_ocsp_tells_its_url_and_ends_on_interrupt(fresh):
    with start("harness.cli", "cards", "serve-ocsp", str(fresh), stdout=subprocess.PIPE) as child:
        assert b"OCSP responder at http://127.0.0.1:" in child.stdout.readline()
        child.send_signal(2)
        assert child.wait(timeout=10) == 0


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_json_and_a_help_that_teaches(honnin, verb):
    code, out, _ = honnin(verb, "--help")
    assert code == 0
    assert "--json" in out
    assert len(out.split("Options:")[0].split()) > 30


def test_loading_the_command_line_needs_no_cryptography():
    program = "import sys, harness.cli.cards; sys.exit('cryptography' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
