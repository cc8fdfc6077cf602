"""The statement of the result once more, for a reader without statistics."""

from __future__ import annotations

from harness.assurance.bounds import percent
from harness.glossary import Lang
from harness.records.verdict import Outcome, Verdict
from reports.texts import speaker


def plain(verdict: Verdict, misdelivered: int, bound: str, lang: Lang) -> str:
    """Return one or two plain sentences; `bound` as the page prints it, "" where there is none."""
    say = speaker(lang)
    counts = {"applications": f"{verdict.exposure.applications:,}", "bursts": f"{verdict.exposure.bursts:,}"}
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return say("plain_INCONCLUSIVE")
    if misdelivered:
        return say("plain_misdelivered", misdelivered=f"{misdelivered:,}", **counts)
    if verdict.outcome is Outcome.FAIL:
        return say("plain_FAIL", **counts)
    level = percent(verdict.assure.confidence)
    return (
        say("plain_PASS", bound=bound, level=level, **counts) if bound else say("plain_PASS_without_bursts", **counts)
    )
