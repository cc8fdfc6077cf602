"""Defects of the making of documents: keys, numbers, files and who the worker thinks it works for."""

from __future__ import annotations

import pytest

from mock_issuer.truth import Kind


def test_the_clean_issuer_gives_everyone_their_own_whatever_they_ask_for(office) -> None:
    for certificate in ("juminhyo", "inkan", "koseki", "tax"):
        assert set(office.crowd(certificate)) == {200}
    assert office.wrong() == []


@pytest.mark.slow
def test_d03_overwrites_the_file_of_whoever_the_same_worker_served_before(stage) -> None:
    stage.issuer.switch("D03")
    found = stage.until(lambda wrong: len(wrong) >= 4, stage.crowd)
    made = stage.made()
    for wrong in found:
        assert (wrong.kind, wrong.defects) == (Kind.ANOTHERS, ("D03",))
        victim, donor = made[wrong.application], made[wrong.donor_application]
        assert victim.key == donor.key  # one worker
        assert victim.at <= donor.at  # the donor comes behind
    stage.clean_again(stage.crowd)


def test_d05_reads_what_was_finished_last(office) -> None:
    office.switch("D05")
    found = office.until(lambda wrong: len(wrong) >= 8, office.crowd)
    assert {wrong.kind for wrong in found} == {Kind.ANOTHERS}
    made = office.made()
    # a document is logged, then stored: two makers at once may store in the other order
    behind = [w for w in found if made[w.donor_application].at >= made[w.application].at]
    assert len(behind) > len(found) / 2
    office.clean_again(office.crowd)


def test_d09_lets_the_last_writer_of_the_static_field_decide(office) -> None:
    office.switch("D09")
    found = office.until(lambda wrong: len(wrong) >= 3, office.crowd)
    assert {wrong.kind for wrong in found} == {Kind.MIXED}  # under their own application and number
    assert all(wrong.donor not in ("", wrong.victim) for wrong in found)
    office.clean_again(office.crowd)


def test_d10_serves_the_next_on_the_worker_with_the_person_whom_the_seal_office_refused(office) -> None:
    office.switch("D10")
    office.update("R00041", "seal", "cancelled")
    assert office.get(41, "inkan") == 409
    assert office.get(42, "juminhyo") == 200  # nobody else is there
    (wrong,) = office.wrong()
    assert (wrong.kind, wrong.victim, wrong.donor) == (Kind.MIXED, "R00042", "R00041")
    assert office.get(43, "juminhyo") == 200
    assert len(office.wrong()) == 1  # cleared by then

    def play() -> None:
        office.get(41, "inkan")
        office.get(42, "juminhyo")

    office.clean_again(play)
    office.update("R00041", "seal", "registered")


def test_d13_makes_the_newest_request_instead_of_its_own(office) -> None:
    office.switch("D13")
    found = office.until(lambda wrong: len(wrong) >= 2, lambda: office.crowd(people=range(1, 33)))
    assert {wrong.kind for wrong in found} == {Kind.MIXED}
    office.clean_again(office.crowd)


def test_d22_numbers_two_documents_alike_in_one_millisecond_on_two_nodes(office) -> None:
    def twice() -> set[str]:
        numbers = [line.issue_number for line in office.made().values()]
        return {number for number in numbers if numbers.count(number) > 1}

    office.switch("D22")
    office.until(lambda _: bool(twice()), lambda: office.crowd(people=range(1, 33)), rounds=30)
    office.switch("D22", "n1", worker=1)
    office.switch("D22", "n2", worker=2)  # configured as they should be
    before = len(twice())
    office.crowd(people=range(1, 33))
    assert len(twice()) == before


@pytest.mark.slow
def test_d23_gives_one_number_to_two_that_ask_together(stage) -> None:
    stage.issuer.switch("D23")
    found = stage.until(lambda wrong: len(wrong) >= 2, lambda: stage.crowd(people=range(1, 33)))
    made = stage.made()
    assert all(made[w.application].key == made[w.donor_application].key for w in found)
    stage.clean_again(stage.crowd)


def test_d24_draws_a_number_that_is_in_use(office) -> None:
    office.switch("D24", digits=2)
    found = office.until(lambda wrong: len(wrong) >= 2, office.crowd)
    made = office.made()
    assert all(made[w.application].key == made[w.donor_application].key for w in found)
    office.clean_again(office.crowd)


def test_a_defect_of_one_node_is_seen_at_that_node_only(stage) -> None:
    stage.issuer.switch("D03", "n2")
    found = stage.until(lambda wrong: len(wrong) >= 2, lambda: stage.crowd(nodes=("n1", "n2", "n2")))
    assert {wrong.application[:2] for wrong in found} == {"n2"}
