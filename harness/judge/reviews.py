"""Puts what people judged with their own eyes beside the findings: it clears a doubt or confirms it, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone

from msgspec.structs import replace

from harness.glossary import Lang, word
from harness.records.findings import Anomaly, Finding, Reviewed, Severity
from harness.records.review import Judgement, Review, Witness, is_cleared, is_own_by_eye, witness_of
from harness.records.verdict import FinalClass, Reason

_JST = timezone(timedelta(hours=9), "JST")
# One unreadable page must not void a night; but where people have to clear more than this, nothing was tested by them.
_MOST_SHARE = 0.01
_ALWAYS = 5  # so many may be cleared however few documents there are
_SEVERITY = {Judgement.OWN: Severity.REVIEW, Judgement.SPOILED: Severity.DEFECT, Judgement.OTHER: Severity.GRAVE}


def with_reviews(findings: Iterable[Finding], reviews: Iterable[Review]) -> tuple[Finding, ...]:
    """Return the findings, those for review with what was judged of them; one that was confirmed is grave.

    What is the applicant's own but spoiled is a defect. A review of anything that is not, or no longer, for review has
    no effect.
    """
    told: dict[Witness, tuple[Reviewed, ...]] = {}
    for review in reviews:
        told[witness_of(review)] = (*told.get(witness_of(review), ()), review.told())
    return tuple(_with_reviews(finding, told.get(witness_of(finding), ())) for finding in findings)


def _with_reviews(finding: Finding, reviews: tuple[Reviewed, ...]) -> Finding:
    if not reviews or finding.severity is not Severity.REVIEW:
        return finding
    return replace(
        finding,
        severity=_SEVERITY[Judgement(reviews[-1].judgement)],
        reviews=reviews,
        explanation_ja=finding.explanation_ja + "".join(_sentence(r, "ja") for r in reviews),
        explanation_en=finding.explanation_en + "".join(f" {_sentence(r, 'en')}" for r in reviews),
    )


def _sentence(review: Reviewed, lang: Lang) -> str:
    at = datetime.fromtimestamp(review.at_wall_ns / 1e9, UTC).astimezone(_JST).strftime("%Y-%m-%d %H:%M")
    what = word(f"judged_{review.judgement}", lang)
    if lang == "ja":
        return f"目視確認({at}、{review.reviewer}): {what}。理由: {review.reason}。"
    return f"Reviewed by {review.reviewer} at {at} (JST): {what}. Reason: {review.reason}."


def cleared_classes(
    classes: Mapping[str, FinalClass | None], findings: Iterable[Finding]
) -> Mapping[str, FinalClass | None]:
    """Return the final classes; an application is no longer unread once all its unread documents were seen as own."""
    unread: dict[str, bool] = {}
    for finding in findings:
        if finding.anomaly is Anomaly.UNREAD:
            unread[finding.application] = unread.get(finding.application, True) and is_own_by_eye(finding)
    return {
        name: FinalClass.OWN_WITH_FINDING if found is FinalClass.UNREAD and unread.get(name) else found
        for name, found in classes.items()
    }


def review_doubts(findings: Iterable[Finding], documents: int) -> Iterator[Reason]:
    """Yield a doubt where people cleared more than may be left to them."""
    cleared = sum(1 for f in findings if is_cleared(f))
    most = max(_ALWAYS, int(documents * _MOST_SHARE))
    if cleared > most:
        yield Reason(
            code="too_many_reviews",
            ja=f"目視確認で済ませた指摘が {cleared} 件あり、上限の {most} 件を超える(証明書 {documents} 通)",
            en=f"{cleared} findings were cleared by people; at most {most} may be, of {documents} documents",
        )


def reviewed(findings: Iterable[Finding]) -> Iterator[Reason]:
    """Yield what a PASS rests on besides the checks: the judgement of people, by name."""
    cleared = [f for f in findings if is_cleared(f)]
    if cleared:
        names = sorted({f.reviews[-1].reviewer for f in cleared})
        yield Reason(
            code="reviewed",
            ja=f"目視確認 {len(cleared)} 件を含む(確認者: {'、'.join(names)})",
            en=f"including {len(cleared)} finding{'s'[: len(cleared) > 1]} cleared by eye ({', '.join(names)})",
        )
