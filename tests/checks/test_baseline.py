"""Property B: what a document has otherwise than the one that was issued quietly, by text and by picture."""

import pytest
from msgspec.structs import replace

from harness.baseline.align import Side
from harness.baseline.comparison import Differing
from harness.baseline.issued import Issued, Key
from harness.baseline.mutual import Doubt
from harness.baseline.oracle import Agreement, Conclusion
from harness.baseline.places import Place
from harness.checks.baseline import check_baseline, check_own
from harness.checks.pictures import check_own_pictures, check_pictures
from harness.picture.mutual import Contradiction
from harness.records.certificates import Certificate, Options
from harness.records.findings import Anomaly, Finding, Property, Severity
from harness.records.ownership import PageVerdict
from harness.records.picture import PictureOpinion, PictureVerdict, Region

EQUAL = Conclusion(agreement=Agreement.EQUAL)
OTHER_PAGES = Conclusion(agreement=Agreement.DIFFERENT, pages=1, pages_now=2)


def by_text(history, conclusion, known=()):
    history.asks("A1", "R1").gets("A1")
    found = check_baseline(history.view(), {"D0001": conclusion}, known)
    return [(f.anomaly, f.severity, f.victim, f.donor) for f in found]


@pytest.mark.parametrize("same", [EQUAL, Conclusion(agreement=Agreement.NOT_APPLICABLE, reason="register_changed")])
def test_a_document_as_it_was_issued_quietly_is_right(history, same):
    assert by_text(history, same) == []


def test_a_difference_that_names_nobody_is_for_review(history):
    assert by_text(history, OTHER_PAGES) == [(Anomaly.DEVIATION, Severity.REVIEW, "R1", "")]


@pytest.mark.parametrize(("whole", "anomaly"), [(True, Anomaly.MISDELIVERY), (False, Anomaly.WRONG_ITEM)])
def test_a_difference_that_names_another_person_is_grave(history, whole, anomaly):
    named = replace(OTHER_PAGES, donor="R2", whole=whole)
    assert by_text(history, named) == [(anomaly, Severity.GRAVE, "R1", "R2")]


def test_the_very_file_of_the_baseline_once_more_is_for_review(history):
    assert by_text(history, replace(EQUAL, same_bytes=True)) == [(Anomaly.DEVIATION, Severity.REVIEW, "R1", "")]


def told(anomaly, severity, *pages):
    kind = Property.OWNERSHIP
    return Finding(finding="", property=kind, anomaly=anomaly, severity=severity, delivery="D0001", pages=pages)


def test_what_is_known_to_be_wrong_is_not_told_again(history):
    assert by_text(history, OTHER_PAGES, known=[told(Anomaly.STALE, Severity.DEFECT)]) == []


@pytest.mark.parametrize(
    ("unread", "donor", "told_again"),
    [((1, 2), "", False), ((1,), "", True), ((), "", True), ((1, 2), "R2", True)],
)
def test_a_page_that_could_not_be_read_is_told_once_and_what_differs_elsewhere_still(
    history, unread, donor, told_again
):
    places = tuple(Differing(page, Side(Place("", ""), None, None)) for page in (1, 2))
    differs = Conclusion(agreement=Agreement.DIFFERENT, differing=places, pages=2, pages_now=2, donor=donor)
    assert bool(by_text(history, differs, known=[told(Anomaly.UNREAD, Severity.REVIEW, *unread)])) is told_again


def seen(verdict):
    marked = (Region(left=1, top=1, right=9, bottom=9),) if verdict is PictureVerdict.DEVIATION else ()
    return PictureOpinion(verdict=verdict, regions=marked)


@pytest.mark.parametrize(
    ("page", "picture", "expected"),
    [
        (PageVerdict.OWN, PictureVerdict.DEVIATION, [(Anomaly.DEVIATION, Severity.REVIEW)]),
        (PageVerdict.OWN, PictureVerdict.OWN, []),
        (PageVerdict.UNREAD, PictureVerdict.DEVIATION, []),  # told as unread
    ],
)
def test_an_own_page_whose_picture_is_another_is_for_review(history, made, page, picture, expected):
    looked_at = replace(made.own_page("R1", verdict=page), picture=seen(picture))
    history.asks("A1", "R1").gets("A1", [looked_at])
    found = check_pictures(history.view(), history.documents, ())
    assert [(f.anomaly, f.severity) for f in found] == expected
    assert check_pictures(history.view(), history.documents, {"D0001"}) == ()


def of_a_baseline(history):
    """Two issues to R1 and one to R2, quietly one after the other."""
    for number, who in enumerate(("R1", "R1", "R2"), 1):
        history.asks(f"A{number}", who, 2 * number, 2 * number + 1).gets(f"A{number}")
    return history.view()


BETWEEN_ISSUES = [
    ("", False, (Property.BASELINE, Anomaly.DEVIATION, Severity.REVIEW)),
    ("", True, (Property.BASELINE, Anomaly.DEVIATION, Severity.DEFECT)),
    ("R2", True, (Property.OWNERSHIP, Anomaly.MISDELIVERY, Severity.GRAVE)),
]


@pytest.mark.parametrize(("donor", "steady", "expected"), BETWEEN_ISSUES)
def test_two_issues_of_a_baseline_whose_pictures_differ_are_told_by_what_speaks_against_them(
    history, donor, steady, expected
):
    view = of_a_baseline(history)
    against = Contradiction(application="A2", other="A1", page=1, donor=donor, steady=steady)
    (found,) = check_own_pictures(view, [against], {"A2": "D0002"}, ())
    assert (found.property, found.anomaly, found.severity) == expected
    assert (found.application, found.delivery, found.victim, found.donor) == ("A2", "D0002", "R1", donor)
    assert found.evidence[0].value == "A1"
    assert check_own_pictures(view, [against], {"A2": "D0002"}, {"D0002"}) == ()
    assert check_own_pictures(view, [], {"A2": "D0002"}, ()) == ()


@pytest.mark.parametrize(("donor", "steady", "expected"), BETWEEN_ISSUES)
def test_two_issues_of_a_baseline_whose_texts_differ_are_told_by_what_speaks_against_them(
    history, donor, steady, expected
):
    view = of_a_baseline(history)
    one, two = (Issued(Key("R1", Certificate.JUMINHYO, Options()), f"A{n}", f"D000{n}", "", None, ()) for n in (1, 2))
    doubt = Doubt(two, one, replace(OTHER_PAGES, donor=donor, whole=True), steady)
    (found,) = check_own(view, [doubt], frozenset())
    assert (found.property, found.anomaly, found.severity) == expected
    assert (found.application, found.victim, found.donor) == ("A2", "R1", donor)
    assert found.evidence[0].value == "A1"
    assert check_own(view, [doubt], frozenset({"D0001"})) == ()
