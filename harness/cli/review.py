"""`honnin review RUN` (目視確認): a named person judges the findings that no program could decide, and says why."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from harness.cli.finish import finish
from harness.cli.shared_options import FOLDER_OR_FILE
from harness.cli.verdict_options import Telling, verdict_options
from harness.errors import UsageError
from harness.glossary import Lang, default_lang, word
from harness.journal import RunFolder
from harness.journal.reviews import append_review
from harness.records.findings import BASELINE_PAGE, Finding, Severity
from harness.records.review import Judgement, Review, is_cleared
from harness.run.lock import lock
from reports import report_path
from reports.gather import load_verdict

_HELP = {
    "ja": """試験 RUN の「要確認」の指摘を、担当者が目視で確認し、判断と理由を名前とともに記録して、判定し直す。

    \b
    honnin review RUN --list                              確認を待つ指摘と、その画像の場所
    honnin review RUN --reviewer 確認太郎                 一件ずつ尋ねる
    honnin review RUN --reviewer 確認太郎 --finding F0003 --as own --reason 印影のにじみ
    届いた証明書と基準帳票の画像は報告書に並べて示す。own は本人のもので誤りなし、spoiled は本人のもの
    だが判読できないか印字が不良(不具合となる)、other は本人のものでないか誤り(重大となる)。重大・不具合の指摘は、
    目視で取り消せない。記録は追記だけで、後の判断が優先する。
    """,
    "en": """Let a named person look at the findings for review of the run RUN, keep judgement and reason, judge anew.

    \b
    honnin review RUN --list                              what waits for review, and where its pictures are
    honnin review RUN --reviewer NAME                     asks one by one
    honnin review RUN --reviewer NAME --finding F0003 --as own --reason "smudged seal"
    The report shows what arrived and the baseline side by side. own: the applicant's own, and right; spoiled: the
    applicant's own, but illegible or misprinted, a defect; other: somebody else's, or wrong, which makes the finding
    grave. Grave findings and defects cannot be reviewed away. Records are only added; the last judgement of a finding
    counts.
    """,
}
_TEXTS: dict[str, tuple[str, str]] = {
    "none": ("確認を待つ指摘はない", "nothing waits for review"),
    "side_by_side": ("並べて見る", "side by side"),
    "arrived": ("届いたもの", "arrived"),
    "baseline": ("基準帳票", "baseline"),
    "ask": (
        "判断(own 本人 / spoiled 本人だが判読できない / other 本人でない / skip 後で)",
        "judgement (own / spoiled / other / skip)",
    ),
    "why": ("理由", "reason"),
}


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=FOLDER_OR_FILE)
@click.option("--list", "only_list", is_flag=True, help="list what waits for review, change nothing")
@click.option("--finding", "number", metavar="ID", help="the finding that is judged, e.g. F0003")
@click.option("--as", "judgement", type=click.Choice([j.value for j in Judgement]), help="what was seen")
@click.option("--reviewer", default="", metavar="NAME", help="who looked")
@click.option("--reason", default="", help="why, in a few words")
@verdict_options
def command(
    run: Path,
    only_list: bool,
    number: str | None,
    judgement: str | None,
    reviewer: str,
    reason: str,
    telling: Telling,
) -> int:
    """Ask or take what was given, append, judge, report, tell."""
    folder = RunFolder.open(run)
    if only_list:
        click.echo("\n".join(_listed(folder, telling.lang)))
        return 0
    if not reviewer.strip():
        raise UsageError("a review needs the name of whoever looked; give --reviewer NAME")
    with lock(folder):
        if number is None and judgement is None:
            _ask(folder, reviewer.strip(), telling.lang)
        else:
            append_review(folder, _given(folder, number, judgement, reviewer.strip(), reason))
        with telling.display() as display:
            verdict = finish(folder, display)
    return telling.tell(verdict, folder)


def _waiting(folder: RunFolder) -> list[Finding]:
    """Return the findings that nobody has cleared; raise UsageError where the run was not judged."""
    verdict, _ = load_verdict(folder)
    return [f for f in verdict.findings if f.severity is Severity.REVIEW and not is_cleared(f)]


def _listed(folder: RunFolder, lang: Lang) -> Iterator[str]:
    """Yield what waits for review, each finding with the places of its pictures."""
    waiting = _waiting(folder)
    for finding in waiting:
        yield from _shown(folder, finding, lang)
    if not waiting:
        yield _say("none", lang)


def _shown(folder: RunFolder, finding: Finding, lang: Lang) -> Iterator[str]:
    yield f"{finding.finding} {word(finding.anomaly, lang)} {finding.application} {finding.victim}"
    yield f"  {finding.explanation_ja if lang == 'ja' else finding.explanation_en}"
    if (report := report_path(folder, lang)).exists():
        yield f"  {_say('side_by_side', lang)}: {report.resolve().as_uri()}#{finding.finding}"
    bases = [e.value for e in finding.evidence if e.kind == BASELINE_PAGE]
    for what, digest in (("arrived", finding.digest), *(("baseline", base) for base in dict.fromkeys(bases))):
        for picture in sorted(folder.evidence.glob(f"{digest}-p*.png")) if digest else ():
            yield f"  {_say(what, lang)}: {picture}"


def _ask(folder: RunFolder, reviewer: str, lang: Lang) -> None:
    """Show one finding after the other and take down what the reviewer says. Raises UsageError without a terminal."""
    if not sys.stdin.isatty():
        raise UsageError("the input is no terminal; give --finding, --as and --reason")
    for finding in _waiting(folder):
        click.echo("\n".join(_shown(folder, finding, lang)))
        choice = click.Choice([*(j.value for j in Judgement), "skip"])
        judged = click.prompt(_say("ask", lang), type=choice, default="skip", show_choices=False)
        if judged != "skip":
            why = click.prompt(_say("why", lang), type=str)
            append_review(folder, _review(finding, Judgement(judged), reviewer, why))


def _say(key: str, lang: Lang) -> str:
    return _TEXTS[key][0 if lang == "ja" else 1]


def _given(folder: RunFolder, number: str | None, judgement: str | None, reviewer: str, reason: str) -> Review:
    """Return the review that the options describe; raise UsageError where they are not complete, or it may not be."""
    if number is None or judgement is None or not reason.strip():
        raise UsageError("--finding, --as and --reason belong together: give all three, or none to be asked")
    finding = next((f for f in load_verdict(folder)[0].findings if f.finding == number), None)
    if finding is None:
        raise UsageError(f"{folder.path}: has no finding {number}; `honnin review {folder.path} --list` names them")
    if finding.severity is not Severity.REVIEW and not finding.reviews:
        raise UsageError(f"{number} is {finding.severity}; only findings for review can be judged by eye")
    return _review(finding, Judgement(judgement), reviewer, reason)


def _review(finding: Finding, judgement: Judgement, reviewer: str, reason: str) -> Review:
    return Review(
        before="",
        at_wall_ns=time.time_ns(),
        judgement=judgement,
        reviewer=reviewer,
        reason=reason.strip(),
        property=finding.property,
        anomaly=finding.anomaly,
        application=finding.application,
        delivery=finding.delivery,
        digest=finding.digest,
        pages=finding.pages,
    )
