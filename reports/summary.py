"""The verdict in a few lines for the terminal, without colours or markup."""

from __future__ import annotations

from itertools import groupby

from harness.assurance.procedure import asked_level
from harness.glossary import Lang, property_word, word
from harness.records.verdict import Reason, Verdict
from reports.groups import group, severities
from reports.in_use import in_use
from reports.page import shown
from reports.texts import speaker

_MOST_LINES = 10


def summary(verdict: Verdict, lang: Lang) -> str:
    """Return verdict, scope, reasons, findings and next steps, one a line; long lists are cut and say so."""
    say = speaker(lang)
    lines = [
        f"{say('verdict')}: {word(verdict.outcome, lang)} [{verdict.outcome}]{_by_eye(verdict, lang)}",
        *_in_use(verdict, lang),
        *_reopening(verdict, lang),
        f"{say('scope')}: {scope_in_words(verdict, lang)}",
        *_conformance(verdict, lang),
        *((f"{say('tries')}: {verdict.tries.ja if lang == 'ja' else verdict.tries.en}",) if verdict.tries else ()),
        *_not_covered(verdict, lang),
        *_section(say("sweep"), _swept(verdict, lang), lang),
        *_section(say("not_tried"), _sentences(verdict.not_tried, lang), lang),
        *_section(say("reasons"), _sentences(verdict.reasons, lang), lang),
        *_section(say("findings"), _findings(verdict, lang), lang),
        *_section(say("next_steps"), _steps(verdict, lang), lang),
    ]
    return "\n".join(str(shown(line)) for line in lines) + "\n"


def _in_use(verdict: Verdict, lang: Lang) -> list[str]:
    """Return how long the target was used."""
    long, told = in_use(verdict, lang)
    return [f"{speaker(lang)('in_use')}: {long} ({told})"] if long else []


def _reopening(verdict: Verdict, lang: Lang) -> list[str]:
    """Return whether the service may be opened again, where that was asked."""
    told = verdict.recovery
    return [f"{speaker(lang)('reopening')}: {told.ja if lang == 'ja' else told.en}"] if told else []


def _conformance(verdict: Verdict, lang: Lang) -> list[str]:
    """Return how the run stands to the standard procedure, and in what it deviates from the level that matters."""
    if verdict.conformance is None:
        return []
    told = f"{speaker(lang)('conformance')}: {verdict.conformance.ja if lang == 'ja' else verdict.conformance.en}"
    missed = asked_level(verdict.conformance, verdict.assure.level)
    return _section(told, _sentences(missed.deviations if missed else (), lang), lang) or [told]


def _by_eye(verdict: Verdict, lang: Lang) -> str:
    """Return what a PASS rests on besides the checks, in brackets; "" where it rests on nothing else."""
    told = "; ".join(_sentences(tuple(r for r in verdict.reasons if r.code == "reviewed"), lang))
    return f" ({told})" if told else ""


def scope_in_words(verdict: Verdict, lang: Lang) -> str:
    """Return the properties that were in scope and exercised."""
    updates = verdict.exposure.updates
    names = [property_word(e.property, lang, updates) for e in verdict.scope if e.in_scope and e.exercised]
    return ("、" if lang == "ja" else ", ").join(names) or speaker(lang)("scope_empty")


def steps_by_reader(verdict: Verdict) -> dict[str, list[Reason]]:
    """Return the next steps by their reader ("" for everybody), in the order of the verdict."""
    readers: dict[str, list[Reason]] = {}
    for step in verdict.next_steps:
        readers.setdefault(step.who, []).append(step)
    return readers


def _steps(verdict: Verdict, lang: Lang) -> list[str]:
    """Return the steps, each with its reader."""
    return [
        f"[{word(who, lang)}] {sentence}" if who else sentence
        for who, steps in steps_by_reader(verdict).items()
        for sentence in _sentences(tuple(steps), lang)
    ]


def _not_covered(verdict: Verdict, lang: Lang) -> list[str]:
    say, comma = speaker(lang), "、" if lang == "ja" else ", "
    out = [word(entry.property, lang) for entry in verdict.scope if not entry.in_scope]
    missed = [word(entry.property, lang) for entry in verdict.scope if entry.in_scope and not entry.exercised]
    return [
        f"{say(key)}: {comma.join(names)}" for key, names in (("out_of_scope", out), ("not_exercised", missed)) if names
    ]


def _findings(verdict: Verdict, lang: Lang) -> list[str]:
    if not verdict.findings:
        return []
    counts = [f"{word(severity, lang)} {count}" for severity, count in severities(verdict.findings)]
    lines = [" / ".join(counts)]
    for each in group(verdict.findings):
        pattern = f" ({word(each.pattern, lang)})" if each.pattern else ""
        ids = ", ".join(finding.finding for finding in each.findings[:3])
        more = ", …" if len(each.findings) > 3 else ""
        lines.append(f"{word(each.anomaly, lang)}{pattern} × {len(each.findings)}  [{ids}{more}]")
    return lines


def _swept(verdict: Verdict, lang: Lang) -> list[str]:
    """Return the counts of a sweep by certificate; by choice they are in the report and in verdict.json."""
    if verdict.swept is None:
        return []
    say, lines = speaker(lang), []
    for certificate, some in groupby(verdict.swept.counts, key=lambda one: one.certificate):
        rows = list(some)
        told = [
            f"{say(f'sweep_{name}')} {sum(getattr(one, name) for one in rows):,}"
            for name in ("planned", "issued", "refused", "unanswered", "not_asked")
        ]
        lines.append(f"{word(certificate, lang)}: {('、' if lang == 'ja' else ', ').join(told)}")
    return lines


def _sentences(reasons: tuple[Reason, ...], lang: Lang) -> list[str]:
    return [reason.ja if lang == "ja" else reason.en for reason in reasons]


def _section(title: str, items: list[str], lang: Lang) -> list[str]:
    if not items:
        return []
    rest = len(items) - _MOST_LINES
    more = [f"  {speaker(lang)('and_more', n=rest)}"] if rest > 0 else []
    return [f"{title}:", *(f"  - {item}" for item in items[:_MOST_LINES]), *more]
