"""Pages are split into whole tokens, whatever the producer did to widths, spaces and lines."""

import pytest

from harness.baseline.tokens import Kind, runs_of, tokens_of


def split(text):
    return [(token.kind.value, token.text) for token in tokens_of(text)]


@pytest.mark.parametrize(
    "text",
    [
        "令和8年11月22日",
        "令和 8 年 11 月 2 2 日",
        "\uff12\uff10\uff12\uff16年\uff11\uff11月\uff12\uff12日",
        "2026/11/22",
        "R8.11.22",
        "令和八年十一月二十二日",
    ],
)
def test_a_date_is_one_token_with_its_day_in_every_spelling(text):
    (token,) = tokens_of(f"交付日 {text} 市長")[1:2]
    assert (token.kind, token.day) == (Kind.DATE, (2026, 11, 22))


def test_the_first_year_of_an_era_is_a_date_and_a_year():
    assert tokens_of("令和元年5月1日")[0].day == (2019, 5, 1)
    assert [t.amount for t in tokens_of("令和元年度") if t.kind is Kind.YEAR] == [2019]


@pytest.mark.parametrize(("text", "second"), [("10:32:05", 37925), ("午後3時05分", 54300), ("9:07", 32820)])
def test_a_time_of_day_is_one_token(text, second):
    token = next(t for t in tokens_of(f"印刷 {text} 端末") if t.kind is Kind.TIME)
    assert token.amount == second


def test_a_number_inside_a_longer_line_is_a_token_of_its_own():
    assert split("発行番号見本R8-000123号(市役所)") == [
        ("word", "発行番号見本"),
        ("number", "R8-000123"),
        ("word", "号(市役所)"),
    ]


def test_a_number_broken_at_its_hyphen_is_still_one():
    assert ("number", "R8-10000") in split("発行番号 R8-\n10000")


def test_two_numbers_that_white_space_parts_stay_two():
    assert split("12345 67890") == [("number", "12345"), ("number", "67890")]


def test_runs_do_not_depend_on_where_lines_break():
    assert runs_of("見本市\n仮町1丁目 見本 太郎") == runs_of("見本市仮町 1丁目見本\n太郎")
