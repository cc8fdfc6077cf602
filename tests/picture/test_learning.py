"""Which regions change by issue, and which must never be taken for such."""

import pytest

from harness.picture import differing, learn_regions


@pytest.fixture(scope="module")
def everybody(tools):
    return list(tools.people)


def issues(tools, people, second=lambda who: who, dates=("令和8年11月22日", "令和8年11月22日"), start=(101, 108)):
    return [
        tuple(
            tools.raster(tools.reportlab(tools.lines(person, f"{start[turn] + place:06}", dates[turn])))
            for turn, person in enumerate((who, second(who)))
        )
        for place, who in enumerate(people)
    ]


def test_the_issue_number_is_learned_as_a_whole_word(tools, everybody):
    (number,) = learn_regions(issues(tools, everybody))
    assert number.top > 1000
    later = tools.raster(tools.reportlab(tools.lines("mori", "987654")))
    base = tools.raster(tools.reportlab(tools.lines("mori", "000105")))
    assert differing(later, base, [number]) == ()


def test_a_date_that_is_everybodys_is_learned(tools, everybody):
    found = learn_regions(issues(tools, everybody, dates=("令和8年11月22日", "令和8年12月3日")))
    assert len(found) == 2


def test_a_name_that_differs_for_one_person_is_a_finding_and_not_learned(tools, everybody):
    found = learn_regions(issues(tools, everybody, lambda who: "mori" if who == "saki" else who))
    assert len(found) == 1
    assert found[0].top > 1000


def test_names_that_went_to_the_next_person_everywhere_are_not_learned(tools, everybody):
    following = dict(zip(everybody, everybody[1:] + everybody[:1], strict=True))
    assert all(region.top > 1000 for region in learn_regions(issues(tools, everybody, following.get)))


def test_two_applicants_teach_nothing(tools, everybody):
    assert learn_regions(issues(tools, everybody[:2])) == ()
