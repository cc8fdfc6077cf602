"""Swaps made on our side: all found, or the verdict cannot rest on the checks."""

import pytest

from harness.judge.control import Related, control
from harness.records.certificates import Certificate
from harness.records.findings import Evidence
from harness.records.ownership import DocumentOwnership
from harness.records.reading import ImageRead, PageRead, Reading, ReadingStatus

NOBODY_RELATED = Related({})


def reading(resident, pages=1, images=()):
    body = tuple(PageRead(number=n, text=resident, images=images) for n in range(1, pages + 1))
    return Reading(digest=f"{resident:0>64}", status=ReadingStatus.READ, pages=body)


def picture(resident):
    return ImageRead(digest=resident, width=1, height=1, box=(0, 0, 1, 1))


@pytest.fixture
def oracle(made):
    """An oracle for readings whose text is the owner's key and whose pictures carry the owner's key as digest."""

    def judge(reading, one, blind=frozenset()):
        pages = tuple(
            made.own_page(one.resident, page=p.number)
            if p.text == one.resident or p.text in blind
            else made.foreign_page(p.text, page=p.number)
            for p in reading.pages
        )
        owners = {i.digest for p in reading.pages for i in p.images} - {one.resident}
        seal = Evidence(kind="seal", owner=owners.pop()) if owners else None
        return DocumentOwnership(
            application=one.application,
            delivery="",
            digest=reading.digest,
            status=ReadingStatus.READ,
            pages=pages,
            seal=seal,
        )

    return judge


@pytest.fixture
def run(history, made):
    """Play `residents` at one certificate each; return a function that makes the control."""
    readings = {}

    def play(certificate, *residents, pages=1):
        for resident in residents:
            name = f"A{len(history.documents)}"
            images = (picture(resident),) if certificate is Certificate.INKAN else ()
            history.asks(name, resident, certificate=certificate).gets(name, body=name)
            readings[made.digest(name)] = reading(resident, pages, images)

    def check(judge, related=NOBODY_RELATED):
        counts = control(history.view(), history.documents, readings.get, judge, related, {}, "run")
        return {(c.certificate, c.kind): (c.injected, c.found) for c in counts}

    play.check = check
    return play


def test_every_swap_of_documents_and_pages_is_found(run, oracle):
    run(Certificate.JUMINHYO, "R1", "R2", "R3")
    run(Certificate.KOSEKI, "R1", "R2", pages=3)
    assert run.check(oracle) == {
        ("juminhyo", "document"): (3, 3),
        ("juminhyo", "page"): (3, 3),
        ("koseki", "document"): (2, 2),
        ("koseki", "page"): (2, 2),
    }


def test_seals_are_swapped_on_seal_certificates(run, oracle):
    run(Certificate.INKAN, "R1", "R2")
    assert run.check(oracle)["inkan", "seal"] == (2, 2)


def test_a_blind_spot_of_the_oracle_shows(run, oracle):
    run(Certificate.JUMINHYO, "R1", "R2")
    counts = run.check(lambda reading, one: oracle(reading, one, blind={"R2"}))
    assert counts["juminhyo", "document"] == (2, 1)


def test_members_of_one_household_are_not_swapped(run, oracle):
    run(Certificate.JUMINHYO, "R1", "R2")
    assert run.check(oracle, Related({"R1": frozenset({"H1"}), "R2": frozenset({"H1", "F2"})})) == {}


def test_one_persons_documents_cannot_be_swapped(run, oracle):
    run(Certificate.JUMINHYO, "R1", "R1")
    assert run.check(oracle) == {}


def test_the_same_run_makes_the_same_swaps(run, oracle):
    run(Certificate.JUMINHYO, *(f"R{n}" for n in range(1, 60)))
    seen = []

    def noting(reading, one):
        seen[-1].append((reading.digest, one.application))
        return oracle(reading, one)

    for _ in range(2):
        seen.append([])
        counts = run.check(noting)
    assert seen[0] == seen[1]
    assert counts["juminhyo", "document"] == (10, 10)


def test_documents_with_findings_are_no_paper_to_swap(history, oracle, made):
    history.asks("A1", "R1").gets("A1", [made.foreign_page("R2")]).asks("A2", "R2").gets("A2")
    counts = control(history.view(), history.documents, lambda d: reading("R2"), oracle, NOBODY_RELATED, {}, "run")
    assert counts == ()
