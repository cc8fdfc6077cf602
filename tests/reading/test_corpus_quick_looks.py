"""On every document of the corpus, right and wrong ones, the quick looks say what the close one says, or nothing."""

import json
from pathlib import Path

import msgspec
import pytest

from harness.reading import expect
from harness.records.certificates import Certificate, Options

TRUTHS = sorted((Path(__file__).parents[1] / "corpus" / "documents").glob("*/*.json"))


@pytest.mark.slow
@pytest.mark.timeout(600)  # every document is judged closely
def test_the_quick_looks_agree_with_the_close_one_on_the_whole_corpus(corpus_judge, read_pdf, monkeypatch):
    answers = [0, 0]
    for path in TRUTHS:
        reading, wanted, oracle = asked_of(path, corpus_judge, read_pdf)
        with monkeypatch.context() as patch:
            patch.setattr(oracle, "_plainly", lambda *_: None)
            close = oracle.document(reading, wanted)
        for look in range(2):  # the second time its layout is known
            answers[look] += oracle._plainly(reading, oracle._cast(wanted)) is not None
            assert oracle.document(reading, wanted) == close, path
    assert 0 < answers[0] <= answers[1] < len(TRUTHS)


def asked_of(path, corpus_judge, read):
    told = json.loads(path.read_text(encoding="utf-8"))
    population, profile, oracle = corpus_judge(told["profile"])
    options = msgspec.convert(told["options"], Options)
    wanted = expect(Certificate(told["certificate"]), options, told["applicant"], population, profile)
    return read((path.parent / told["file"]).read_bytes()), wanted, oracle
