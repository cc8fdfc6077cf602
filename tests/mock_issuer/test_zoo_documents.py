"""Defects of what stands on a document: pages, seals, dates, and files that are read too early."""

from __future__ import annotations

import msgspec
import pytest

from mock_issuer import clock
from mock_issuer.debuglog import Rendered, read_debug_logs
from mock_issuer.truth import Kind


@pytest.fixture(scope="module")
def archive(open_office, person, family_registers):
    """Families whose 戸籍 has several pages; one node."""
    people = [person(number) for number in range(1, 25)]
    registers = [
        msgspec.structs.replace(
            one, members=tuple(msgspec.structs.replace(m, events=m.events * 60) for m in one.members)
        )
        for one in map(family_registers, people)
    ]
    return open_office(people, registers, nodes=("n1",), print_ms=2.0)


@pytest.fixture
def library(archive):
    archive.clean()
    archive.since = clock.stamp()
    yield archive
    archive.clean()


def test_d04_lets_the_reader_see_a_part_of_the_image(library) -> None:
    def play() -> None:
        for certificate in ("koseki", "inkan"):
            library.crowd(certificate, nodes=("n1",), then=1)

    library.switch("D04", piece_kb=0.25)
    found = library.until(lambda wrong: len(wrong) >= 1, play)
    assert {wrong.kind for wrong in found} == {Kind.DAMAGED}
    library.clean_again(play)


def test_d07_puts_pages_of_two_jobs_into_one_document(library) -> None:
    def play() -> None:
        library.crowd("koseki", nodes=("n1",), scope="all")

    library.switch("D07")
    found = library.until(lambda wrong: sum(w.kind is Kind.MIXED for w in wrong) >= 2, play)
    assert {wrong.kind for wrong in found} <= {Kind.MIXED, Kind.CONTENT}  # other's pages, or fewer of one's own
    lines = read_debug_logs(library.state.debug)
    pages = [len(line.pages) for line in lines if isinstance(line, Rendered) and line.defects == ("D07",)]
    assert max(pages) > min(pages)  # all 戸籍 here are equally long
    library.clean_again(play)


def test_d12_needs_an_error_first_and_then_two_at_once(library) -> None:
    def play() -> None:
        library.crowd("koseki", nodes=("n1",), scope="all")

    library.switch("D12")
    play()
    assert library.wrong() == []
    library.update("R00024", "gaiji_pending", True)
    assert [library.get(24, "juminhyo") for _ in range(4)] == [409] * 4
    found = library.until(lambda wrong: len(wrong) >= 2, play, rounds=25)
    assert {wrong.kind for wrong in found} <= {Kind.MIXED, Kind.CONTENT}
    library.clean_again(play)
    library.update("R00024", "gaiji_pending", False)


def test_d08_puts_anothers_seal_beside_ones_own_text_under_load(office) -> None:
    office.switch("D08")
    office.get(1, "inkan")
    office.get(2, "inkan")
    assert office.wrong() == []  # below the threshold
    found = office.until(lambda wrong: len(wrong) >= 2, lambda: office.crowd("inkan", range(1, 33)))
    for wrong in found:
        assert wrong.kind is Kind.MIXED
        assert all(value.endswith(".png") for value in wrong.values)  # the text is right
    office.clean_again(lambda: office.crowd("inkan"))


def test_d11_prints_anothers_date_on_ones_own_document(office) -> None:
    office.switch("D11")
    found = office.until(lambda wrong: len(wrong) >= 2, lambda: office.crowd(people=range(1, 33)))
    assert all("年" in value and "月" in value for wrong in found for value in wrong.values)
    office.clean_again(lambda: office.crowd(people=range(1, 33)))
