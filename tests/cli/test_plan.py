"""`honnin plan` shows what would be played and asks the target nothing."""

import json
import re
import socket

import pytest
from click.testing import CliRunner

from harness.cli import root
from harness.population import make_population, save


@pytest.fixture
def target(tmp_path):
    """A target file whose url is a listening socket that must stay unasked."""
    save(make_population(3, 60), tmp_path / "people")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        file = tmp_path / "target.toml"
        file.write_text(
            f'name = "t"\nurl = "http://127.0.0.1:{listening.getsockname()[1]}"\npopulation = "people"\n'
            "updates = true\nroute_header = 'X-Node'\ntime_limits_s = [2.0]\n"
            "[[nodes]]\nid = 'n1'\n[[nodes]]\nid = 'n2'\n",
            encoding="utf-8",
        )
        yield file
        with pytest.raises(TimeoutError):
            listening.accept()


def plan(*arguments):
    result = CliRunner().invoke(root, ["plan", *map(str, arguments)], catch_exceptions=False, standalone_mode=False)
    assert result.return_value == 0
    return result.stdout


@pytest.mark.parametrize(
    ("lang", "words"), [("ja", ("対象には接触していない", "不足しているもの")), ("en", ("not contacted", "scarce"))]
)
def test_it_teaches_in_both_languages(target, tmp_path, lang, words):
    told = plan("go-live", "--target", target, "--out", tmp_path, "--lang", lang)
    assert all(word in told for word in words)
    assert "P2" in told


def test_as_json_it_holds_the_time_of_every_batch_and_the_same_seed_gives_the_same_plan(target, tmp_path):
    same = [json.loads(plan("smoke", "--target", target, "--out", tmp_path, "--json", "--seed", 5)) for _ in range(2)]
    assert same[0] == same[1]
    assert len(same[0]["batch_s"]) == same[0]["header"]["batches"]
    assert same[0]["pace"]["source"] == "assumed"


def test_batches_can_be_listed_one_by_one(target, tmp_path):
    told = plan("smoke", "--target", target, "--out", tmp_path, "--lang", "en", "--batches")
    assert "B00001" in told
    assert "burst:4" in told


def test_of_the_centre_it_shows_who_is_on_which_connection_behind_whom(target, tmp_path):
    target.write_text(f'client = "centre"\nconnections = 3\n{target.read_text(encoding="utf-8")}', encoding="utf-8")
    told = plan("go-live", "--target", target, "--out", tmp_path, "--lang", "en", "--batches")
    rows = [re.findall(r"R\d+@(\d)", line) for line in told.splitlines() if "sequence:after-" in line]
    assert {len(row) for row in rows} <= {3, 4}
    assert all(len(set(row)) == 1 for row in rows)
    assert {row[0] for row in rows} == {"1", "2", "3"}
    assert "on different pooled connections ×" in told
    assert "one behind the other on one pooled connection ×" in told


def test_where_changes_are_made_by_hand_it_says_when_the_operator_is_needed(target, tmp_path):
    target.write_text(
        target.read_text(encoding="utf-8").replace("updates = true", 'updates = "manual"'), encoding="utf-8"
    )
    told = plan("go-live", "--target", target, "--out", tmp_path, "--lang", "ja")
    (line,) = [line for line in told.splitlines() if line.startswith("操作者")]
    assert "P5 で登録の変更" in line
    assert "1 件 60 秒として" in line
