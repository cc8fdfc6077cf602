"""Weak matches are counted and named, and are no finding."""

from harness.judge.weak_matches import weak_matches
from harness.records.findings import Evidence
from harness.records.ownership import PageVerdict


def weak(owner, value, item="name"):
    return Evidence(kind="weak match", item=item, value=value, owner=owner)


def test_documents_residents_and_items_are_counted_and_named(history, made):
    page = made.own_page("R1", verdict=PageVerdict.OWN_WEAK)
    history.asks("A1", "R1").gets("A1", [page], weak=(weak("R1", "葛󠄀城"),))
    history.asks("A2", "R1").gets("A2", [page], weak=(weak("R1", "葛󠄀城"), weak("R2", "辻󠄀", "householder")))
    history.asks("A3", "R3").gets("A3")
    (told,) = weak_matches(history.documents)
    for part in ("弱い一致", "証明書 2 件", "住民 2 人", "R1 氏名「葛󠄀城」×2", "R2 世帯主"):
        assert part in told.ja, part
    assert "2 documents, 2 residents" in told.en


def test_of_many_items_the_rest_is_counted(history, made):
    items = tuple(weak(f"R{n:02}", "辻󠄀") for n in range(13))
    history.asks("A1", "R1").gets("A1", weak=items)
    (told,) = weak_matches(history.documents)
    assert "ほか 3 項目" in told.ja


def test_a_character_whose_code_a_producer_garbled_is_not_told_as_a_lost_selector(history):
    history.asks("A1", "R1").gets("A1", weak=(weak("R1", "𠮷田"),))
    (told,) = weak_matches(history.documents)
    assert "補助面の漢字(𠮷 など)" in told.ja and "may show them rightly" in told.en


def test_nothing_is_said_where_everything_matches(history):
    history.asks("A1", "R1").gets("A1")
    assert list(weak_matches(history.documents)) == []
