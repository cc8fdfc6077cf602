"""Items that were found but for what a producer loses in the file's text: a selector, a gaiji, 𠮷. Never untold.

No finding: the paper may show them rightly. ReportLab 5, for one, prints 𠮷 (U+20BB7) and maps it to U+20BB (₻).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harness.checks.documents import Documents
from harness.glossary import item_word
from harness.records.findings import Evidence
from harness.records.verdict import Reason

_NAMED = 10  # items that are named; all are counted


def weak_matches(documents: Documents) -> Iterator[Reason]:
    """Yield one sentence on how many documents match only so, and which items of whom; none where all match."""
    weak = [j.document.weak for j in documents.judgements() if j.document.weak]
    if not weak:
        return
    items = Counter(_key(item) for of_one in weak for item in of_one)
    people = len({owner for owner, _, _ in items})
    ja, en = [], []
    for (owner, item, value), count in sorted(items.items())[:_NAMED]:
        ja.append(f"{owner} {item_word(item, 'ja')}「{value}」×{count}")
        en.append(f"{owner} {item_word(item, 'en')} “{value}” ×{count}")
    if (more := len(items) - _NAMED) > 0:
        ja.append(f"ほか {more} 項目")
        en.append(f"{more} more items")
    yield Reason(
        code="weak_matches",
        ja="弱い一致: 異体字の指定(字形選択子)、外字、補助面の漢字(𠮷 など)が PDF の文字情報に正しく入っていない。"
        "紙面には正しく印字されていることもあるが、その字の違いは確かめていない。"
        f"証明書 {len(weak)} 件、住民 {people} 人: {'、'.join(ja)}",
        en="weak matches: variation selectors, gaiji or characters beyond the BMP (such as 𠮷) are lost or garbled in "
        "the text of the PDF; the paper may show them rightly, but these characters were not checked; "
        f"{len(weak)} documents, {people} residents: {', '.join(en)}",
    )


def _key(item: Evidence) -> tuple[str, str, str]:
    return item.owner, item.item, item.value
