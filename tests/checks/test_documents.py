"""Judged documents, kept so that a million fit: what is put in comes out, whatever is shared."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from harness.checks.documents import Documents, is_clean, is_own, is_read, issue_numbers
from harness.records.certificates import Certificate
from harness.records.findings import Evidence
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict
from harness.records.reading import ReadingStatus

NUMBERS = st.sampled_from(["", "N1", "N2", "N3"])
PAGES = st.builds(
    PageOwnership,
    page=st.integers(1, 2),
    verdict=st.sampled_from(PageVerdict),
    issue_number=NUMBERS,
    counter=st.sampled_from([None, (1, 1), (1, 2)]),
    certificate=st.sampled_from([None, *Certificate]),
)
DOCUMENTS = st.builds(
    DocumentOwnership,
    application=st.text(max_size=2),
    delivery=st.just(""),
    digest=st.text(max_size=2),
    status=st.sampled_from([ReadingStatus.READ, ReadingStatus.NOT_PDF]),
    pages=st.lists(PAGES, max_size=3).map(tuple),
    wrong=st.sampled_from([(), (Evidence(kind="wrong item", item="name"),)]),
)


@given(st.lists(DOCUMENTS, max_size=8))
def test_every_document_comes_back_as_it_was_and_is_judged_as_it_is(given_documents):
    put = {f"D{n}": replace(document, delivery=f"D{n}") for n, document in enumerate(given_documents)}
    kept = Documents(put.items())
    assert dict(kept) == put
    for name, document in put.items():
        judged = kept.judgement(name)
        assert (judged.own, judged.clean, judged.read) == (is_own(document), is_clean(document), is_read(document))
        assert kept.numbers(name) == issue_numbers(document)


def test_clean_documents_that_differ_in_names_and_numbers_share_what_was_concluded(history):
    history.asks("A1", "R1").gets("A1", [PageOwnership(page=1, verdict=PageVerdict.OWN, issue_number="N1")])
    history.asks("A2", "R2").gets("A2", [PageOwnership(page=1, verdict=PageVerdict.OWN, issue_number="N2")])
    first, second = history.documents.judgements()
    assert first is second
    assert [d.pages[0].issue_number for d in history.documents.values()] == ["N1", "N2"]


def test_a_delivery_that_was_not_judged_says_nothing(history):
    assert history.documents.judgement("D9") is None
    assert history.documents.numbers("D9") == ()
    assert "D9" not in history.documents
