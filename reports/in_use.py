"""How long the target was used, for whoever kept its service closed meanwhile."""

from __future__ import annotations

from harness.glossary import Lang
from harness.records.verdict import Verdict
from reports.clock import duration, from_to
from reports.texts import speaker

_TOLD = 3  # sittings; of more nights the report stays short


def in_use(verdict: Verdict, lang: Lang) -> tuple[str, str]:
    """Return how long the target was used, and from when to when; both "" where nobody applied."""
    told = [from_to(one.began_wall_ns, one.ended_wall_ns, lang) for one in verdict.sittings[:_TOLD]]
    if not told:
        return "", ""
    if more := len(verdict.sittings) - len(told):
        told.append(speaker(lang)("and_more", n=more))
    long = duration(sum(one.ended_wall_ns - one.began_wall_ns for one in verdict.sittings), lang)
    return long, "; ".join(told)
