"""What is another person's is named; what is nobody's is for a person's eyes; what nothing tells is not guessed."""

from datetime import timedelta

import pytest

from harness.baseline.issued import Sheet
from harness.baseline.mutual import doubts_of
from harness.baseline.oracle import Agreement
from harness.baseline.ownership import judge_by_baseline
from harness.records.ownership import PageVerdict
from harness.records.reading import PageRead, Reading, ReadingStatus

PAPERS = ("plain", "western", "narrow", "columns")


@pytest.fixture
def day(jst):
    return jst(2026, 11, 19, 14, 5)


@pytest.fixture
def later(day):
    return day + timedelta(days=5, hours=3)


def reading(pages):
    read = tuple(PageRead(number=n, text=sheet.text) for n, sheet in enumerate(pages, 1))
    return Reading(digest="0" * 64, status=ReadingStatus.READ, pages=read)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_whole_document_of_somebody_else_names_them(town, oracle_of, day, later, paper):
    site = town(paper)
    oracle = oracle_of(site.twice(day))
    one = site.issue("R1", later, 0, pages=site.sheets("R6", later, 9991))
    conclusion = oracle.conclude(one.key, one.pages, one.moment)
    assert (conclusion.agreement, conclusion.donor, conclusion.whole) == (Agreement.DIFFERENT, "R6", True)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("item", ["name", "address"])
def test_a_single_item_of_somebody_else_names_them(town, oracle_of, people, day, later, paper, item):
    site = town(paper)
    oracle = oracle_of(site.twice(day))
    mine, theirs = people["R1"][item], people["R6"][item]
    pages = tuple(
        Sheet(sheet.text.replace(mine, theirs).replace(_full(mine), _full(theirs)))
        for sheet in site.sheets("R1", later, 9991)
    )
    one = site.issue("R1", later, 0, pages=pages)
    conclusion = oracle.conclude(one.key, one.pages, one.moment)
    assert (conclusion.agreement, conclusion.whole) == (Agreement.DIFFERENT, False)
    assert "R6" in {hit.owner for hit in conclusion.hits}
    if item == "name":
        assert conclusion.donor == "R6"


def _full(text):
    return text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))


def test_a_value_that_nobody_has_is_a_difference_without_a_donor(town, oracle_of, day, later):
    site = town("plain")
    oracle = oracle_of(site.twice(day))
    pages = (Sheet(site.sheets("R1", later, 9991)[0].text.replace("花子", "葉子")),)
    one = site.issue("R1", later, 0, pages=pages)
    conclusion = oracle.conclude(one.key, one.pages, one.moment)
    assert (conclusion.agreement, conclusion.donor) == (Agreement.DIFFERENT, "")


def test_a_seal_of_somebody_else_names_them_though_the_text_is_right(town, oracle_of, people, day, later):
    site = town("plain")
    seals = {who: (f"{n:064x}",) for n, who in enumerate(people)}
    rounds = [who for _ in range(2) for who in people]
    issued = [
        site.issue(who, day + timedelta(seconds=n), 0, pages=site.sheets(who, day, 8000 + n, seals[who]))
        for n, who in enumerate(rounds)
    ]
    oracle = oracle_of(issued)
    one = site.issue("R1", later, 0, pages=site.sheets("R1", later, 9000, seals["R4"]))
    conclusion = oracle.conclude(one.key, one.pages, one.moment)
    assert (conclusion.agreement, conclusion.donor, conclusion.whole) == (Agreement.DIFFERENT, "R4", False)


def test_pages_that_are_one_new_picture_at_every_issue_have_nothing_to_compare(town, oracle_of, people, day, later):
    site = town("plain")
    rounds = [who for _ in range(2) for who in people]
    issued = [site.issue(w, day, 0, pages=(Sheet("", (f"{n:064x}",)),)) for n, w in enumerate(rounds)]
    oracle = oracle_of(issued)
    assert doubts_of(oracle, issued) == ()
    one = site.issue("R1", later, 0, pages=(Sheet("", ("f" * 64,)),))
    conclusion = oracle.conclude(one.key, one.pages, one.moment)
    assert (conclusion.agreement, conclusion.reason) == (Agreement.NOT_APPLICABLE, "nothing_to_compare")
    pages = judge_by_baseline(oracle, reading([Sheet("")]), one.key, one.moment).pages
    assert [p.verdict for p in pages] == [PageVerdict.UNREAD]


@pytest.mark.parametrize("paper", PAPERS)
def test_one_order_that_gave_two_owners_is_found_and_the_wrong_issue_blamed(town, oracle_of, day, paper):
    site = town(paper)
    issued = site.twice(day)
    wrong = next(n for n, one in enumerate(issued) if n >= 10 and one.key.resident == "R3")
    at = issued[wrong].moment.begun
    issued[wrong] = issued[wrong]._replace(pages=site.sheets("R2", at, 8888))
    doubts = doubts_of(oracle_of(issued), issued)
    assert [(d.issued.application, d.conclusion.donor) for d in doubts] == [(issued[wrong].application, "R2")]


def test_an_item_that_differs_between_two_issues_without_being_anybodys_is_a_defect(town, oracle_of, day):
    site = town("plain")
    issued = site.twice(day)
    last = issued[-1]
    issued[-1] = last._replace(pages=(Sheet(last.pages[0].text.replace("丁目", "番地")),))
    doubts = doubts_of(oracle_of(issued), issued)
    assert [(d.issued.application, d.conclusion.donor, d.steady) for d in doubts] == [(last.application, "", True)]


def test_a_person_who_always_gets_somebody_elses_document_is_told_by_the_registers_words(town, oracle_of, day):
    site = town("plain")
    issued = [
        one._replace(pages=site.sheets("R5", one.moment.begun, 7000 + n)) if one.key.resident == "R4" else one
        for n, one in enumerate(site.twice(day))
    ]
    doubts = doubts_of(oracle_of(issued), issued)
    assert {(d.issued.key.resident, d.conclusion.donor) for d in doubts} == {("R4", "R5")}
    assert len(doubts) == 2


def test_members_of_a_household_may_be_handed_the_same(town, oracle_of, day):
    site = town("plain")
    together = lambda a, b: a == b or {a, b} == {"R4", "R5"}  # noqa: E731
    issued = [
        one._replace(pages=site.sheets("R5", one.moment.begun, 7000 + n)) if one.key.resident == "R4" else one
        for n, one in enumerate(site.twice(day))
    ]
    assert doubts_of(oracle_of(issued, together), issued) == ()


@pytest.mark.parametrize("paper", PAPERS)
def test_without_a_profile_a_page_is_own_foreign_or_mixed_by_the_baselines(town, oracle_of, day, later, paper):
    site = town(paper)
    oracle = oracle_of(site.twice(day))
    mine, theirs = site.sheets("R1", later, 9000), site.sheets("R6", later, 9001)
    key, at = site.issue("R1", later, 0).key, site.issue("R1", later, 0).moment

    def verdicts(pages):
        return [p.verdict for p in judge_by_baseline(oracle, reading(pages), key, at).pages]

    assert verdicts(mine) == [PageVerdict.OWN] * len(mine)
    assert verdicts(theirs) == [PageVerdict.FOREIGN] * len(theirs)
    assert verdicts((*mine, theirs[0]))[-1] is PageVerdict.FOREIGN
    assert verdicts((Sheet(mine[0].text + "\n" + theirs[0].text), *mine[1:]))[0] is PageVerdict.MIXED


def test_without_profile_and_baseline_nothing_is_a_pass(town, oracle_of, day, later):
    site = town("plain")
    oracle = oracle_of([one for one in site.twice(day) if one.key.resident != "R1"])
    key, at = site.issue("R1", later, 0).key, site.issue("R1", later, 0).moment
    pages = judge_by_baseline(oracle, reading(site.sheets("R1", later, 9000)), key, at).pages
    assert [(p.verdict, "honnin baseline" in p.reason) for p in pages] == [(PageVerdict.UNREAD, True)]


def test_a_page_that_is_the_same_for_everybody_goes_with_the_others_but_never_stands_alone(town, oracle_of, day, later):
    site = town(lambda who, at, number: (*_short(who, at, number), "記載要領 以下の欄は市が記入する 2頁"))
    oracle = oracle_of(site.twice(day))
    key, at = site.issue("R1", later, 0).key, site.issue("R1", later, 0).moment
    pages = site.sheets("R1", later, 9000)
    judged = judge_by_baseline(oracle, reading(pages), key, at).pages
    assert [p.verdict for p in judged] == [PageVerdict.OWN, PageVerdict.OWN_WEAK]
    foreign = judge_by_baseline(oracle, reading(site.sheets("R2", later, 9000)), key, at).pages
    assert [p.verdict for p in foreign] == [PageVerdict.FOREIGN, PageVerdict.UNREAD]


def _short(who, at, number):
    return (f"写し 第{number}号 {NAMES[who]} さん {at.year}年{at.month}月{at.day}日",)


_GIVEN = ("太郎", "花子", "一郎", "美咲", "健二", "由美", "三郎", "恵子", "実花", "翔太")
NAMES = {f"R{n}": name for n, name in enumerate(_GIVEN)}


def test_text_that_is_garbage_anew_at_every_issue_is_told_and_not_compared(town, oracle_of, day):
    site = town("plain")
    noise = lambda n: "".join(chr(0x4E00 + (n * 7919 + k * 104729) % 5000) for k in range(80))  # noqa: E731
    issued = [one._replace(pages=(Sheet(noise(n)),)) for n, one in enumerate(site.twice(day))]
    oracle = oracle_of(issued)
    assert oracle.shelf.learned.unstable == (issued[0].key.certificate,)
    one = issued[0]
    assert oracle.conclude(one.key, one.pages, one.moment).reason == "unstable_text"
