"""Whose a page is by its picture alone."""

import pytest

from harness.picture import BaselinePage, PictureOracle, whose
from harness.picture.difference import differing
from harness.picture.raster import ink_of
from harness.picture.twins import is_theirs
from harness.records.certificates import Certificate
from harness.records.picture import PictureVerdict, Region

pytestmark = pytest.mark.slow  # whole pages are drawn and compared

KIND = (Certificate.JUMINHYO, 1, 1)
NUMBER = Region(left=550, top=1060, right=760, bottom=1095)


def page_of(who, certificate=Certificate.JUMINHYO):
    return BaselinePage(resident=who, certificate=certificate, page=1, pages=1, digest=who)


@pytest.fixture(
    scope="module", params=[{}, {"form": "1-bit"}, {"form": "jpeg", "dpi": 150}], ids=["drawn", "1-bit", "jpeg"]
)
def stage(request, tools, paper):
    """Return an oracle over everybody's baseline and a function that draws a page as this target does."""

    def drawn(who, number="000123", **more):
        body = paper(who, number)
        return tools.raster(tools.copied(body, **request.param, **more) if request.param or more else body)

    bases = {who: drawn(who) for who in tools.people}
    oracle = PictureOracle(map(page_of, bases), lambda digest, page: bases[digest], {KIND: [NUMBER]})
    return oracle, drawn, bases


def test_the_own_page_with_a_new_number_is_own(stage, tools):
    oracle, drawn, _ = stage
    for who in tools.people:
        assert oracle.page(drawn(who, "000456"), page_of(who)).verdict is PictureVerdict.OWN


def test_everybody_elses_page_names_its_owner_twins_included(stage, tools):
    oracle, drawn, _ = stage
    for who in ("taka", "tatsu", "mori"):
        for donor in tools.people:
            if donor != who:
                opinion = oracle.page(drawn(donor, "000456"), page_of(who))
                assert (opinion.verdict, opinion.donor) == (PictureVerdict.FOREIGN, donor), (who, opinion)


def test_a_stranger_is_a_deviation_and_nobody_is_blamed(stage, tools):
    oracle, drawn, _ = stage
    opinion = oracle.page(drawn(("緑川 匠", "昭和41年5月6日", "架空県見本市東町三丁目")), page_of("mori"))
    assert opinion.verdict is PictureVerdict.DEVIATION
    assert opinion.regions
    assert not opinion.donor


def test_one_item_of_another_person_is_theirs(stage, tools):
    oracle, drawn, _ = stage
    name, born, _ = tools.people["mori"]
    opinion = oracle.page(drawn((name, born, tools.people["saki"][2])), page_of("mori"))
    assert (opinion.verdict, opinion.donor) == (PictureVerdict.FOREIGN, "saki")


def test_without_an_own_baseline_nothing_is_said(stage):
    oracle, drawn, _ = stage
    assert oracle.page(drawn("mori"), None).verdict is PictureVerdict.NONE


def test_without_the_donors_baseline_the_page_is_a_deviation(stage, tools):
    _, drawn, bases = stage
    oracle = PictureOracle([page_of("mori")], lambda digest, page: bases[digest], {KIND: [NUMBER]})
    assert oracle.page(drawn("saki"), page_of("mori")).verdict is PictureVerdict.DEVIATION


@pytest.mark.parametrize(
    "laid", [{"shift": (4, 6)}, {"scale": 0.992}, {"turn": 0.3}, {"noise": 9.0, "seed": 7}], ids=str
)
def test_a_scan_is_never_taken_for_the_twins(stage, tools, laid):
    oracle, drawn, _ = stage
    for printed in ("taka", "hashigo"):
        opinion = oracle.page(drawn(printed, "000456", **laid), page_of("taka"))
        assert opinion.verdict is not PictureVerdict.OWN or printed == "taka", (printed, opinion)
        assert opinion.donor in {"", printed}, (printed, opinion)


def test_a_region_names_its_one_owner_or_nobody(tools, paper):
    bases = {who: tools.raster(paper(who)) for who in tools.people}
    page = bases["saki"]
    (name, *_) = differing(page, bases["mori"])
    assert whose(page, name, {w: b for w, b in bases.items() if w != "mori"}) == ("saki", 1.0)
    assert whose(page, name, {"tatsu": bases["tatsu"], "mori": bases["mori"]}) is None
    blank = Region(left=300, top=900, right=340, bottom=920)
    assert whose(page, blank, bases) is None


def test_a_word_is_somebodys_only_where_their_baseline_differs_from_the_own_one(tools, paper):
    def scanned(who, seed):
        body = tools.copied(paper(who), form="1-bit", turn=0.1 * seed, shift=(seed, 0), noise=8.0, seed=seed)
        return ink_of(tools.raster(body))

    mine, theirs = scanned("mori", 0), scanned("saki", 3)
    everything = Region(left=0, top=0, right=mine.shape[1], bottom=mine.shape[0])
    (name, *_) = differing(tools.raster(paper("saki")), tools.raster(paper("mori")))
    label = Region(left=80, top=name.top - 5, right=name.left - 15, bottom=name.bottom + 5)
    assert mine[label.top : label.bottom, label.left : label.right].sum() > 50  # the form's own print
    assert is_theirs(scanned("saki", 0), theirs, mine, [name])
    assert not is_theirs(scanned("mori", 0), theirs, mine, [name])
    assert not is_theirs(scanned("mori", 0), theirs, mine, [label])
    assert not is_theirs(scanned("mori", 0), theirs, mine, [everything])
