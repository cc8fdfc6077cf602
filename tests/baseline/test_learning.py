"""What changes from issue to issue is learned from many; what identifies people never becomes volatile."""

from datetime import timedelta

import pytest

from harness.baseline.comparison import telling
from harness.baseline.learning import learn_tokens
from harness.baseline.oracle import Agreement
from harness.records.baseline import VolatileKind


@pytest.fixture
def day(jst):
    return jst(2026, 11, 19, 14, 5)


def everything(items):
    return {item for mine in items.values() for item in mine}


def test_dates_numbers_and_times_are_learned_by_value_and_difference(town, items, day):
    tokens = learn_tokens(town("western").twice(day), everything(items))
    found = {t.kind for t in tokens}
    assert {VolatileKind.ISSUE_DATE, VolatileKind.SHIFTED_DATE, VolatileKind.TIME, VolatileKind.NUMBER} <= found
    number = next(t for t in tokens if t.kind is VolatileKind.NUMBER and t.label)
    assert (number.residents, number.differing) == (10, 10)


@pytest.mark.parametrize("paper", ["plain", "western", "narrow", "columns"])
def test_no_item_of_a_person_stands_in_a_volatile_place(town, items, oracle_of, day, paper):
    issued = town(paper).twice(day)
    oracle = oracle_of(issued)
    for one in issued:
        steady = {text for sheet in one.pages for _, text in telling(one.key.certificate, sheet, oracle.shelf.volatile)}
        name, born, _ = items[one.key.resident]
        year, month, date = map(int, born.split("-"))
        assert f"{year}-{month}-{date}" in steady
        assert any(text in name or name[:2] in text for text in steady if len(text) > 1)


def test_two_residents_are_too_few_to_learn_from(town, items, day, people):
    few = {who: people[who] for who in ("R0", "R1")}
    assert learn_tokens(town("plain").twice(day, people=few), everything(items)) == ()


def test_one_family_is_too_little_to_learn_from(town, items, day):
    issued = town("plain").twice(day)
    assert learn_tokens(issued, everything(items), lambda _: "R0") == ()


def test_names_never_become_volatile_though_everybody_gets_the_wrong_ones(town, items, day, people):
    """An issuer that is one person behind, always: both issues of everybody carry other people's names."""
    site = town("plain")
    order = [who for _ in range(2) for who in people] + ["R0"]
    order[10:20] = order[10:20][::-1]
    issued = [
        site.issue(who, day + timedelta(seconds=n), 0, pages=site.sheets(order[n - 1], day, 8000 + n))
        for n, who in enumerate(order)
    ]
    tokens = learn_tokens(issued, everything(items))
    assert VolatileKind.WORD not in {t.kind for t in tokens}


def test_the_kiosks_name_is_one_of_the_words_met(town, items, oracle_of, day, people):
    stores = ("駅前店", "市役所前店", "港町店")
    site = town(
        lambda who, at, number: (f"証明 第{number}号 {people[who]['name']} 交付場所 {stores[number % 3]} 以上",)
    )
    oracle = oracle_of(site.twice(day, first=100))
    one = site.issue("R3", day, 0, pages=site.sheets("R3", day, 201))
    assert oracle.conclude(one.key, one.pages, one.moment).agreement is Agreement.EQUAL
    elsewhere = site.issue("R3", day, 0, pages=(one.pages[0]._replace(text=one.pages[0].text.replace("駅前", "山上")),))
    assert oracle.conclude(elsewhere.key, elsewhere.pages, one.moment).agreement is Agreement.DIFFERENT


def test_letters_and_figures_that_change_together_are_one_pattern(town, items, oracle_of, day, people):
    site = town(lambda who, at, number: (f"照会番号 {number * 7919:08X}-{number % 10} {people[who]['name']} 様 控",))
    oracle = oracle_of(site.twice(day, first=123456))
    one = site.issue("R3", day, 999_999)
    assert oracle.conclude(one.key, one.pages, one.moment).agreement is Agreement.EQUAL
