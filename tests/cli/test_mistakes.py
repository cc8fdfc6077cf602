"""A user's mistake is told in the language that was asked for: what happened, with which input, what to do next."""

import os
import re
import subprocess
import sys

import pytest

from harness.cli import main
from harness.cli.mistakes import chosen_lang, told
from harness.errors import ConfigError, UsageError
from harness.population import make_population, save

TARGET = 'name = "t"\nurl = "http://127.0.0.1:9"\ncertificates = ["juminhyo"]\n'


@pytest.fixture
def mistake(capsys, monkeypatch, tmp_path):
    """Run the command in a folder with a target file; return what it said, having left with 64."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def mistake(*arguments, target=TARGET, lang="ja"):
        (tmp_path / "target.toml").write_text(target, encoding="utf-8")
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--lang", lang])
        assert left.value.code == 64
        return capsys.readouterr().err

    return mistake


RUN = ("run", "smoke", "--target", "target.toml")


@pytest.mark.parametrize(
    ("arguments", "target", "ja"),
    [
        (("run", "smoke"), TARGET, "誤り: '--target' の指定がない。"),
        (("run", "smoke", "--tarket", "x"), TARGET, "誤り: --tarket というオプションはない。"),
        (("run", "smoke", "--target", "none.toml"), TARGET, "honnin: none.toml: ファイルがない。パスを確かめる"),
        (("run", "smok", "--target", "target.toml"), TARGET, "シナリオ「smok」はない。あるもの: "),
        (RUN, TARGET.replace("name", "nam"), "`nam` という項目はない(`name` の誤りか)。ここに書けるもの: adapter, "),
        (RUN, TARGET.replace("juminhyo", "jumin"), "`jumin` は使えない(`juminhyo` の誤りか)。"),
        (RUN, TARGET.replace("127.0.0.1", "example.test"), "example.test はこの計算機の中ではない。"),
        (RUN, TARGET, "試験用住民の指定がない。"),
        (("plan", *RUN[1:], "--parallel", "2"), TARGET, "シナリオ smoke に全件の交付確認(sweep)はない。外す"),
        (("report", "."), TARGET, ". は実施フォルダーではない(manifest.json がない)。"),
    ],
)
def test_common_mistakes_are_told_in_japanese(mistake, arguments, target, ja):
    assert ja in mistake(*arguments, target=target)


def test_the_same_is_told_in_english_with_lang_en(mistake):
    assert mistake("run", "smoke", "--target", "none.toml", lang="en") == (
        "honnin: none.toml: no such file; check the path\n"
    )
    assert re.search(r"^Usage: .*\nTry 'honnin run --help' for help\.\nError: Missing", mistake("run", lang="en"))


def test_a_sweep_of_paper_that_nothing_describes_is_refused_before_it_begins(mistake, tmp_path):
    save(make_population(1, 10), tmp_path / "people")
    target = TARGET + 'profile = "none"\npopulation = "people"\n'
    assert "--baseline RUN を指定する(`honnin baseline` で採る)" in mistake("sweep", "target.toml", target=target)


def test_what_follows_any_text_is_told_too():
    assert told(ConfigError("a.csv", "", "cannot be read: [Errno 5] I/O; check the path"), "ja") == (
        "a.csv: 読めない: [Errno 5] I/O。パスを確かめる"
    )


def test_what_no_rule_knows_stays_as_it_is():
    assert told(UsageError("ORA-00600: internal error {0}"), "ja") == "ORA-00600: internal error {0}"
    assert told(ConfigError("a.jsonl", "line 3", "no such file; something new"), "ja") == (
        "a.jsonl: 3 行目: ファイルがない。something new"
    )


def test_what_follows_a_path_is_told_by_the_same_rules():
    assert told(UsageError("a/cards.jsonl: no such file; `honnin cards make` or `import` gives one"), "ja") == (
        "a/cards.jsonl: ファイルがない。`honnin cards make` または `import` で用意する"
    )
    assert told(UsageError("x.csv: encoding: the text cannot be read: a; save the file as UTF-8"), "ja") == (
        "x.csv: encoding: 文字を読めない: a。UTF-8 で保存する"
    )


EVERY_HELP = """
import click
from harness.cli import root

def shown(command):
    print((command.help or "").partition("\\n")[0])
    for option in command.params:
        if isinstance(option, click.Option) and option.help:
            print(option.help)
    for sub in command.commands.values() if isinstance(command, click.Group) else ():
        shown(sub)

for verb in ("cards", "issuer"):
    shown(root.get_command(None, verb))
for verb in ("run", "judge", "review", "reconcile", "read", "documents", "worker", "baseline", "plan", "sweep"):
    for option in root.get_command(None, verb).params:
        if isinstance(option, click.Option) and option.help:
            print(option.help)
"""


def test_help_says_every_option_and_every_command_of_a_group_in_the_users_language():
    env = {**os.environ, "LC_ALL": "ja_JP.UTF-8", "PYTHONUTF8": "1"}
    shown = subprocess.run([sys.executable, "-c", EVERY_HELP], capture_output=True, check=True, env=env)
    told = shown.stdout.decode().splitlines()
    assert len(told) > 50
    assert [line for line in told if line.isascii()] == []


def test_the_language_is_that_of_the_option_else_of_the_locale(monkeypatch):
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert chosen_lang(["run", "--lang", "en"]) == "en"
    assert chosen_lang(["run", "--lang=en"]) == "en"
    assert chosen_lang(["run"]) == "ja"
    assert chosen_lang(["run", "--lang"]) == "ja"
