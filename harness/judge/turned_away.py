"""Which reasons to refuse somebody (交付不可の理由) a run put to the test, how often, and which it did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from harness.checks.history import HistoryView
from harness.checks.issuing import Refusal
from harness.checks.register import Register
from harness.glossary import Lang, reason_word, word
from harness.population.issuable import REASONS, concerned, reasons_ruled
from harness.records.certificates import Certificate
from harness.records.history import Ending
from harness.records.resident import Resident
from harness.records.target import Target
from harness.records.verdict import Reason

Case = tuple[str, Certificate]  # reason to refuse, and what is refused
_LANGS: tuple[Lang, Lang] = ("ja", "en")
_ANSWERED = frozenset({Ending.DELIVERED, Ending.REFUSED})

# Why a reason was not put to the test; {} are the reasons.
_SENTENCES: dict[str, tuple[str, str]] = {
    "refusals_not_ruled": (
        "対象ファイルの [rules] で規則なしと申告されたため、断られることを試していない交付不可の理由: {}",
        "reasons to refuse that the target file declares not to be rules, so that nobody was to be refused: {}",
    ),
    "refusals_not_issued": (
        "対象システムが交付しない証明書だけに関わるため、試していない交付不可の理由: {}",
        "reasons to refuse only what the target does not issue, so not tried: {}",
    ),
    "refusals_nobody": (
        "試験住民に当てはまる人がいないため、試していない交付不可の理由: {}",
        "reasons to refuse that hold for nobody in the population, so not tried: {}",
    ),
    "refusals_not_planned": (
        "当てはまる住民の申請を計画していないか、対象システムの答えがなかったため、試していない交付不可の理由: {}",
        "reasons to refuse of whose people no application was planned, or answered, so not tried: {}",
    ),
}


class TurnedAway(Struct, frozen=True, kw_only=True):
    """Applications of people who may not be issued what they asked for."""

    tried: Mapping[Case, int]  # those that were answered, whatever the answer
    there_are: frozenset[Case]  # for which the population has somebody
    asked: frozenset[Certificate]  # certificates that anybody asked for

    @property
    def by_reason(self) -> dict[str, int]:
        """Applications per reason, in the order of REASONS, without those that were never tried."""
        counts = {reason: sum(n for case, n in self.tried.items() if case[0] == reason) for reason in REASONS}
        return {reason: count for reason, count in counts.items() if count}


def count_turned_away(
    view: HistoryView, register: Register, residents: Mapping[str, Resident], refusal: Refusal
) -> TurnedAway:
    """Count the applications that every legal state of the register forbids; see check_freshness for the states."""
    tried: Counter[Case] = Counter()
    asked: set[Certificate] = set()
    for one in view.applications:
        asked.add(one.certificate)
        if one.ending not in _ANSWERED:
            continue
        states = register.states(one.resident, *one.span_ns(view.last_ns))
        reasons = {refusal(state, one.certificate) for state in states}
        if "" not in reasons:
            tried.update((reason, one.certificate) for reason in reasons)
    there_are = {(refusal(r, c), c) for r in residents.values() for c in Certificate}
    return TurnedAway(tried=tried, there_are=frozenset(there_are), asked=frozenset(asked))


def untried(turned_away: TurnedAway, target: Target) -> Iterator[Reason]:
    """Yield one sentence per cause, naming the reasons to refuse that were not put to the test for it."""
    causes = {reason: _cause(reason, turned_away, target) for reason in REASONS}
    for code, sentences in _SENTENCES.items():
        reasons = [reason for reason, cause in causes.items() if cause == code]
        if reasons:
            ja, en = (
                sentence.format(_joined([_name(reason, turned_away, target, lang) for reason in reasons], lang))
                for sentence, lang in zip(sentences, _LANGS, strict=True)
            )
            yield Reason(code=code, ja=ja, en=en)


def _cause(reason: str, turned_away: TurnedAway, target: Target) -> str:
    """Return the code of why a reason was not put to the test, "" where it was, for everything asked for."""
    if reason not in reasons_ruled(target.rules):
        return "refusals_not_ruled"
    if concerned(reason).isdisjoint(target.certificates):
        return "refusals_not_issued"
    if not any(r == reason and c in target.certificates for r, c in turned_away.there_are):
        return "refusals_nobody"
    tried = reason in turned_away.by_reason and not _open(reason, turned_away, target)
    return "" if tried else "refusals_not_planned"


def _open(reason: str, turned_away: TurnedAway, target: Target) -> list[Certificate]:
    """Return what others asked for, and nobody who was to be refused it for this reason."""
    asked = [c for c in Certificate if c in turned_away.asked and c in target.certificates]
    return [c for c in asked if (reason, c) in turned_away.there_are and not turned_away.tried.get((reason, c))]


def _name(reason: str, turned_away: TurnedAway, target: Target, lang: Lang) -> str:
    """Name a reason, and the certificates too where it was tried for others."""
    if reason not in turned_away.by_reason:
        return reason_word(reason, lang)
    kinds = _joined([word(c, lang) for c in _open(reason, turned_away, target)], lang)
    return f"{reason_word(reason, lang)}({kinds})" if lang == "ja" else f"{reason_word(reason, lang)} ({kinds})"


def _joined(names: Collection[str], lang: Lang) -> str:
    return ("、" if lang == "ja" else ", ").join(names)
