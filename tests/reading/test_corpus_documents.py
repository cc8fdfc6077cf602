"""The documents of heavy producers: own pages are own, and what is put in of others is told with its owner."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from press.verdicts import told

CORPUS = Path(__file__).parents[1] / "corpus"
TRUTHS = sorted((CORPUS / "documents").glob("*/*.json"))
UNREAD_ALLOWED = 0.1  # of a producer's documents whose text is fine


@pytest.fixture(scope="module")
def opinion_of(corpus_opinion):
    """Return a function from a truth file to (the opinion on its document, the truth); each is judged once."""

    @cache
    def opinion(path):
        truth = json.loads(path.read_text(encoding="utf-8"))
        return corpus_opinion((path.parent / truth["file"]).read_bytes(), truth), truth

    return opinion


@pytest.mark.parametrize("path", TRUTHS, ids=[f"{p.parent.name}/{p.stem}" for p in TRUTHS])
def test_a_document_is_whose_it_is_and_what_is_put_in_is_told(path, opinion_of):
    opinion, truth = opinion_of(path)
    verdict = told(opinion, truth)
    assert verdict == "right" or verdict.startswith("unread"), (verdict, opinion)


def test_documents_whose_text_is_fine_are_hardly_ever_unread(opinion_of, capsys):
    unread, every = Counter(), Counter()
    for path in TRUTHS:
        opinion, truth = opinion_of(path)
        kind = truth["producer"], truth["text"]
        every[kind] += 1
        unread[kind] += told(opinion, truth).startswith("unread")
    with capsys.disabled():
        print("\nunread, of documents: " + ", ".join(f"{p} ({t}) {unread[p, t]}/{n}" for (p, t), n in every.items()))
    assert len({producer for producer, _ in every}) >= 6
    for kind, count in every.items():
        assert kind[1] == "lost" or unread[kind] <= UNREAD_ALLOWED * count, kind


def test_where_no_text_layer_tells_what_is_printed_nothing_is_guessed(opinion_of):
    lost = [path for path in TRUTHS if json.loads(path.read_text(encoding="utf-8"))["text"] == "lost"]
    assert lost
    for path in lost:
        opinion, _ = opinion_of(path)
        assert {p.verdict for p in opinion.pages} == {"unread"}, path
        assert not any(p.evidence for p in opinion.pages)
