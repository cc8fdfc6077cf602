"""Two extracts are compared person by person, without anything of a person in what is told."""

import json
from pathlib import Path

import pytest

from harness.cli import main
from harness.csv_stream import CsvStream
from harness.errors import ConfigError, UsageError
from harness.reconcile.compare import LISTED, Kind, reconcile
from harness.reconcile.mapping import Mapping, Rule, Side, with_options

HEADING = "番号,氏名,住所\n"
ROWS = "00001,髙橋 一郎,見本町1番\n00002,見本 花子,見本町2番\n00003,架空 次郎,見本町3番\n"


@pytest.fixture
def extracts(tmp_path):
    """Write A and B; `extracts(a, b)` with texts, `encoding` of B."""

    def extracts(a, b, encoding="cp932"):
        (tmp_path / "a.csv").write_bytes(a.encode("utf-8"))
        (tmp_path / "b.csv").write_bytes(b.encode(encoding))
        return tmp_path / "a.csv", tmp_path / "b.csv"

    return extracts


def compare(files, mapping=None):
    return reconcile(*files, mapping or Mapping())


def test_equal_extracts_of_different_encoding_agree(extracts):
    found = compare(extracts(HEADING + ROWS, HEADING + ROWS))
    assert found.agree
    assert (found.same, found.a.encoding, found.b.encoding) == (3, "utf-8", "cp932")


def test_the_order_of_rows_and_columns_does_not_matter(extracts):
    turned = "住所,番号,氏名\n見本町3番,00003,架空 次郎\n見本町1番,00001,髙橋 一郎\n見本町2番,00002,見本 花子\n"
    mapping = with_options(Mapping(), ("番号",), "", "")
    assert compare(extracts(HEADING + ROWS, turned), mapping).agree


def test_what_differs_is_counted_by_item_and_told_by_line(extracts):
    b = ROWS.replace("見本町2番", "見本町9番").replace("00003", "00004")
    found = compare(extracts(HEADING + ROWS, HEADING + b))
    assert (found.same, found.differing, found.only_a, found.only_b) == (1, 1, 1, 1)
    assert {i.item: i.differing for i in found.items} == {"氏名": 0, "住所": 1}
    told = [(d.kind, d.items, d.line_a, d.line_b) for d in found.differences]
    assert told == [(Kind.DIFFERS, ("住所",), 3, 3), (Kind.ONLY_A, (), 4, 0), (Kind.ONLY_B, (), 0, 4)]


def test_variant_characters_are_different_people(extracts):
    found = compare(extracts(HEADING + ROWS, HEADING + ROWS.replace("髙", "高")))
    assert found.differing == 1


def test_spaces_around_a_value_and_composed_characters_are_no_difference(extracts):
    a, b = "番号,カナ\n1,ガ \n", "番号,カナ\n1,\u30ab\u3099\n"
    assert compare(extracts(a, b, "utf-8")).agree


@pytest.mark.parametrize(
    ("rule", "a", "b", "agree"),
    [
        (Rule.EXACT, "1番2", "１番2", False),
        (Rule.WIDTH, "1番2", "１番2", True),
        (Rule.WIDTH, "ガラ", "ｶﾞﾗ", True),
        (Rule.WIDTH, "髙", "高", False),
        (Rule.DIGITS, "2026-01-02", "20260102", True),
        (Rule.DIGITS, "2026-01-02", "20260103", False),
    ],
)
def test_rules_say_what_counts_as_the_same_writing(extracts, rule, a, b, agree):
    files = extracts(f"番号,値\n1,{a}\n", f"番号,値\n1,{b}\n", "utf-8")
    assert compare(files, Mapping(rules={"値": rule})).agree is agree


def test_codes_of_one_side_are_put_into_words_of_the_other(extracts):
    files = extracts("番号,状態\n1,登録\n2,廃印\n", "id,st\n1,1\n2,9\n")
    a = Side(key=("番号",), items={"seal": "状態"})
    b = Side(key=("id",), items={"seal": "st"}, values={"seal": {"1": "登録", "9": "廃印"}})
    assert compare(files, Mapping(a=a, b=b)).agree


def test_leading_zeros_of_keys_can_be_dropped(extracts):
    files = extracts("番号,値\n00012,x\n", "番号,値\n12,x\n")
    assert not compare(files).agree
    assert compare(files, Mapping(key_without_zeros=True)).agree


def test_repeated_and_blank_keys_are_counted_and_never_agree(extracts):
    found = compare(extracts(HEADING + ROWS + "00001,別人,x\n,無番号,y\n", HEADING + ROWS))
    assert (found.a.rows, found.a.people, found.a.repeated, found.a.without_key) == (5, 3, 1, 1)
    assert not found.agree


def test_more_differences_than_are_listed_are_counted_all(extracts):
    rows = "".join(f"{n},x\n" for n in range(LISTED + 5))
    found = compare(extracts("番号,値\n" + rows, "番号,値\n"))
    assert (found.only_a, len(found.differences)) == (LISTED + 5, LISTED)


def test_tokens_are_of_the_secret_and_tell_nothing_without_it(extracts):
    files = extracts(HEADING + ROWS, HEADING)
    first, second, other = (reconcile(*files, Mapping(), secret) for secret in (b"1" * 32, b"1" * 32, b"2" * 32))
    tokens = [[d.token for d in found.differences] for found in (first, second, other)]
    assert tokens[0] == tokens[1]
    assert not set(tokens[0]) & set(tokens[2])


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ("", HEADING, "is empty"),
        (HEADING + "1,2\n", HEADING, "line 2: has 2 cells, the heading has 3"),
        ("番号,氏名\n", "番号,名前\n", "no column in common"),
        ("番号,番号\n", "番号,番号\n", "two columns 番号"),
    ],
)
def test_a_wrong_file_is_told_by_name_and_line(extracts, a, b, message):
    with pytest.raises(ConfigError, match=message):
        compare(extracts(a, b))


def test_a_missing_column_is_told_with_those_there_are(extracts):
    with pytest.raises(ConfigError, match="there is no column 宛名番号; its columns are 番号, 氏名, 住所"):
        compare(extracts(HEADING, HEADING), with_options(Mapping(), ("宛名番号",), "", ""))


def test_bytes_of_no_encoding_are_told_by_line(tmp_path):
    (tmp_path / "x.csv").write_bytes("番号\n1\n".encode() + b"\x81\xff\n")
    with pytest.raises(ConfigError, match=r"utf-8 fails at line 3 and cp932 fails at line"):
        CsvStream(tmp_path / "x.csv")


def test_a_time_that_is_none_is_refused():
    with pytest.raises(UsageError, match="--taken-a: 'yesterday' is no time"):
        with_options(Mapping(), (), "yesterday", "")


@pytest.fixture
def command(capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def command(*arguments):
        with pytest.raises(SystemExit) as left:
            main(["reconcile", *map(str, arguments)])
        return left.value.code, capsys.readouterr()

    return command


def test_the_command_shows_nothing_of_a_person(extracts, command, tmp_path):
    files = extracts(HEADING + ROWS, HEADING + ROWS.replace("見本町2番", "見本町9番"))
    out = tmp_path / "list.csv"
    code, said = command(
        *files, "--lang", "ja", "--taken-a", "2026-11-20T18:00", "--taken-b", "2026-11-20T18:30", "--list", out
    )
    assert code == 1
    assert "A の抽出日時: 2026-11-20T18:00" in said.out
    assert "抽出の間隔は 30 分" in said.out
    assert "住所: 1 人で相違" in said.out
    listed = out.read_text(encoding="utf-8-sig")
    for personal in ("髙橋", "見本町", "花子", "00002"):
        assert personal not in said.out + listed
    assert oct(out.stat().st_mode & 0o777) == "0o600"


def test_keys_are_listed_only_where_asked_for(extracts, command, tmp_path):
    files = extracts(HEADING + ROWS, HEADING + ROWS.replace("見本町2番", "見本町9番"))
    code, _ = command(*files, "--list", tmp_path / "list.csv", "--with-keys")
    assert code == 1
    assert "00002" in (tmp_path / "list.csv").read_text(encoding="utf-8-sig")


def test_no_difference_leaves_with_zero_and_json_holds_the_counts(extracts, command):
    code, said = command(*extracts(HEADING + ROWS, HEADING + ROWS), "--json")
    assert code == 0
    result = json.loads(said.out)
    assert (result["same"], result["differences"]) == (3, [])


def test_a_secret_is_made_once_and_kept(extracts, command, tmp_path):
    files, secret = extracts(HEADING + ROWS, HEADING), tmp_path / "secret"
    lists = [tmp_path / "1.csv", tmp_path / "2.csv"]
    for out in lists:
        command(*files, "--secret", secret, "--list", out)
    assert lists[0].read_bytes() == lists[1].read_bytes()
    assert len(secret.read_bytes()) == 32


def test_two_extracts_of_nobody_do_not_agree(extracts, command):
    code, said = command(*extracts(HEADING, HEADING), "--lang", "ja")
    assert code == 64
    assert "見出しだけで、データの行がない。全員分の抽出を指定する" in said.err


def test_a_list_is_never_overwritten_and_the_result_is_told_all_the_same(extracts, command, tmp_path):
    (tmp_path / "list.csv").write_text("mine")
    code, said = command(*extracts(HEADING + ROWS, HEADING), "--list", tmp_path / "list.csv", "--lang", "ja")
    assert code == 64
    assert "既にある" in said.err
    assert "A のみ 3 人" in said.out
    assert Path(tmp_path / "list.csv").read_text() == "mine"
