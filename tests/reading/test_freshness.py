"""During an update both states of the register are right, each in full; a mixture of them is not."""

import pytest
from msgspec.structs import replace

from harness.reading import Judge, OwnerIndex, expect
from harness.records.certificates import Certificate, Options, Scope
from harness.records.ownership import PageVerdict

OLD_STREET, NEW_STREET = "見本市港町五丁目15番2号", "見本市山町八丁目3番1号"
OLD_DAY, NEW_DAY = "平成１１年１月１日", "令和８年３月３１日"


@pytest.fixture(scope="module")
def moved(town):
    before = town.residents["R00012"]
    return before, replace(before, address=f"架空県{NEW_STREET}", address_since="2026-03-31")


@pytest.fixture(scope="module")
def judge_moved(town, second, moved):
    """Return a function that judges as R00012's; the judge knows what the update brings."""
    oracle = Judge(OwnerIndex(town, moved), second)

    def judge(reading, applicant="R00012", states=moved):
        wanted = expect(Certificate.JUMINHYO, Options(), applicant, town, second, {"R00012": states})
        return oracle.document(reading, wanted)

    return judge


@pytest.fixture
def sheet(draw, written, read_pdf):
    return lambda street, day: read_pdf(draw(written("alone", (OLD_STREET, street), (OLD_DAY, day))))


@pytest.mark.parametrize(("street", "day"), [(OLD_STREET, OLD_DAY), (NEW_STREET, NEW_DAY)])
def test_either_state_in_full_is_right(judge_moved, sheet, street, day):
    document = judge_moved(sheet(street, day))
    assert document.pages[0].verdict is PageVerdict.OWN
    assert (document.wrong, document.missing) == ((), ())


def test_an_old_state_is_right_however_often_others_came_and_went_since(judge_moved, sheet, moved):
    between = tuple(replace(moved[0], address=f"架空県見本市谷町{number}丁目") for number in range(3))
    document = judge_moved(sheet(OLD_STREET, OLD_DAY), states=(moved[0], *between * 40, moved[1]))
    assert (document.wrong, document.missing) == ((), ())


@pytest.mark.parametrize(("street", "day"), [(OLD_STREET, NEW_DAY), (NEW_STREET, OLD_DAY)])
def test_a_mixture_of_both_states_is_wrong_and_nobody_elses(judge_moved, sheet, street, day):
    document = judge_moved(sheet(street, day))
    assert document.pages[0].verdict is PageVerdict.OWN
    assert len(document.wrong) == 1


def test_the_old_state_is_wrong_but_still_the_applicants_once_only_the_new_one_is_legal(judge_moved, sheet, moved):
    document = judge_moved(sheet(OLD_STREET, OLD_DAY), states=moved[1:])
    assert document.pages[0].verdict is PageVerdict.OWN
    assert document.pages[0].evidence == ()
    assert {e.item for e in document.wrong} == {"address", "address_since"}


def test_for_others_both_addresses_are_the_movers(judge_moved, sheet):
    for street, day in ((OLD_STREET, OLD_DAY), (NEW_STREET, NEW_DAY)):
        page = judge_moved(sheet(street, day), "R00013").pages[0]
        assert page.verdict is PageVerdict.FOREIGN
        assert page.owners[0].resident == "R00012"


def test_who_moved_out_meanwhile_may_be_listed_or_not(town, second, draw, written, read_pdf):
    gone = replace(town.residents["R00005"], household="H99")
    options = Options(scope=Scope.ALL, relation=True)
    states = {"R00005": (town.residents["R00005"], gone)}
    wanted = expect(Certificate.JUMINHYO, options, "R00001", town, second, states)
    oracle = Judge(OwnerIndex(town, [gone]), second)
    for pages in (written("household"), written("household", ("1頁/2頁", "1頁/1頁"))[:1]):
        document = oracle.document(read_pdf(draw(pages)), wanted)
        assert {p.verdict for p in document.pages} == {PageVerdict.OWN}
        assert (document.missing, document.wrong) == ((), ())
