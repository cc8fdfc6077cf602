"""Controls of the paper: bytes that differ each time, kana of another width, names without variation selectors."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from msgspec.structs import replace as changed

from mock_issuer.controls.control import control
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Parameters
from mock_issuer.documents.layout import Item, Page

_HALF_WIDTH = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
_MARKS = {"\u3099": "\uff9e", "\u309a": "\uff9f"}  # combining (semi-)voiced sound marks to half-width ones
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))


def _stamped(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, finish=lambda pdf: pdf + f"\n% {secrets.token_hex(16)}\n".encode())


def _half_width(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, print_page=lambda page: _each(page, _narrow_kana))


def _without_selectors(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, print_page=lambda page: _each(page, _base_glyphs))


def _each(page: Page, change: Callable[[Item], Item]) -> Page:
    head = tuple(map(change, page.head))
    return changed(page, head=head, blocks=tuple(tuple(tuple(map(change, c)) for c in b) for b in page.blocks))


def _narrow_kana(item: Item) -> Item:
    if item.label != "ふりがな":
        return item
    apart = unicodedata.normalize("NFD", item.value)
    return changed(item, value="".join(_MARKS.get(c) or _HALF_WIDTH.get(c, c) for c in apart))


def _base_glyphs(item: Item) -> Item:
    return changed(item, value=item.value.translate(dict.fromkeys(_SELECTORS)))


CONTROLS = (
    control(
        "nondeterministic-pdf", "同じ内容でも PDF のバイト列が毎回異なる", "the PDF's bytes differ each time", _stamped
    ),
    control("kana-width", "ふりがなを半角カナで印字する", "kana are printed in half width", _half_width),
    control(
        "variant-glyphs",
        "異体字セレクタを除いた字体で印字する",
        "names are printed without variation selectors",
        _without_selectors,
    ),
)
