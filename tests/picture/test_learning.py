"""Which regions change by issue, and which must never be taken for such."""

from itertools import pairwise

import numpy as np
import pytest

from harness.picture import differing, learn_regions, learning


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


def numbered(count, shared=()):
    """Pages of one form with a word each, all different; those in `shared` print one word, a pixel off and noisily."""
    random = np.random.default_rng(7)
    words = np.kron(random.random((count, 2, 4, 20)) > 0.5, np.ones((3, 3))).astype(np.uint8) * np.uint8(255)
    for who in shared[1:]:
        words[who, 1] = words[shared[0], 0]
    pages = np.full((count, 2, 120, 120), 255, np.uint8)
    pages[:, :, 60:110:4, 10:110] = 0  # the form
    pages[:, :, 20:32, 30:90] = words
    for who in shared[1:]:
        pages[who, 1] = np.maximum(np.roll(pages[who, 1], 1, 1), random.integers(0, 8, (120, 120), np.uint8))
    return [(one, other) for one, other in pages]


@pytest.fixture
def looks(monkeypatch):
    """Count the contents that are looked at closely."""
    seen, same = [], learning._same

    def counted(*given):
        seen.append(given)
        return same(*given)

    monkeypatch.setattr(learning, "_same", counted)
    return seen


def test_close_looks_grow_with_the_people_and_not_with_their_pairs(looks):
    counts = []
    for people in (12, 24, 48):
        looks.clear()
        assert len(learn_regions(numbered(people))) == 1
        counts.append(len(looks))
    assert 0 < counts[0] <= 10 * 12
    assert all(after <= 2.5 * before for before, after in pairwise(counts)), counts


def test_one_content_that_two_of_many_people_share_is_never_learned():
    assert learn_regions(numbered(60, shared=(3, 41))) == ()
