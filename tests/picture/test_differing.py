"""Where two pages differ by their pictures, and where they only seem to."""

import numpy as np
import pytest

from harness.picture import differing
from harness.picture.difference import compare
from harness.records.picture import Region

pytestmark = pytest.mark.slow  # whole pages are drawn and compared

NUMBER = Region(left=550, top=1060, right=760, bottom=1095)  # where the issue number stands
DATE = Region(left=90, top=425, right=280, bottom=455)
COPIES = {
    "1-bit at 200 dpi": {"form": "1-bit"},
    "JPEG at 150 dpi": {"dpi": 150, "form": "jpeg"},
    "grey at 300 dpi": {"dpi": 300},
}


def covers(region, x, y):
    """Tell whether a region covers a place given in PDF points from the bottom left."""
    across, down = x * 100 / 72, (842 - y) * 100 / 72
    return region.left - 2 <= across <= region.right + 2 and region.top - 2 <= down <= region.bottom + 2


def test_the_same_page_of_the_same_producer_differs_nowhere(producer, tools):
    page = tools.raster(producer("taka"))
    assert differing(page, tools.raster(producer("taka"))) == ()


def test_one_variant_character_is_seen_where_it_stands(producer, tools):
    found = differing(tools.raster(producer("hashigo")), tools.raster(producer("taka")))
    assert len(found) == 2  # the name, and the householder's
    assert covers(found[0], 175, 705)
    assert found[0].right - found[0].left < 25


@pytest.mark.parametrize(("one", "other"), [("taka", "hashigo"), ("saki", "tatsu"), ("watanabe", "nabe")])
@pytest.mark.parametrize("how", sorted(COPIES))
def test_twins_differ_on_pages_that_are_one_picture(tools, paper, how, one, other):
    copy = COPIES[how]
    own = tools.raster(tools.copied(paper(one), **copy))
    assert differing(tools.raster(tools.copied(paper(one), **copy)), own) == ()
    assert differing(tools.raster(tools.copied(paper(other), **copy)), own)


@pytest.mark.parametrize(
    "laid",
    [{"shift": (5, -3)}, {"scale": 1.01}, {"turn": 0.4}, {"noise": 10.0, "seed": 2}],
    ids=lambda v: next(iter(v)),
)
def test_a_copy_that_lies_otherwise_is_the_same_page_and_a_twin_is_not(tools, paper, laid):
    own = tools.raster(tools.copied(paper("taka"), noise=laid.get("noise", 0.0), seed=1))
    assert differing(tools.raster(tools.copied(paper("taka"), **laid)), own) == ()
    found = differing(tools.raster(tools.copied(paper("hashigo"), **laid)), own)
    assert any(covers(region, 175, 705) for region in found)


def test_issue_number_and_date_are_ignored_where_they_are_volatile(producer, tools):
    base = tools.raster(producer("mori"))
    page = tools.raster(producer("mori", "000987", "令和8年12月1日"))
    assert len(differing(page, base)) >= 2
    assert differing(page, base, [NUMBER, DATE]) == ()


def test_a_page_in_strips_is_the_page_in_one(tools, paper):
    whole, strips = (tools.raster(tools.copied(paper("saki"), strips=n)) for n in (1, 7))
    assert compare(strips, whole).regions == ()


def test_a_page_of_another_size_differs_as_a_whole(tools, paper):
    base = tools.raster(paper("saki"))
    assert differing(base[:, :600], base) == (Region(left=0, top=0, right=base.shape[1], bottom=base.shape[0]),)


def test_an_empty_page_differs_from_a_written_one(tools, paper):
    base = tools.raster(paper("saki"))
    assert differing(np.full_like(base, 255), base)
    assert differing(base, np.full_like(base, 255))
    assert differing(np.full_like(base, 255), np.full_like(base, 250)) == ()


def test_a_single_missing_stroke_is_seen_where_pages_are_drawn_alike(tools, paper):
    base = tools.raster(paper("mori"))
    page = base.copy()
    rows, columns = np.nonzero(page[180:205, 230:300] < 90)
    page[180 + rows[0], 230 + columns[0] : 230 + columns[0] + 3] = 255
    assert len(differing(page, base)) == 1
