"""Brings text to a form in which equality means identity, so that spelling accidents of PDF producers do not matter.

SAFE folding (`fold`) never makes two people equal. WEAK folding (`fold_weak`) may: it only ever supports a match that
is reported as weak. Forbidden on names, because each hides real differences between people: NFC or NFKC of the whole
text, tables of variant kanji, folding of case or of small kana. (Rules and measurements: project notes on PDF text.)
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from harness.reading.radicals import radical_table

_SPACES = (0x20, 0xA0, *range(0x2000, 0x2010), *range(0x2028, 0x2030), 0x3000, 0xFEFF)
# 00AD is no soft hyphen here: producers write U+2212 MINUS so. U+FFFD stays: it says that something is unreadable.
_CONTROLS = tuple(c for c in (*range(0x20), *range(0x7F, 0xA0)))
_HYPHENS = (0xAD, *range(0x2010, 0x2016), 0x2212, 0xFF0D, 0xFE63, 0x2500, 0x2043)  # ー and 一 are letters, not hyphens
_TILDES = (0xFF5E, 0x301C, 0x223C)
_COMPATIBILITY = range(0xF900, 0xFA0C)
# their NFC target is another person's character in Japanese registers
_KEPT_COMPATIBILITY = frozenset((0xF91D, 0xF928, 0xF929, 0xF936, 0xF970, 0xF9D0, 0xF9DC))
_HALF_WIDTH_KANA = re.compile(r"[\uff61-\uff9f]+")
_LOOSE_SOUND_MARK = re.compile(r"[\u3041-\u30ff][\u3099\u309a]")
_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ABBREVIATIONS = re.compile(r"[\u2460-\u24ff\u3200-\u33ff]")
_ANY_COMPATIBILITY = re.compile(r"[\uf900-\ufaff\U0002f800-\U0002fa1f]")
_BEYOND_BMP = re.compile(r"[\U00010000-\U000e00ff]")
_WEAK = re.compile(f"{_SELECTORS.pattern}|{_ANY_COMPATIBILITY.pattern}|{_ABBREVIATIONS.pattern}")
_UNSURE = re.compile(r"[\ue000-\uf8ff\U00010000-\U0010ffff]")  # private use, and beyond the BMP
_SHORT = 40  # characters; labels and values come again and again, whole pages do not
# what a producer without 5-digit CMaps leaves of 𠮷: nothing, boxes or fragments, but never another ideograph or kana
_UNDECODED = "[\ufffd\ue000-\uf8ff]{1,2}?"  # where little else is left of a name, the gap itself must show
_UNDECODED_SELECTOR = "[\ufffd\ue000-\uf8ff]?"
_GARBLED = "[^\u3041-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{0,2}?"


def _safe_table() -> dict[int, str]:
    table: dict[int, str] = dict.fromkeys((*_SPACES, *_CONTROLS), "")
    table.update({c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)})
    table.update(dict.fromkeys(_HYPHENS, "-"))
    table.update(dict.fromkeys(_TILDES, "~"))
    table.update({c: unicodedata.normalize("NFC", chr(c)) for c in _COMPATIBILITY if c not in _KEPT_COMPATIBILITY})
    table.update(radical_table())
    return table


_TABLE = _safe_table()
_FOLDED = re.compile(f"[{re.escape(''.join(map(chr, _TABLE)))}]")  # few of a page; ten times as fast as translate


def fold(text: str) -> str:
    """Return the SAFE form: two texts of registers that differ to a human differ here too."""
    return _known_fold(text) if len(text) <= _SHORT else _fold(text)


@lru_cache(maxsize=50_000)
def _known_fold(text: str) -> str:
    return _fold(text)


def forget_folded() -> None:
    """Forget the texts that were folded last: after all of a population's, none of them is asked for soon."""
    _known_fold.cache_clear()


def _fold(text: str) -> str:
    if _HALF_WIDTH_KANA.search(text):
        text = _HALF_WIDTH_KANA.sub(lambda run: unicodedata.normalize("NFKC", run.group()), text)
    if _LOOSE_SOUND_MARK.search(text):
        text = _LOOSE_SOUND_MARK.sub(lambda pair: unicodedata.normalize("NFC", pair.group()), text)
    return _FOLDED.sub(_replacement, text)


def _replacement(found: re.Match[str]) -> str:
    return _TABLE[ord(found.group())]


def fold_weak(text: str) -> str:
    """Return the WEAK form of a text that is SAFE already.

    Variation selectors are dropped, compatibility ideographs and abbreviation signs (㈱, ①) are replaced.
    """
    return text if _WEAK.search(text) is None else _fold_weak(text)


def loses_nothing(folded: str) -> bool:
    """Tell whether a text has no character that producers drop, garble or replace: its WEAK pattern is itself."""
    return _WEAK.search(folded) is None and _UNSURE.search(folded) is None


def _fold_weak(text: str) -> str:
    text = _SELECTORS.sub("", text)
    text = _ANY_COMPATIBILITY.sub(lambda c: unicodedata.normalize("NFC", c.group()), text)
    return _ABBREVIATIONS.sub(lambda c: unicodedata.normalize("NFKC", c.group()), text)


@lru_cache(maxsize=20_000)
def weak_pattern(folded: str, gaiji: tuple[tuple[str, str], ...] = ()) -> re.Pattern[str]:
    """Return what to look for in a `fold_weak` page where the SAFE text was not found.

    A character beyond the BMP or a gaiji may be missing or garbled (never replaced by another ideograph: 吉 is not a
    garbled 𠮷); `gaiji` gives a vendor's own code points for some characters, as pairs (register's, vendor's).
    """
    vendor = dict(gaiji)
    characters = fold_weak(folded)
    garbled = _GARBLED if sum(not _may_be_lost(c) for c in characters) > 1 else _UNDECODED
    parts = []
    for character in "".join(c if _SELECTORS.match(c) else fold_weak(c) for c in folded):
        own = re.escape(character)
        if _SELECTORS.match(character):
            parts.append(_UNDECODED_SELECTOR)
        elif character in vendor:
            parts.append(f"(?:{own}|{re.escape(vendor[character])})")
        elif _may_be_lost(character):
            parts.append(f"(?:{own}|{garbled})")
        else:
            parts.append(own)
    return re.compile("".join(parts))


def _may_be_lost(character: str) -> bool:
    return _BEYOND_BMP.match(character) is not None or unicodedata.category(character) == "Co"
