"""Puts every delivered document before the register oracle, against the states the register may have held."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

from msgspec.structs import replace

from harness.checks.documents import Documents, condense
from harness.checks.history import NEVER, Application, HistoryView
from harness.checks.register import Register
from harness.judge.control import Judge
from harness.judge.shares import in_parts, judge_in_shares
from harness.population import Population
from harness.reading.oracle import Expectation, expect
from harness.reading.owners import OwnerIndex
from harness.reading.ownership import Judge as PageOracle
from harness.reading.profile import Profile
from harness.reading.seals import SealIndex
from harness.records.certificates import Certificate, Options
from harness.records.ownership import DocumentOwnership
from harness.records.reading import Reading
from harness.records.resident import Resident

_EXPECTED = 500  # expectations kept; about 20 kB each
_JUDGED = 2000  # judgements kept; about 1 kB each
Progress = Callable[[int, int], None]  # documents judged, of


def unwatched(done: int, of: int) -> None:
    """Take no notice of progress."""


class RegisterOracle:
    """Says what each application's document had to be, and judges readings by that. Deterministic."""

    def __init__(self, population: Population, profile: Profile, register: Register, horizon_ns: int) -> None:
        """Index everybody's items once, those that updates brought included."""
        self._register = register
        self._horizon_ns = horizon_ns
        changed = [s for key in sorted(register.changed) for s in register.all_states(key)]
        self._groups = groups(population)
        self._changed_in = _by_group(sorted(register.changed), self._groups)
        self._oracle = PageOracle(OwnerIndex(population, changed), profile, SealIndex(population))
        self._expected = lru_cache(_EXPECTED)(partial(_expect, population, profile))  # no reference to itself
        self._judged: OrderedDict[tuple[str, _Asked], tuple[Reading, DocumentOwnership]] = OrderedDict()

    def judge(self, reading: Reading, one: Application) -> DocumentOwnership:
        """Judge `reading` as the document of application `one`; raise UsageError for people unknown.

        The same bytes for the same asking are judged once, if they come again before thousands of others. The control
        puts other pages under the digest of a document: those are other readings.
        """
        asked = _Asked(one.certificate, replace(one.options, copies=1), one.resident, self._states(one))
        known, document = self._judged.get((reading.digest, asked), (None, None))
        if document is None or known != reading:
            document = self._oracle.document(reading, self._expected(asked))
            self._judged[reading.digest, asked] = reading, document
            if len(self._judged) > _JUDGED:
                self._judged.popitem(last=False)
        return replace(document, application=one.application)

    def _states(self, one: Application) -> tuple[tuple[str, tuple[Resident, ...]], ...]:
        """Return the legal states of everyone who may stand on the document and changed during the run."""
        span_ns = one.span_ns(self._horizon_ns)
        mine = (one.resident, *self._groups.get(one.resident, ()))
        changed = sorted({key for group in mine for key in self._changed_in.get(group, ())})
        return tuple((key, self._register.states(key, *span_ns)) for key in changed)


class _Asked(NamedTuple):
    """What a document's judgement depends on beside its bytes."""

    certificate: Certificate
    options: Options
    resident: str
    states: tuple[tuple[str, tuple[Resident, ...]], ...]  # of those who changed during the run


def _expect(population: Population, profile: Profile, asked: _Asked) -> Expectation:
    """Return what was right at some instant of the application."""
    return expect(asked.certificate, asked.options, asked.resident, population, profile, dict(asked.states))


def _by_group(changed: Iterable[str], groups: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """Return the changed residents by their own keys, and by those of their households and family registers."""
    found: dict[str, list[str]] = {}
    for key in changed:
        for group in (key, *groups.get(key, ())):
            found.setdefault(group, []).append(key)
    return found


def groups(population: Population) -> Mapping[str, frozenset[str]]:
    """Return for every resident the keys of the household and family register they belong to."""
    return {
        key: frozenset(g for g in (resident.household, resident.koseki) if g)
        for key, resident in population.residents.items()
    }


def judge_documents(
    view: HistoryView,
    reading_of: Callable[[str], Reading | None],
    judge: Judge,
    progress: Progress = unwatched,
    processes: int = 1,
) -> tuple[Documents, tuple[str, ...]]:
    """Judge every delivery of a known application whose reading is there, in so many processes.

    Returns the ownerships by delivery id, clean ones condensed, and one sentence per kind of crash of the
    oracle: a document it crashed on is left out, so that the account does not close. A `judge` that remembers what it
    judged, other than to be quick, needs one process.
    """

    def judge_one(place: int, crashes: Counter[str]) -> tuple[str, DocumentOwnership] | None:
        delivered = view.deliveries[place]
        reading = reading_of(delivered.digest)
        if delivered.place == NEVER or reading is None:
            return None
        try:
            document = judge(reading, view.applications[delivered.place])
        except Exception as e:  # noqa: BLE001  boundary: a crash on one document is told, the others are judged
            crashes[f"register oracle: {type(e).__name__}: {e}"] += 1
            return None
        return delivered.delivery, condense(document)

    count = len(view.deliveries)
    parts = judge_in_shares(in_parts(judge_one), count, processes, lambda done: progress(done, count))
    documents = Documents(_in_the_views_words(view, (one for part in parts for one in part.documents)))
    crashes = sum((Counter(part.crashes) for part in parts), Counter[str]())
    return documents, tuple(f"{what} ({count} documents)" for what, count in sorted(crashes.items()))


def _in_the_views_words(
    view: HistoryView, judged: Iterable[tuple[str, DocumentOwnership]]
) -> Iterator[tuple[str, DocumentOwnership]]:
    """Yield documents, judged in the order of the table, with the very texts that the table holds.

    Readings, and what other processes judged, bring texts of their own, which would all be kept twice.
    """
    names, digests = view.deliveries.strings("delivery"), view.deliveries.strings("digest")
    applications, row = view.deliveries.strings("application"), 0
    for delivery, document in judged:
        while names[row] != delivery:
            row += 1
        yield names[row], replace(document, application=applications[row], digest=digests[row])
