"""What a document must say follows from register, options and profile alone."""

import pytest
from msgspec.structs import replace

from harness.errors import UsageError
from harness.reading import expect, load_profile
from harness.records.certificates import Certificate, Options, Scope, TaxKind
from harness.records.resident import Residency

JUMINHYO = Certificate.JUMINHYO


@pytest.fixture(scope="module")
def reference():
    return load_profile("reference")


def items(wanted, person=None):
    return {w.item for w in wanted if person is None or w.person == person}


def test_a_household_copy_lists_everyone_in_order(town, reference):
    view = expect(JUMINHYO, Options(scope=Scope.ALL), "R00003", town, reference).views[0]
    assert view.persons == ("R00001", "R00002", "R00003", "R00004", "R00005")


def test_a_copy_of_oneself_lists_the_applicant(town, reference):
    assert expect(JUMINHYO, Options(), "R00003", town, reference).views[0].persons == ("R00003",)


def test_some_persons_need_not_include_the_applicant(town, reference):
    options = Options(scope=Scope.SOME, persons=("R00002", "R00004"))
    assert expect(JUMINHYO, options, "R00001", town, reference).views[0].persons == ("R00002", "R00004")


def test_who_has_moved_out_is_not_listed(town, reference):
    gone = replace(town.residents["R00004"], residency=Residency.MOVED_OUT)
    view = expect(JUMINHYO, Options(scope=Scope.ALL), "R00001", town, reference, {"R00004": (gone,)}).views[0]
    assert "R00004" not in view.persons


@pytest.mark.parametrize(
    ("chosen", "wanted", "forbidden"),
    [
        (Options(), set(), {"honseki", "hittousha", "relation", "householder", "my_number"}),
        (Options(honseki=True), {"honseki", "hittousha"}, {"relation", "householder", "my_number"}),
        (Options(relation=True), {"relation", "householder"}, {"honseki", "hittousha", "my_number"}),
    ],
)
def test_options_bring_items_onto_the_paper_and_their_absence_forbids_them(town, reference, chosen, wanted, forbidden):
    view = expect(JUMINHYO, chosen, "R00001", town, reference).views[0]
    assert wanted <= items(view.wanted)
    assert not forbidden & items(view.wanted)
    assert items(view.forbidden) == forbidden


def test_a_foreign_resident_has_no_honseki(town, reference):
    view = expect(JUMINHYO, Options(honseki=True), "R00011", town, reference).views[0]
    assert not {"honseki", "hittousha"} & items(view.wanted)
    assert {"nationality", "residence_card", "alias"} <= items(view.wanted)


def test_unknown_items_are_lost_coverage_and_empty_ones_are_not(town, reference):
    imported = replace(town.residents["R00012"], kana=None, previous_address="")
    expectation = expect(JUMINHYO, Options(), "R00012", town, reference, {"R00012": (imported,)})
    assert "R00012.kana" in expectation.unknown
    assert "R00012.previous_address" not in expectation.unknown
    assert not {"kana", "previous_address"} & items(expectation.views[0].wanted)


def test_the_two_kinds_of_tax_certificate_want_different_figures(town, reference):
    kazei = expect(Certificate.TAX, Options(tax_year=2024), "R00001", town, reference).views[0]
    nozei = expect(Certificate.TAX, Options(tax_year=2024, tax_kind=TaxKind.NOZEI), "R00001", town, reference).views[0]
    assert "total_income" in items(kazei.wanted)
    assert "unpaid" in items(kazei.forbidden)
    assert "unpaid" in items(nozei.wanted)
    assert "total_income" in items(nozei.forbidden)


STREETS = ("中央一丁目2番3号", "中央1丁目2番3号", "中央1-2-3", "中央一丁目2-3", "中央1丁目2-3", "中央一丁目二番三号")


def test_amounts_years_and_addresses_have_several_right_forms(town, reference):
    view = expect(Certificate.TAX, Options(tax_year=2024), "R00001", town, reference).views[0]
    texts = {w.item: w.texts for w in view.wanted}
    assert texts["annual_tax"] == ("337200", "337,200")
    assert texts["year"] == ("令和6年度", "2024年度")
    assert set(texts["address"]) == {town + street for town in ("架空県見本市", "見本市", "") for street in STREETS}


def test_a_koseki_lists_its_members_and_their_events(town, reference):
    view = expect(Certificate.KOSEKI, Options(scope=Scope.ALL), "R00004", town, reference).views[0]
    assert view.persons == ("R00001", "R00002", "R00003", "R00004")
    parents = {t for w in view.wanted if w.item == "father" for t in w.texts}
    assert parents == {"見本松造", "例示一男", "見本太郎"}
    assert (2001, 3, 3) in {w.day for w in view.wanted if w.item == "events"}


def test_every_state_that_was_legal_during_the_application_is_a_view(town, reference):
    before = town.residents["R00012"]
    after = replace(before, address="架空県見本市港町六丁目1番1号")
    expectation = expect(JUMINHYO, Options(), "R00012", town, reference, {"R00012": (before, after)})
    addresses = [next(w.texts[0] for w in v.wanted if w.item == "address") for v in expectation.views]
    assert addresses == ["架空県見本市港町五丁目15番2号", "架空県見本市港町六丁目1番1号"]


def test_only_those_with_a_registered_seal_have_one_to_print(town, reference):
    assert expect(Certificate.INKAN, Options(), "R00001", town, reference).seal == "R00001"
    assert expect(Certificate.INKAN, Options(), "R00003", town, reference).seal == ""
    assert expect(JUMINHYO, Options(), "R00001", town, reference).seal == ""


def test_an_unknown_applicant_is_refused(town, reference):
    with pytest.raises(UsageError, match="R09999"):
        expect(JUMINHYO, Options(), "R09999", town, reference)
