"""Where the text of two pages differs, the picture is not asked; everywhere else it is."""

import base64
from array import array

from harness.picture.words import changed_words, mostly_elsewhere
from harness.records.reading import PageRead


def page(*words):
    """A page of (word, left, bottom, right, top)."""
    places = array("h", [number for _, *box in words for number in box])
    text = " ".join(word for word, *_ in words)
    return PageRead(
        number=1, text=text, width=595, height=842, places=base64.b64encode(places.tobytes()).decode("ascii")
    )


NAME, DATE = ("見本太郎", 72, 720, 144, 734), ("令和8年12月28日", 72, 72, 144, 86)


def test_the_same_words_at_the_same_places_leave_nothing_out():
    assert changed_words(page(NAME, DATE), page(NAME, DATE)) == ()


def test_a_date_that_changed_is_left_out_on_both_pages_and_the_name_is_not():
    regions = changed_words(page(NAME, DATE), page(NAME, ("令和9年1月1日", 72, 72, 130, 86)))
    assert len(regions) == 2
    assert all(1040 < r.top < r.bottom < 1080 and r.left < 110 for r in regions)


def test_a_word_that_moved_is_left_out_where_it_was_and_where_it_is():
    moved = ("見本太郎", 92, 720, 164, 734)
    assert [r.left for r in changed_words(page(NAME), page(moved))] == [96, 124]


def test_words_without_places_leave_nothing_out():
    assert changed_words(page(NAME), PageRead(number=1, text="別人")) != ()  # only the baseline's own place is known
    assert changed_words(PageRead(number=1, text="見本"), PageRead(number=1, text="別人")) == ()


def test_regions_stay_on_the_page():
    assert all(
        min(r.left, r.top, r.right, r.bottom) >= 0 for r in changed_words(page(("影", -90, 900, -40, 990)), page())
    )


def test_a_page_all_of_whose_words_moved_is_not_confirmed_by_leaving_them_all_out():
    words = [(f"語{n}", 72, 700 - 20 * n, 144, 714 - 20 * n) for n in range(8)]
    moved = page(*((word, left + 20, *rest) for word, left, *rest in words))
    assert mostly_elsewhere(changed_words(page(*words), moved), moved)
    dated = page(*words[:-1], ("令和9年1月1日", 72, 560, 130, 574))
    assert not mostly_elsewhere(changed_words(page(*words), dated), dated)
