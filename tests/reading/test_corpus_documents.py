"""The documents of heavy producers: own pages are own, and what is put in of others is told with its owner."""

import json
from pathlib import Path

import pytest
from press.verdicts import told

DOCUMENTS = Path(__file__).parents[1] / "corpus" / "documents"
PRODUCERS = sorted({path.parent.name for path in DOCUMENTS.glob("*/*.json")})
UNREAD_ALLOWED = 0.1  # of a producer's documents whose text is fine


def test_the_corpus_is_of_many_producers():
    assert len(PRODUCERS) >= 6


@pytest.mark.parametrize("producer", PRODUCERS)
def test_documents_are_whose_they_are_what_is_put_in_is_told_and_what_no_text_tells_is_not_guessed(
    producer, corpus_opinion
):
    unread, fine = [], 0
    for path in sorted((DOCUMENTS / producer).glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        opinion = corpus_opinion((path.parent / truth["file"]).read_bytes(), truth)
        verdict = told(opinion, truth)
        assert verdict == "right" or verdict.startswith("unread"), (path.stem, verdict, opinion)
        if truth["text"] == "lost":
            assert {p.verdict for p in opinion.pages} == {"unread"}, path.stem
            assert not any(p.evidence for p in opinion.pages), path.stem
        else:
            fine += 1
            unread += [path.stem] if verdict != "right" else []
    assert len(unread) <= UNREAD_ALLOWED * fine, unread
