"""Documents that were issued quietly, as pictures, are judged by each other: no profile, no text, nothing but them."""

import pytest

from harness.picture.issues import Issue
from harness.picture.mutual import MutualPictures
from harness.records.certificates import Certificate, Options
from harness.records.picture import PictureVerdict

pytestmark = pytest.mark.slow  # whole pages are drawn and compared

FORMS = {"drawn": {}, "1-bit": {"form": "1-bit", "dpi": 150}, "jpeg": {"form": "jpeg", "dpi": 150}}


class Town:
    """What everybody was handed, as pictures."""

    def __init__(self, tools, form):
        self.tools, self.form = tools, FORMS[form]
        self.rasters, self.issues = {}, []

    def hand(self, who, printed=None, again=0):
        """Hand `who` a document on which `printed` stands; return its application."""
        number = len(self.issues)
        digest = f"{number:064x}"
        printed = printed or who
        person = self.tools.people[printed] if isinstance(printed, str) else printed
        body = self.tools.reportlab(self.tools.lines(person, f"{100 + 7 * number:06}"))
        body = self.tools.copied(body, **self.form) if self.form else body
        self.rasters[digest, 1] = self.tools.raster(body)
        self.issues.append(Issue(f"A{number:03}", who, Certificate.JUMINHYO, Options(), digest, 1))
        return self.issues[-1]

    def twice(self, **odd):
        """Hand everybody theirs twice; the second of those named in `odd` says something else."""
        first = {who: self.hand(who) for who in self.tools.people}
        return first, {who: self.hand(who, odd.get(who)) for who in self.tools.people}

    def judged(self, **more):
        kept = {"related": lambda a, b: a == b, **more}
        return MutualPictures(self.issues, lambda digest, page: self.rasters.get((digest, page)), **kept)


@pytest.fixture
def town(tools):
    return Town(tools, "drawn")


@pytest.fixture
def copier(tools):
    """Pictures with the noise of compression: no two of one page are equal."""
    return Town(tools, "jpeg")


def told(mutual):
    return {(c.application, c.donor, c.steady) for c in mutual.contradictions}


def test_issues_that_agree_but_for_their_numbers_are_own_and_nothing_speaks_against_them(town):
    first, second = town.twice()
    mutual = town.judged()
    assert mutual.contradictions == ()
    for one in (first["mori"], second["taka"], second["nabe"]):
        assert mutual.opinion(town.rasters[one.digest, 1], one, 1).verdict is PictureVerdict.OWN


def test_of_two_issues_the_one_that_is_another_persons_is_told_with_its_donor(town):
    _, second = town.twice(mori="saki")
    mutual = town.judged()
    assert told(mutual) == {(second["mori"].application, "saki", True)}
    opinion = mutual.opinion(town.rasters[second["mori"].digest, 1], second["mori"], 1)
    assert (opinion.verdict, opinion.donor) == (PictureVerdict.FOREIGN, "saki")


def test_under_the_noise_of_compression_the_same_holds(copier):
    first, second = copier.twice(mori="saki", taka="hashigo")
    mutual = copier.judged()
    assert {(a, d) for a, d, _ in told(mutual)} >= {(second["mori"].application, "saki")}
    assert {a for a, _, _ in told(mutual)} <= {second["mori"].application, second["taka"].application}
    for one in (first["tatsu"], second["nabe"]):
        assert mutual.opinion(copier.rasters[one.digest, 1], one, 1).verdict is PictureVerdict.OWN
    for one in (second["mori"], second["taka"]):
        assert mutual.opinion(copier.rasters[one.digest, 1], one, 1).verdict is not PictureVerdict.OWN


def test_a_twin_of_one_variant_character_is_another_person(town):
    _, second = town.twice(taka="hashigo")
    assert told(town.judged()) == {(second["taka"].application, "hashigo", True)}


def test_the_customer_before_in_a_row_of_documents_is_told_for_everybody_concerned(town):
    _, second = town.twice(mori="saki", saki="watanabe", watanabe="tatsu")
    assert told(town.judged()) == {
        (second["mori"].application, "saki", True),
        (second["saki"].application, "watanabe", True),
        (second["watanabe"].application, "tatsu", True),
    }


def test_one_item_of_another_person_names_them(town, tools):
    name, born, _ = tools.people["mori"]
    _, second = town.twice(mori=(name, born, tools.people["saki"][2]))
    assert told(town.judged()) == {(second["mori"].application, "saki", True)}


def test_an_issue_that_is_nobodys_is_told_without_blaming_anyone(town):
    _, second = town.twice(mori=("緑川 匠", "昭和41年5月6日", "架空県見本市東町三丁目"))
    mutual = town.judged()
    assert told(mutual) == {(second["mori"].application, "", True)}
    assert mutual.contradictions[0].regions


def test_a_single_issue_that_is_another_persons_page_is_theirs_and_any_other_is_not_decided(town):
    town.twice()
    wrong = town.hand("new", "saki")
    stranger = town.hand("other", ("緑川 匠", "昭和41年5月6日", "架空県見本市東町三丁目"))
    mutual = town.judged()
    assert told(mutual) == {(wrong.application, "saki", True)}
    opinion = mutual.opinion(town.rasters[stranger.digest, 1], stranger, 1)
    assert opinion.verdict is PictureVerdict.NONE
    assert "issued once" in opinion.reason


def test_two_strangers_with_one_picture_at_every_issue_are_both_doubtful(town, tools):
    first, second = ({who: town.hand(who, "saki" if who == "mori" else None) for who in tools.people} for _ in range(2))
    mutual = town.judged()
    both = {one.application for one in (first["mori"], second["mori"], first["saki"], second["saki"])}
    assert {(c.application, c.donor, c.steady) for c in mutual.contradictions} == {(a, "", True) for a in both}
    mine = town.rasters[first["saki"].digest, 1]
    assert mutual.opinion(mine, first["saki"], 1).verdict is PictureVerdict.NONE
    assert town.judged(related=lambda a, b: {a, b} <= {"mori", "saki"} or a == b).contradictions == ()
    assert town.judged(namesakes=lambda a, b: {a, b} == {"mori", "saki"}).contradictions == ()
