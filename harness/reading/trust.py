"""Decides whether a page's text layer may be believed at all: text layers lie, and a wrong answer is worse than none.

Two gates, tuned on a corpus of 14 producers: the fixed labels of a certificate decode, and hardly any character lies
outside what Japanese certificates are written with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from harness.reading.fold import fold
from harness.reading.folded_page import FoldedPage
from harness.reading.marks import title_of
from harness.reading.profile import Profile
from harness.records.certificates import Certificate
from harness.records.reading import PageRead

_SIGNS = "¥￥§°±´¶·×÷"  # the rest of Latin-1 is what garbled text mostly consists of
_EXAMPLES = 3


def distrust(
    page: PageRead, layers: Sequence[FoldedPage], profile: Profile, title: Certificate | None, known: frozenset[str]
) -> str:
    """Return why a page's text must not be used, "" where it may.

    `layers` are the page's text in its orders of reading; `title` the certificate by its title; `known` the characters
    of the population.
    """
    text = layers[0].text
    if page.undrawn:
        return f"{page.undrawn} filled-in fields have no appearance: what is printed depends on the printer"
    if not text:
        return "no text layer: the page is a picture" if page.images else "no text on the page"
    strange = Counter({c: text.count(c) for c in set(text) - known - repertoire()})
    if (part := strange.total() / len(text)) > profile.strange_allowed:
        examples = " ".join(f"U+{ord(c):04X}" for c, _ in sorted(strange.most_common(_EXAMPLES)))
        return f"{part:.0%} of the characters are none that certificates are written with: {examples}"
    share = max((label_share(layers, labels) for labels in _label_sets(profile, title)), default=1.0)
    if share < profile.labels_needed:
        return f"only {share:.0%} of the form's fixed labels decode"
    return ""


def label_share(layers: Sequence[FoldedPage], labels: Sequence[str]) -> float:
    """Return the share of folded labels found in any layer; 1 where there are none to look for."""
    if not labels:
        return 1.0
    return sum(1 for label in labels if any(label in layer.text for layer in layers)) / len(labels)


def form_decodes(layers: Sequence[FoldedPage], profile: Profile) -> bool:
    """Tell whether all fixed labels of one of the papers stand somewhere in a document's pages."""
    title = title_of(layers, profile)
    return any(label_share(layers, labels) == 1.0 for labels in _label_sets(profile, title))


def _label_sets(profile: Profile, title: Certificate | None) -> list[tuple[str, ...]]:
    """Return the labels of the titled paper; of every paper where no title was recognised."""
    papers = [profile.papers[title]] if title in profile.papers else list(profile.papers.values())
    return [tuple(fold(label) for label in p.labels) for p in papers]


@lru_cache(maxsize=1)
def repertoire() -> frozenset[str]:
    """Return the characters of JIS X 0213, of ASCII, and the signs that certificates use beside them."""
    ranges = (
        range(0x20, 0x7F),
        range(0x2010, 0x2100),
        range(0x2190, 0x2600),
        range(0x3000, 0xA000),
        range(0xF900, 0xFB00),
    )
    found = set()
    for code in (c for r in ranges for c in r):
        try:
            chr(code).encode("euc_jis_2004")
        except UnicodeEncodeError:
            continue
        found.add(chr(code))
    return frozenset(
        found | {chr(c) for c in range(0xFE00, 0xFE10)} | {chr(c) for c in range(0xE0100, 0xE01F0)} | {"㋿", *_SIGNS}
    )
