"""Texts packed into arrays, and found in a page, are exactly those that were noted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.reading import packed_texts, text_hash
from harness.reading.packed_texts import Notes
from harness.reading.text_search import TextSearch

TEXTS = st.text("東京都架空𠮷1-", min_size=1, max_size=24)
UNHURRIED = settings(deadline=None)  # freed memory is given back each time, which takes as long as the heap is large


@pytest.fixture(params=["one store", "many stores", "one hash for all"], autouse=True)
def stored(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "many stores":
        monkeypatch.setattr(packed_texts, "_AT_A_TIME", 3)
    elif request.param == "one hash for all":
        monkeypatch.setattr(text_hash, "_STIR", 0)


@UNHURRIED
@given(st.lists(st.text(max_size=30), max_size=5), st.text(max_size=40))
def test_a_text_has_the_same_hash_alone_among_others_and_in_a_page(texts: list[str], page: str) -> None:
    assert text_hash.text_hashes(texts).tolist() == list(map(text_hash.text_hash, texts))
    spans = [(a, b) for a in range(len(page) + 1) for b in range(a, len(page) + 1)]
    hashes = text_hash.PageHashes(page).of(*np.array(spans).T).tolist()
    assert hashes == [text_hash.text_hash(page[a:b]) for a, b in spans]


@UNHURRIED
@given(st.lists(st.tuples(TEXTS, st.integers(0, 2**32 - 1))))
def test_a_text_has_the_numbers_noted_for_it_in_order_and_once(pairs: list[tuple[str, int]]) -> None:
    notes, expected = Notes(), dict[str, dict[int, None]]()
    for text, number in pairs:
        notes.note(text, number)
        expected.setdefault(text, {})[number] = None
    packed = notes.packed()
    assert list(packed) == list(expected)
    assert packed.characters() == frozenset("".join(expected))
    for text, numbers in expected.items():
        place = packed.place(text)
        assert place is not None
        assert list(packed.numbers(place)) == list(numbers)
    assert packed.place("\ufffe") is None


def test_texts_of_too_many_are_left_out_and_kinds_of_one_number_count_once() -> None:
    notes = Notes()
    for text, number in (("common", 0x10), ("common", 0x20), ("rare", 0x10), ("rare", 0x11)):
        notes.note(text, number)
    assert list(notes.packed(most=1, kind_bits=4)) == ["rare"]


@UNHURRIED
@given(st.sets(TEXTS), st.data())
def test_every_occurrence_of_every_text_is_found(texts: set[str], data: st.DataObject) -> None:
    page = "".join(data.draw(st.lists(st.sampled_from(["京", "1", "架空", *sorted(texts)]), max_size=12)))
    notes = Notes()
    for text in sorted(texts):
        notes.note(text, 1)
    packed = notes.packed()
    found = sorted((start, end, packed.text(place)) for start, end, place in TextSearch(packed).find(page))
    assert found == sorted(
        (start, start + len(t), t) for t in texts for start in range(len(page)) if page.startswith(t, start)
    )
