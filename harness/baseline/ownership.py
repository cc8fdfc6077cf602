"""Whose a document is, page by page, where no profile says what stands on it: by the baselines of everybody."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from harness.baseline.issued import Key, Sheet, sheets_of
from harness.baseline.moment import Moment
from harness.baseline.oracle import Agreement, BaselineOracle, Conclusion
from harness.baseline.tellers import Hit, donor_of, values_of
from harness.baseline.tokens import Kind, Value
from harness.records.findings import Evidence
from harness.records.ownership import DocumentOwnership, OwnerWeight, PageOwnership, PageVerdict
from harness.records.reading import Reading

_HALF = 0.5  # of the own telling values that a page must still show to be the own one, changed
_WHY = {
    "no_baseline": "no baseline of this application; take one with honnin baseline",
    "unstable_text": "its text layer differs at every issue",
    "nothing_to_compare": "it has no text to compare",
    "register_changed": "the register changed after the baseline was taken",
}


class _Page(Struct, frozen=True):
    """What speaks for and against one page."""

    number: int
    own: set[Value]  # telling values of the baseline's page
    present: set[Value]  # of them: those that stand here
    hits: tuple[Hit, ...]
    donor: str
    differs: bool


def judge_by_baseline(
    oracle: BaselineOracle, reading: Reading, key: Key, moment: Moment, *, application: str = "", without: str = ""
) -> DocumentOwnership:
    """Return whose `reading` is, seen from the application of `key`; baselines of `without` are not looked at.

    A page is own where it equals the own baseline and shows what tells its owner from everybody else. What has no
    baseline, or shows nothing telling, is UNREAD.
    """
    base = DocumentOwnership(
        application=application,
        delivery="",
        digest=reading.digest,
        status=reading.status,
        reason=reading.reason,
        marks=reading.marks,
    )
    sheets = sheets_of(reading)
    if not sheets:
        return base
    conclusion = oracle.conclude(key, sheets, moment, without=without)
    pages = [_weigh(oracle, key, conclusion, number, sheet, without) for number, sheet in enumerate(sheets, 1)]
    judged = [_judge(oracle, key, conclusion, page) for page in pages]
    return replace(base, pages=tuple(_settled(judged)))


def _weigh(oracle: BaselineOracle, key: Key, conclusion: Conclusion, number: int, sheet: Sheet, without: str) -> _Page:
    own = oracle.page_values(key, number, without)
    if conclusion.agreement is Agreement.EQUAL:
        return _Page(number=number, own=own, present=own, hits=(), donor="", differs=False)
    here = values_of([sheet])
    hits = oracle.shelf.foreign(key.resident, here)
    return _Page(
        number=number,
        own=own,
        present=own.intersection(here) or _registered(oracle, key, here, without),
        hits=hits,
        donor=donor_of(hits, oracle.shelf.known),
        differs=number > conclusion.pages > 0 or any(d.page in {0, number} for d in conclusion.differing),
    )


def _registered(oracle: BaselineOracle, key: Key, here: Sequence[Value], without: str) -> set[Value]:
    """Return the applicant's own words on a page of which there is but one issue, the page's own."""
    if not without:
        return set()
    shelf = oracle.shelf
    words = {v for v in here if v[0] is Kind.WORD and shelf.known(key.resident, v[1])}
    return {v for v in words if shelf.tellers.tells(key.resident, v)}


def _judge(oracle: BaselineOracle, key: Key, conclusion: Conclusion, page: _Page) -> PageOwnership:
    verdict, reason = _verdict(conclusion, page)
    foreign = verdict in {PageVerdict.FOREIGN, PageVerdict.MIXED}
    theirs = [h for h in page.hits if h.owner == page.donor] if foreign else []
    owners = [OwnerWeight(resident=page.donor, bits=sum(h.bits for h in theirs))] if foreign else []
    return PageOwnership(
        page=page.number,
        verdict=verdict,
        reason=reason,
        tier="text",
        owners=tuple(owners),
        evidence=tuple(
            Evidence(kind="foreign item", page=page.number, item="baseline", value=h.value, owner=h.owner, bits=h.bits)
            for h in theirs
        ),
    )


def _verdict(conclusion: Conclusion, page: _Page) -> tuple[PageVerdict, str]:
    if page.donor:
        return (PageVerdict.MIXED if page.present else PageVerdict.FOREIGN), ""
    if conclusion.agreement is Agreement.NOT_APPLICABLE:
        if conclusion.reason == "no_baseline" and page.present:
            return PageVerdict.OWN_WEAK, "issued once: nothing to compare with but other people's documents"
        return PageVerdict.UNREAD, _WHY.get(conclusion.reason, conclusion.reason)
    if page.differs:
        if page.own and len(page.present) >= _HALF * len(page.own):
            return PageVerdict.OWN_WEAK, "differs from the baseline"
        return PageVerdict.UNREAD, "differs from the baseline, and what tells its owner is not there"
    return (PageVerdict.OWN, "") if page.present else (PageVerdict.UNREAD, _NOTHING_TELLING)


_NOTHING_TELLING = "nothing on it tells residents apart"


def _settled(pages: list[PageOwnership]) -> list[PageOwnership]:
    """Let pages that are the same for everybody go with the others, where all of those are the applicant's."""
    others = [p for p in pages if p.reason != _NOTHING_TELLING]
    if not others or any(p.verdict not in {PageVerdict.OWN, PageVerdict.OWN_WEAK} for p in others):
        return pages
    return [replace(p, verdict=PageVerdict.OWN_WEAK) if p.reason == _NOTHING_TELLING else p for p in pages]
