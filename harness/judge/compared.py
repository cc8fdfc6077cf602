"""How often property B was put to the test in a run."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from harness.baseline.oracle import Agreement, Conclusion
from harness.baseline.tokens import Kind
from harness.checks.documents import OWN
from harness.records.ownership import DocumentOwnership


class Compared(Struct, frozen=True, kw_only=True):
    """How often property B was put to the test. None of it without a baseline."""

    given: bool = False  # there is a baseline, or this run is one
    own: bool = False  # this run is one
    run: str = ""  # the baseline run that was compared with
    count: int = 0  # documents compared
    not_applicable: Mapping[str, int] = {}  # reason -> documents


NO_BASELINE = Compared()
_EQUAL = Conclusion(agreement=Agreement.EQUAL)


def seen_instead(conclusion: Conclusion, document: DocumentOwnership | None) -> Conclusion:
    """Return EQUAL for a document all of whose pages are own by their pictures, where text had nothing to compare.

    Bitmaps that are made anew at every issue differ in their bytes; what they show was compared by the pictures.
    """
    pages = document.pages if document else ()
    if not pages or not all(p.tier == "picture" and p.verdict in OWN for p in pages):
        return conclusion
    bitmaps_only = all(
        kind is Kind.IMAGE
        for d in conclusion.differing
        for kind in (t.kind for t in (d.side.base, d.side.now) if t is not None)
    )
    if conclusion.donor or conclusion.same_bytes or conclusion.pages != conclusion.pages_now or not bitmaps_only:
        return conclusion
    return conclusion if conclusion.reason in {"no_baseline", "register_changed"} else _EQUAL
