"""Property O: whose a document is, who the donor was, and what the findings are called."""

import pytest
from msgspec.structs import replace

from harness.checks.donors import trace_donors
from harness.checks.ownership import check_ownership
from harness.records.certificates import Certificate, Options, Scope
from harness.records.findings import POSSIBLE_OWNER, Anomaly, Evidence, Severity
from harness.records.history import Ending
from harness.records.ownership import PageVerdict
from harness.records.reading import FileMarks, ReadingStatus


def check(history):
    view = history.view()
    return check_ownership(view, history.documents, trace_donors(view, history.documents))


def only(findings):
    assert len(findings) == 1, findings
    return findings[0]


def test_everyones_own_documents_give_no_finding(history):
    history.asks("A1", "R1").gets("A1", number="N1").asks("A2", "R2").gets("A2", number="N2")
    assert check(history) == ()


def test_a_household_copy_that_lists_others_is_own(history, made):
    history.asks("A1", "R1", options=Options(scope=Scope.ALL))
    history.gets("A1", [made.own_page("R1")], listed=("R1", "R2"))
    assert check(history) == ()


def test_the_weakly_read_own_name_is_own(history, made):
    history.asks("A1", "R1").gets("A1", [made.own_page("R1", verdict=PageVerdict.OWN_WEAK)])
    assert check(history) == ()


def test_another_persons_document_is_a_misdelivery_with_victim_and_donor(history, made):
    history.asks("A1", "R1", 0, 2).gets("A1", [made.foreign_page("R2")])
    history.asks("A2", "R2", 0.5, 3).gets("A2")
    found = only(check(history))
    assert (found.anomaly, found.severity, found.pattern) == (Anomaly.MISDELIVERY, Severity.GRAVE, "copy")
    assert (found.victim, found.donor, found.donor_application) == ("R1", "R2", "A2")
    assert any(e.value == "R2の氏名" for e in found.evidence)


def test_the_same_bytes_name_the_donors_application_exactly(history, made):
    history.asks("A1", "R2", 0, 1).gets("A1", body="old")
    history.asks("A2", "R1", 5, 7).gets("A2", [made.foreign_page("R2")], body="new")
    history.asks("A3", "R2", 20, 21).gets("A3", body="new", at=6)
    assert only(check(history)).donor_application == "A3"


def test_the_issue_number_names_the_donors_application(history, made):
    history.asks("A1", "R2", 0, 1).gets("A1", number="N1")
    history.asks("A2", "R2", 4.9, 7).gets("A2", number="N2")
    history.asks("A3", "R1", 5, 7).gets("A3", [made.foreign_page("R2", number="N1")])
    found = only(check(history))
    assert (found.donor_application, found.evidence[0].kind) == ("A1", "issue number")


def test_the_ledger_names_the_donor_who_never_received_the_document(history, made):
    history.asks("A1", "R2", 0, 1, ending=Ending.UNRESOLVED)
    history.asks("A2", "R2", 4.9, 7).gets("A2", number="N2")
    history.asks("A3", "R1", 5, 7).gets("A3", [made.foreign_page("R2", number="N1")])
    history.ledger("A1", numbers=("N1",))
    assert only(check(history)).donor_application == "A1"


def test_a_relative_who_only_shares_items_of_the_person_printed_is_not_the_donor_though_nearer_in_time(history, made):
    page = made.foreign_page("R2", bits=40.0)
    page = replace(page, owners=(*page.owners, replace(page.owners[0], resident="R3", bits=23.0)))
    history.asks("A1", "R2", 0, 1).gets("A1")
    history.asks("A2", "R3", 9, 11).gets("A2")
    history.asks("A3", "R1", 9, 12).gets("A3", [page], listed=("R2", "R3"))
    assert only(check(history)).donor_application == "A1"


def test_otherwise_the_donors_application_nearest_in_time_and_of_that_kind_is_named(history, made):
    history.asks("A1", "R2", 0, 1).gets("A1")
    history.asks("A2", "R2", 9, 11, certificate=Certificate.TAX).gets("A2")
    history.asks("A3", "R2", 12, 13).gets("A3")
    history.asks("A4", "R1", 9, 14).gets("A4", [made.foreign_page("R2", certificate=Certificate.JUMINHYO)])
    assert only(check(history)).donor_application == "A3"


def test_a_number_of_one_application_is_enough_where_the_items_name_only_relatives(history, made):
    history.asks("A1", "R3", 4.9, 7, ending=Ending.FAILED).ledger("A1", numbers=("N1",))
    history.asks("A2", "R2", 0, 1).gets("A2", number="N2")
    history.asks("A3", "R1", 5, 7).gets("A3", [made.foreign_page("R2", number="N1")])
    found = only(check(history))
    assert (found.donor, found.donor_application) == ("R3", "A1")


def test_a_number_given_twice_names_the_one_whose_items_are_printed(history, made):
    history.asks("A1", "R3", 0, 1).gets("A1", number="N1").asks("A2", "R2", 0, 1).gets("A2", number="N1")
    history.asks("A3", "R1", 5, 7).gets("A3", [made.foreign_page("R2", number="N1")])
    assert only(check(history)).donor == "R2"


def test_the_same_bytes_in_several_wrong_hands_have_one_donor(history, made):
    history.asks("A1", "R4", 0, 9).asks("A2", "R5", 7, 9)
    history.asks("A3", "R1", 1, 3).gets("A3", [made.foreign_page("R4", "R5")], body="x")
    history.asks("A4", "R2", 6, 9).gets("A4", [made.foreign_page("R4")], body="x")
    assert {(f.donor, f.donor_application) for f in check(history)} == {("R4", "A1")}


def test_of_the_people_who_share_items_those_listed_are_the_donors(history, made):
    history.asks("A1", "R2", 0, 9).gets("A1").asks("A2", "R3", 1, 9).gets("A2")
    history.asks("A3", "R1", 1, 3).gets("A3", [made.foreign_page("R2", "R3")], listed=("R2",))
    assert only(check(history)).donor == "R2"


def test_a_document_cannot_come_from_an_application_that_began_after_its_arrival(history, made):
    history.asks("A1", "R2", 0, 1).gets("A1")
    history.asks("A2", "R1", 9, 10).gets("A2", [made.foreign_page("R2")])
    history.asks("A3", "R2", 10.5, 11).gets("A3")
    assert only(check(history)).donor_application == "A1"


def test_of_a_household_copy_the_donor_is_the_member_who_applied(history, made):
    history.asks("A1", "R3", 0, 2).gets("A1")
    history.asks("A2", "R1", 0, 2).gets("A2", [made.foreign_page("R2", "R3", "R4")])
    found = only(check(history))
    assert (found.donor, found.donor_application) == ("R3", "A1")


def test_a_donor_without_application_is_still_named(history, made):
    history.asks("A1", "R1").gets("A1", [made.foreign_page("R5")])
    found = only(check(history))
    assert (found.donor, found.donor_application) == ("R5", "")


def test_two_who_received_each_others_are_a_swap(history, made):
    history.asks("A1", "R1").gets("A1", [made.foreign_page("R2")])
    history.asks("A2", "R2").gets("A2", [made.foreign_page("R1")])
    assert {(f.victim, f.donor, f.pattern) for f in check(history)} == {("R1", "R2", "swap"), ("R2", "R1", "swap")}


def test_three_who_received_each_the_nexts_all_round_are_a_rotation(history, made):
    for number, donor in ((1, 2), (2, 3), (3, 1)):
        history.asks(f"A{number}", f"R{number}").gets(f"A{number}", [made.foreign_page(f"R{donor}")])
    found = {(f.victim, f.donor, f.pattern) for f in check(history)}
    assert found == {("R1", "R2", "rotation"), ("R2", "R3", "rotation"), ("R3", "R1", "rotation")}


def test_each_receiving_the_nexts_is_a_chain(history, made):
    for number in (1, 2, 3):
        history.asks(f"A{number}", f"R{number}", number, number + 5)
        history.gets(f"A{number}", [made.foreign_page(f"R{number + 1}")])
    history.asks("A4", "R4", 4, 9)
    assert {f.pattern for f in check(history)} == {"chain"}


def test_one_persons_document_for_many_is_a_star(history, made):
    history.asks("A4", "R4", 0, 1).gets("A4", body="x")
    for number in (1, 2, 3):
        history.asks(f"A{number}", f"R{number}", number, number + 1)
        history.gets(f"A{number}", [made.foreign_page("R4")], body="x")
    assert {(f.donor, f.pattern) for f in check(history)} == {("R4", "star")}


def test_anothers_page_among_own_pages_is_a_page_mix(history, made):
    history.asks("A1", "R1").gets("A1", [made.own_page("R1"), made.foreign_page("R2", page=2)])
    found = only(check(history))
    assert (found.anomaly, found.severity, found.pages, found.donor) == (Anomaly.PAGE_MIX, Severity.GRAVE, (2,), "R2")


def test_a_mixed_page_without_an_own_one_is_a_misdelivery(history, made):
    history.asks("A1", "R1").gets("A1", [made.foreign_page("R2", verdict=PageVerdict.MIXED)])
    assert only(check(history)).anomaly is Anomaly.MISDELIVERY


def test_a_person_outside_the_population_is_a_stranger(history, made):
    page = replace(made.own_page("R1"), verdict=PageVerdict.STRANGER, reason="見知らぬ氏名", owners=())
    history.asks("A1", "R1").gets("A1", [page])
    found = only(check(history))
    assert (found.anomaly, found.severity) == (Anomaly.STRANGER, Severity.GRAVE)


def test_another_kind_of_certificate_is_type_confusion(history, made):
    history.asks("A1", "R1", certificate=Certificate.JUMINHYO)
    missing = (Evidence(kind="missing item", item="relation"),)
    history.gets("A1", [made.own_page("R1", certificate=Certificate.TAX)], missing=missing)
    found = only(check(history))
    assert (found.anomaly, found.severity) == (Anomaly.TYPE_CONFUSION, Severity.DEFECT)


def test_another_kind_of_certificate_is_told_even_of_a_page_that_could_be_anybodys(history, made):
    page = replace(made.own_page("R1", certificate=Certificate.TAX), verdict=PageVerdict.UNREAD, reason="fits R2 too")
    history.asks("A1", "R1", certificate=Certificate.KOSEKI).gets("A1", [page])
    told = {(f.anomaly, f.severity) for f in check(history)}
    assert told == {(Anomaly.UNREAD, Severity.REVIEW), (Anomaly.TYPE_CONFUSION, Severity.DEFECT)}


def test_a_blank_name_is_wrong_though_the_page_then_says_nobodys(history, made):
    page = replace(made.own_page("R1"), verdict=PageVerdict.UNREAD, reason="nobody is named")
    blank = Evidence(kind="blank item", page=1, item="name", owner="R1")
    guess = Evidence(kind="wrong item", page=1, item="kana")
    history.asks("A1", "R1").gets("A1", [page], wrong=(blank, guess))
    wrong = [f for f in check(history) if f.anomaly is Anomaly.WRONG_ITEM]
    assert [(f.severity, f.evidence) for f in wrong] == [(Severity.DEFECT, (blank,))]


def test_a_value_that_nothing_explains_is_for_review(history):
    unexplained = (Evidence(kind="unexpected item", page=1, item="remarks"),)
    history.asks("A1", "R1").gets("A1", unexplained=unexplained)
    found = only(check(history))
    assert (found.anomaly, found.severity) == (Anomaly.WRONG_ITEM, Severity.REVIEW)


def wrong_items(*owners):
    items = ("born_on", "total_income", "annual_tax")
    return tuple(Evidence(kind="wrong item", page=1, item=i, owner=o) for i, o in zip(items, owners, strict=False))


def test_several_values_of_one_other_person_are_that_persons_data(history):
    history.asks("A1", "R1").gets("A1", wrong=wrong_items("", "R2", "R2"))
    found = only(check(history))
    assert (found.anomaly, found.severity, found.donor) == (Anomaly.WRONG_ITEM, Severity.GRAVE, "R2")


def test_one_value_that_somebody_else_has_too_may_be_chance_and_names_no_donor(history):
    history.asks("A1", "R1").gets("A1", wrong=wrong_items("R2"))
    found = only(check(history))
    assert (found.severity, found.donor) == (Severity.DEFECT, "")
    assert [(e.kind, e.owner) for e in found.evidence] == [("wrong item", ""), ("same value", "R2")]


def test_where_two_others_have_as_many_of_the_values_the_second_may_be_the_donor_as_well(history):
    values = (*wrong_items("R2", "R2"), *wrong_items("R3", "R3"))
    history.asks("A1", "R1").gets("A1", wrong=values)
    found = only(check(history))
    assert (found.severity, {found.donor, *possible_owners(found)}) == (Severity.GRAVE, {"R2", "R3"})


def test_values_of_people_listed_on_the_same_copy_are_no_leak(history):
    history.asks("A1", "R1").gets("A1", wrong=wrong_items("R2", "R2", "R2"), listed=("R1", "R2"))
    found = only(check(history))
    assert (found.severity, found.donor) == (Severity.DEFECT, "")


def without_seal(history, made, *, others):
    for n in range(others):
        history.asks(f"B{n}", f"R{n + 2}", certificate=Certificate.INKAN).gets(f"B{n}")
    absent = Evidence(kind="seal", item="seal", value="no seal impression found")
    history.asks("A1", "R1", certificate=Certificate.INKAN).gets("A1", seal=absent)
    return only(check(history))


def test_a_seal_that_is_not_found_is_missing_where_others_are_found(history, made):
    found = without_seal(history, made, others=2)
    assert (found.anomaly, found.severity) == (Anomaly.WRONG_SEAL, Severity.DEFECT)


def test_a_seal_that_is_not_found_may_be_the_readers_miss_where_none_is_found(history, made):
    assert without_seal(history, made, others=1).severity is Severity.REVIEW


def test_items_not_asked_for_are_an_option_leak(history):
    history.asks("A1", "R1").gets("A1", leaked=(Evidence(kind="leak", page=1, item="my_number"),))
    found = only(check(history))
    assert (found.anomaly, found.severity, found.pages) == (Anomaly.OPTION_LEAK, Severity.DEFECT, (1,))


def test_a_wrong_item_is_a_defect_and_a_missing_one_is_for_review(history):
    history.asks("A1", "R1").gets("A1", wrong=(Evidence(kind="wrong item", page=1, item="address"),))
    history.asks("A2", "R2").gets("A2", missing=(Evidence(kind="missing item", item="former_name"),))
    assert [(f.anomaly, f.severity) for f in check(history)] == [
        (Anomaly.WRONG_ITEM, Severity.DEFECT),
        (Anomaly.WRONG_ITEM, Severity.REVIEW),
    ]


def test_another_persons_data_in_the_file_are_residue(history):
    history.asks("A1", "R1").gets("A1", residue=(Evidence(kind="metadata", value="R2の氏名", owner="R2"),))
    found = only(check(history))
    assert (found.anomaly, found.severity, found.donor) == (Anomaly.RESIDUE, Severity.GRAVE, "R2")


@pytest.mark.parametrize(("owner", "severity"), [("R2", Severity.GRAVE), ("", Severity.REVIEW)])
def test_a_seal_of_another_is_grave_and_one_of_nobody_is_for_review(history, owner, severity):
    history.asks("A1", "R1", certificate=Certificate.INKAN).gets("A1", seal=Evidence(kind="seal", page=1, owner=owner))
    found = only(check(history))
    assert (found.anomaly, found.severity, found.donor) == (Anomaly.WRONG_SEAL, severity, owner)


def test_of_anothers_document_neither_seal_nor_residue_is_told_again(history, made):
    history.asks("A1", "R1", certificate=Certificate.INKAN)
    history.gets("A1", [made.foreign_page("R2")], seal=Evidence(kind="seal", page=1, owner="R2"))
    history.asks("A2", "R3")
    history.gets("A2", [made.foreign_page("R4")], residue=(Evidence(kind="metadata", owner="R4"),))
    assert {f.anomaly for f in check(history)} == {Anomaly.MISDELIVERY}


@pytest.mark.parametrize("status", [ReadingStatus.CORRUPT, ReadingStatus.ENCRYPTED, ReadingStatus.READER_DIED])
def test_what_cannot_be_read_is_never_own_and_goes_to_review(history, status):
    history.asks("A1", "R1").gets("A1", status=status, reason="why")
    found = only(check(history))
    assert (found.anomaly, found.severity) == (Anomaly.UNREAD, Severity.REVIEW)
    assert "why" in found.evidence[0].value


def test_one_unread_page_makes_the_document_unread(history, made):
    unread = replace(made.own_page("R1", page=2), verdict=PageVerdict.UNREAD, reason="no label decodes")
    history.asks("A1", "R1").gets("A1", [made.own_page("R1"), unread])
    found = only(check(history))
    assert (found.anomaly, found.pages) == (Anomaly.UNREAD, (2,))


def test_a_part_that_broke_off_is_no_unread_document(history):
    history.asks("A1", "R1").gets("A1", complete=False, status=ReadingStatus.CORRUPT)
    assert check(history) == ()


def test_a_cut_off_file_is_told_as_truncated_not_as_unread(history):
    history.asks("A1", "R1").gets("A1", status=ReadingStatus.CORRUPT, marks=FileMarks(headers=1, eofs=0))
    assert check(history) == ()


def test_the_same_unread_bytes_for_two_people_fail_at_once(history):
    for application, resident in (("A1", "R1"), ("A2", "R2"), ("A3", "R1")):
        history.asks(application, resident).gets(application, body="same", status=ReadingStatus.ENCRYPTED)
    grave = [f for f in check(history) if f.severity is Severity.GRAVE]
    assert [(f.anomaly, f.victim, f.donor) for f in grave] == [(Anomaly.MISDELIVERY, "R2", "R1")]


def test_the_same_unread_bytes_fetched_again_by_one_person_do_not(history):
    history.asks("A1", "R1").gets("A1", body="same", status=ReadingStatus.ENCRYPTED)
    history.gets("A1", body="same", status=ReadingStatus.ENCRYPTED)
    assert {f.anomaly for f in check(history)} == {Anomaly.UNREAD}


def test_the_customer_before_at_the_kiosk_is_told_as_evidence(history, made):
    history.asks("A1", "R2", 0, 1, kiosk="K1").gets("A1")
    history.asks("A2", "R1", 2, 3, kiosk="K1").gets("A2", [made.foreign_page("R2")])
    assert any(e.kind == "customer before" for e in only(check(history)).evidence)


def test_people_who_share_items_with_the_applicant_are_not_accused(history, made):
    """A twin at the same address: the page is own, whatever else owns the same texts."""
    history.asks("A1", "R1").gets("A1", [made.own_page("R1")])
    history.asks("A2", "R2").gets("A2", [made.own_page("R2")])
    assert check(history) == ()


def test_a_household_copy_with_the_number_of_another_members_application_is_that_members(history):
    history.asks("A1", "R1").gets("A1", number="N2").asks("A2", "R2")
    history.ledger("A1", numbers=("N1",)).ledger("A2", numbers=("N2",))
    found = only(check(history))
    assert (found.anomaly, found.donor, found.donor_application) == (Anomaly.MISDELIVERY, "R2", "A2")


def test_a_number_that_the_ledger_gave_to_both_is_no_misdelivery(history):
    history.asks("A1", "R1").gets("A1", number="N1").asks("A2", "R2")
    history.ledger("A1", numbers=("N1",)).ledger("A2", numbers=("N1",))
    assert check(history) == ()


def test_a_number_of_the_same_persons_other_application_is_no_misdelivery(history):
    history.asks("A1", "R1").gets("A1", number="N2").asks("A2", "R1")
    history.ledger("A1", numbers=("N1",)).ledger("A2", numbers=("N2",))
    assert check(history) == ()


def test_what_is_no_pdf_is_unread_only_where_nobody_called_it_delivered(history):
    history.asks("A1", "R1").gets("A1", status=ReadingStatus.NOT_PDF, reason="the document is empty")
    assert check(history) == ()  # the account of copies tells of it: LOST
    history.asks("A2", "R2", ending=Ending.FAILED).gets("A2", status=ReadingStatus.NOT_PDF, reason="why")
    assert only(check(history)).anomaly is Anomaly.UNREAD


def otherwise_own(made, *items, page=1):
    evidence = tuple(Evidence(kind="foreign item", page=page, item=i, value=i, owner="R2", bits=13.0) for i in items)
    mixed = made.foreign_page("R2", page=page, verdict=PageVerdict.MIXED)
    return replace(mixed, evidence=evidence, otherwise_own=True)


def test_one_foreign_item_on_otherwise_own_pages_is_wrong_content_and_grave(history, made):
    history.asks("A1", "R1").gets("A1", [otherwise_own(made, "address"), otherwise_own(made, "address", page=2)])
    found = only(check(history))
    assert (found.anomaly, found.severity, found.donor) == (Anomaly.WRONG_ITEM, Severity.GRAVE, "R2")
    assert (found.pages, found.pattern) == ((1, 2), "")


def test_several_foreign_items_are_somebody_elses_document(history, made):
    history.asks("A1", "R1").gets("A1", [otherwise_own(made, "name", "address")])
    assert only(check(history)).anomaly is Anomaly.MISDELIVERY


def test_one_item_on_paper_that_somebody_else_holds_is_a_misdelivery(history, made):
    history.asks("A2", "R2", 0, 1).gets("A2", body="x")
    history.asks("A1", "R1", 2, 3).gets("A1", [otherwise_own(made, "address")], body="x")
    assert only(check(history)).anomaly is Anomaly.MISDELIVERY


def household_without(history, made, *listed, body, number):
    page = made.own_page("R2", number=number, counter=(1, 2))
    return history.gets("A1", [page], body=body, listed=listed, wrong=(Evidence(kind="missing person", owner="R1"),))


def test_what_is_left_of_a_household_copy_is_a_lost_page_unless_a_member_holds_it(history, made):
    history.asks("A1", "R1", options=Options(scope=Scope.ALL))
    household_without(history, made, "R2", body="x", number="N1")
    history.asks("A2", "R2", 2, 3).gets("A2", [made.own_page("R2", number="N2")], body="y")
    assert {f.anomaly for f in check(history)} == {Anomaly.WRONG_ITEM}


@pytest.mark.parametrize(("body", "number"), [("x", "N3"), ("y", "N1")])
def test_the_same_bytes_or_number_in_a_members_hands_make_it_a_misdelivery(history, made, body, number):
    history.asks("A1", "R1", options=Options(scope=Scope.ALL))
    household_without(history, made, "R2", body="x", number="N1")
    history.asks("A2", "R2", 2, 3).gets("A2", [made.own_page("R2", number=number)], body=body)
    grave = [f for f in check(history) if f.severity is Severity.GRAVE]
    assert [(f.anomaly, f.victim, f.donor) for f in grave] == [(Anomaly.MISDELIVERY, "R1", "R2")]


def possible_owners(finding):
    return {e.owner for e in finding.evidence if e.kind == POSSIBLE_OWNER}


def one_family_register(history, made, *, number="N2", reported=("N2", "N2", "N2"), until=1.0):
    """R1 and R2 stand on one family register, R9 does not; all three received the paper made for R2's application."""
    for name, resident, told in zip(("A1", "A2", "A9"), ("R1", "R2", "R9"), reported, strict=True):
        history.asks(name, resident, 0, until)
        family = resident != "R9"
        pages = [made.own_page(resident, number=number)] if family else [made.foreign_page("R1", "R2", number=number)]
        history.gets(name, pages, body="x", reported=told, listed=("R1", "R2"))


def of_the_stranger(history):
    return only([f for f in check(history) if f.victim == "R9" and f.anomaly is Anomaly.MISDELIVERY])


def test_of_members_who_hold_the_same_paper_the_ledger_tells_whose_it_is(history, made):
    one_family_register(history, made)
    history.ledger("A1", numbers=("N1",)).ledger("A2", numbers=("N2",)).ledger("A9", numbers=("N9",))
    found = of_the_stranger(history)
    assert (found.donor, found.donor_application, possible_owners(found)) == ("R2", "A2", set())


def test_the_number_reported_beside_a_members_own_document_tells_too(history, made):
    one_family_register(history, made, reported=("N1", "N2", "N9"))
    found = of_the_stranger(history)
    assert (found.donor, found.donor_application, possible_owners(found)) == ("R2", "A2", set())


def test_the_ledger_tells_whose_a_paper_is_that_only_another_member_received(history, made):
    history.asks("A1", "R1").gets("A1", [made.own_page("R1", number="N2")], body="x", listed=("R1", "R2"))
    history.asks("A2", "R2", ending=Ending.FAILED)
    history.asks("A9", "R9").gets("A9", [made.foreign_page("R1", "R2", number="N2")], body="x", listed=("R1", "R2"))
    history.ledger("A1", numbers=("N1",)).ledger("A2", numbers=("N2",)).ledger("A9", numbers=("N9",))
    found = of_the_stranger(history)
    assert (found.donor, found.donor_application, possible_owners(found)) == ("R2", "A2", set())


@pytest.mark.parametrize("number", ["N2", ""])
def test_where_nothing_tells_members_with_the_same_paper_apart_all_are_named(history, made, number):
    one_family_register(history, made, number=number, reported=(number,) * 3)
    found = of_the_stranger(history)
    assert {found.donor, *possible_owners(found)} == {"R1", "R2"}


def test_members_who_are_printed_and_asked_for_the_same_are_all_named_where_nobody_holds_the_paper(history, made):
    for name, resident in (("A1", "R1"), ("A2", "R2")):
        history.asks(name, resident, certificate=Certificate.KOSEKI, ending=Ending.FAILED)
    history.asks("A3", "R3", certificate=Certificate.TAX, ending=Ending.FAILED)
    page = made.foreign_page("R1", "R2", "R3", certificate=Certificate.KOSEKI)
    history.asks("A9", "R9", certificate=Certificate.KOSEKI).gets("A9", [page], listed=("R1", "R2", "R3"))
    found = of_the_stranger(history)
    assert {found.donor, *possible_owners(found)} == {"R1", "R2"}
