"""Documents are judged against the states that the register may have held while their application ran."""

import pytest
from msgspec.structs import replace

from harness.checks.register import Register
from harness.judge import documents as judging
from harness.judge.documents import RegisterOracle, groups, judge_documents
from harness.population import Population
from harness.reading.profile import load_profile
from harness.records.ownership import DocumentOwnership, PageVerdict
from harness.records.reading import PageRead, Reading, ReadingStatus
from harness.records.resident import Koseki, KosekiMember, Resident

READING = Reading(digest="d" * 64, status=ReadingStatus.NOT_PDF)


def resident(key, household, koseki=None):
    return Resident(key=key, municipality="m", household=household, koseki=koseki, address="旧", name=f"見本 {key}")


PEOPLE = Population(
    residents={
        "R1": resident("R1", "H1"),
        "R2": resident("R2", "H1", "F1"),
        "R3": resident("R3", "H3"),
        "R4": resident("R4", "H4", "F1"),
    },
    koseki={
        "F1": Koseki(
            key="F1",
            honseki="h",
            hittousha="t",
            members=tuple(
                KosekiMember(resident=r, given_name="n", born_on="2000-01-01", father="", mother="", relation="")
                for r in ("R2", "R4")
            ),
        )
    },
    municipality="m",
)


@pytest.fixture
def asked(monkeypatch):
    """The states that the oracle was asked to accept, one entry per expectation made."""
    seen = []

    def noting(certificate, options, applicant, population, profile, states=None):
        seen.append((applicant, {k: tuple(s.address for s in v) for k, v in (states or {}).items()}))
        return true(certificate, options, applicant, population, profile, states)

    true = judging.expect
    monkeypatch.setattr(judging, "expect", noting)
    return seen


@pytest.fixture
def judge(history):
    """Judge the applications of the history, in their order."""

    def judge():
        view = history.view()
        oracle = RegisterOracle(
            PEOPLE, load_profile("reference"), Register(PEOPLE.residents, view.updates), view.last_ns
        )
        return [oracle.judge(READING, one) for one in view.applications]

    return judge


def test_everyone_who_may_stand_on_the_document_is_taken_as_they_may_have_been(history, judge, asked):
    history.updates("U1", "R2", "address", "新", 10, 11)
    history.asks("A1", "R1", 5, 6).asks("A2", "R1", 9, 12).asks("A3", "R1", 12, 13)
    history.asks("A4", "R4", 12, 13).asks("A5", "R3", 9, 12)
    judge()
    assert asked == [
        ("R1", {"R2": ("旧",)}),
        ("R1", {"R2": ("旧", "新")}),
        ("R1", {"R2": ("新",)}),
        ("R4", {"R2": ("新",)}),
        ("R3", {}),
    ]


def test_what_no_update_touches_is_worked_out_once(history, judge, asked):
    history.asks("A1", "R3").asks("A2", "R3").asks("A3", "R1")
    judge()
    assert [who for who, _ in asked] == ["R3", "R1"]


def test_an_application_without_an_end_may_have_seen_everything_since(history, judge, asked):
    history.updates("U1", "R1", "address", "新", 10, 11).asks("A1", "R1", 5, ending=None)
    judge()
    assert asked == [("R1", {"R1": ("旧", "新")})]


def test_households_and_family_registers_belong_together():
    assert groups(PEOPLE) == {
        "R1": {"H1"},
        "R2": {"H1", "F1"},
        "R3": {"H3"},
        "R4": {"H4", "F1"},
    }


def test_a_document_without_reading_or_of_nobody_is_left_to_the_account(history):
    history.asks("A1", "R1").gets("A1").gets("")
    assert judge_documents(history.view(), lambda digest: None, lambda r, one: None) == ({}, ())


def test_a_crash_on_one_document_is_told_and_the_others_are_judged(history, made):
    history.asks("A1", "R1").gets("A1").asks("A2", "R2").gets("A2").asks("A3", "R3").gets("A3")

    def oracle(reading, one):
        if one.resident != "R2":
            raise KeyError("x")
        return DocumentOwnership(application="A2", delivery="", digest="", status=ReadingStatus.READ)

    judged, crashes = judge_documents(history.view(), lambda digest: READING, oracle)
    assert list(judged) == ["D0002"]
    assert crashes == ("register oracle: KeyError: 'x' (2 documents)",)


def test_what_is_judged_names_application_and_bytes_by_the_texts_that_the_history_holds_already(history):
    history.asks("A1", "R1").gets("A1").asks("A2", "R2").gets("A2").asks("A3", "R3").gets("A3")
    view = history.view()

    def oracle(reading, one):
        if one.resident == "R2":
            raise KeyError("x")
        return DocumentOwnership(application="", delivery="", digest="", status=ReadingStatus.READ)

    judged, _ = judge_documents(view, lambda digest: READING, oracle)
    assert list(judged) == ["D0001", "D0003"]
    for row, document in ((0, judged["D0001"]), (2, judged["D0003"])):
        assert document.digest is view.deliveries.strings("digest")[row]
        assert document.application is view.applications.strings("application")[row]


def test_clean_documents_are_kept_without_what_no_check_asks(history, made):
    history.asks("A1", "R1").gets("A1").asks("A2", "R2").gets("A2")
    page = made.own_page("R1", number="N1")

    def oracle(reading, one):
        verdict = PageVerdict.OWN if one.resident == "R1" else PageVerdict.UNREAD
        return DocumentOwnership(
            application=one.application,
            delivery="",
            digest="",
            status=ReadingStatus.READ,
            pages=(replace(page, verdict=verdict),),
        )

    judged, _ = judge_documents(history.view(), lambda digest: READING, oracle)
    assert judged["D0001"].pages[0] == replace(page, owners=())
    assert judged["D0002"].pages[0].owners == page.owners


def test_other_pages_under_the_same_digest_are_judged_anew(history, monkeypatch):
    """The control on the target's own paper exchanges pages and leaves the digest as it is."""
    view = history.asks("A1", "R1").view()
    oracle = RegisterOracle(PEOPLE, load_profile("reference"), Register(PEOPLE.residents, ()), view.last_ns)
    seen = []
    judged = oracle._oracle.document
    monkeypatch.setattr(oracle._oracle, "document", lambda r, e: (seen.append(r.pages[0].text), judged(r, e))[1])
    for text in ("own", "own", "another's"):
        page = PageRead(number=1, text=text)
        oracle.judge(Reading(digest="d" * 64, status=ReadingStatus.READ, pages=(page,)), view.applications[0])
    assert seen == ["own", "another's"]
