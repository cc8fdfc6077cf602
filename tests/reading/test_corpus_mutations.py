"""Damaged copies of the corpus and the known bombs: every one is answered for, and none is a stranger's own."""

import importlib.util
from pathlib import Path

import pytest

from harness.records.reading import ReadingStatus

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "mutations.py"


@pytest.fixture(scope="module")
def mutations():
    spec = importlib.util.spec_from_file_location("mutations", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_a_hundred_and_fifty_mutations_are_answered_for_and_none_is_a_strangers_own(mutations):
    outcomes, faults = mutations.run(150, 2, seed=7, progress=lambda _: None)
    assert faults == []
    assert sum(count for outcome, count in outcomes.items() if ": " in outcome and "limit: " not in outcome) == 150


@pytest.mark.slow
def test_the_known_bombs_cost_a_document_each(mutations):
    told, faults = mutations.explode(1)
    status = {name: status for name, status, _, _ in told}
    assert faults == []
    assert status["html"] is status["html_with_a_pdf_behind"] is ReadingStatus.NOT_PDF
    assert status["ten_thousand_pages"] is status["three_hundred_megabytes"] is ReadingStatus.OVER_LIMIT
    assert status["form_that_draws_itself"] in {ReadingStatus.OVER_LIMIT, ReadingStatus.READER_DIED}
    assert status["with_a_script"] is status["zip_behind"] is ReadingStatus.READ
    assert max(seconds for *_, seconds in told) < 30
