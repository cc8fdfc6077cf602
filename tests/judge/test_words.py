"""Japanese reports are Japanese: items, kinds of evidence, and the sentences our own programs journal in English."""

import re
from pathlib import Path

import pytest

import harness
from harness.glossary import ITEMS, KINDS, WORDS, item_word, kind_word
from harness.reading.profile import load_profile
from harness.records.findings import Evidence
from harness.sentences import in_japanese, seen

ROOMS = [Path(harness.__path__[0], room) for room in ("checks", "reading", "judge")]
SOURCE = "".join(file.read_text(encoding="utf-8") for room in ROOMS for file in room.glob("*.py"))


@pytest.mark.parametrize("name", ["generic", "reference"])
def test_every_item_of_a_profile_that_comes_with_honnin_has_a_word(name):
    assert set(load_profile(name).items) <= ITEMS.keys()


def test_every_kind_and_item_that_checks_name_has_a_word():
    kinds, items = set(re.findall(r'kind="([^"]+)"', SOURCE)), set(re.findall(r'item="([^"]+)"', SOURCE))
    kinds -= {"stable"}  # a kind of sorting
    assert {"foreign item", "seal", "copies"} <= kinds <= KINDS.keys()
    assert {"issuable", "listed", "printed"} <= items <= ITEMS.keys()


def test_everything_that_the_control_swaps_has_a_word():
    kinds = set(re.findall(r'"(\w+)": _swap_', SOURCE))
    assert {"document", "page", "seal"} <= kinds <= WORDS.keys()


def test_words_are_japanese_in_japanese_and_english_in_english():
    for ja, en in (*ITEMS.values(), *KINDS.values()):
        assert not re.search("[A-Za-z]", ja)
        assert en.isprintable() and re.search("[a-z]", en)
    assert (item_word("name", "ja"), item_word("born_on", "en")) == ("氏名", "date of birth")
    assert kind_word("foreign item", "ja") == "他人の記載"
    assert item_word("own_field", "ja") == "own_field"  # an item of somebody's own profile


@pytest.mark.parametrize(
    ("sentence", "ja"),
    [
        ("ctrl-c", "操作者が止めた(Ctrl-C)"),
        (
            "the target did not answer the first probe: no connection to 127.0.0.1:80: connection refused",
            "対象システムが最初の確認に応答しなかった: 127.0.0.1:80 に接続できない: 接続を拒否された",
        ),
        ("the player of phase P2 was killed by signal 9", "段階 P2 の端末役プログラムがシグナル 9 で終わった"),
        ("hung up on purpose before a complete head", "意図して通信を切った(応答の先頭がそろう前)"),
        ("walked away before take_card", "「カードの取り出し」の前に立ち去った"),
        ("before apply; nothing was applied for", "「申請の送信」の前に取り消した(申請の前)"),
        (
            "no complete answer within 1 s; gave up before any byte of an answer",
            "1 秒以内に応答が終わらなかった(応答が届く前)",
        ),
        ("no %PDF- in the first 1024 bytes: it is an HTML page", "HTML のページである"),
        (
            "A14 not played: kiosk K5 waits for A13 to be settled; A15 not played: interrupted",
            "A14 は未実施(端末 K5 が A13 の結末を待っているため)、A15 は中断のため未実施",
        ),
        ("http_500", "HTTP 500"),
        ("印刷できませんでした。", "印刷できませんでした。"),
        ("ORA-00600: internal error", "ORA-00600: internal error"),
        ("{0} of nothing", "{0} of nothing"),
    ],
)
def test_sentences_of_our_own_are_told_in_japanese_and_all_others_as_they_are(sentence, ja):
    assert in_japanese(sentence) == ja


def test_values_of_evidence_are_translated_only_where_they_are_our_words():
    assert seen(Evidence(kind="copies", value="1 of 2"), "ja") == "2 部のうち 1 部"
    assert seen(Evidence(kind="copies", value="1 of 2"), "en") == "1 of 2"
    assert seen(Evidence(kind="foreign item", item="name", value="timeout"), "ja") == "timeout"
    assert seen(Evidence(kind="title", item="title", value="inkan"), "ja") == "印鑑登録証明書"
