"""Puts every delivered document before the register oracle, against the states the register may have held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from harness.checks.documents import condense
from harness.checks.history import NEVER, Application, HistoryView
from harness.checks.register import Register
from harness.judge.control import Judge
from harness.population import Population
from harness.reading.oracle import Expectation, expect
from harness.reading.owners import OwnerIndex
from harness.reading.ownership import Judge as PageOracle
from harness.reading.profile import Profile
from harness.reading.seals import SealIndex
from harness.records.ownership import DocumentOwnership
from harness.records.reading import Reading
from harness.records.resident import Resident

Progress = Callable[[int, int], None]  # documents judged, of


def unwatched(done: int, of: int) -> None:
    """Take no notice of progress."""


class RegisterOracle:
    """Says what each application's document had to be, and judges readings by that. Deterministic."""

    def __init__(self, population: Population, profile: Profile, register: Register, horizon_ns: int) -> None:
        """Index everybody's items once, those that updates brought included."""
        self._population = population
        self._profile = profile
        self._register = register
        self._horizon_ns = horizon_ns
        changed = [s for key in sorted(register.changed) for s in register.all_states(key)]
        self._groups = groups(population)
        self._oracle = PageOracle(OwnerIndex(population, changed), profile, SealIndex(population))
        self._known: dict[tuple[object, ...], Expectation] = {}

    def judge(self, reading: Reading, one: Application) -> DocumentOwnership:
        """Judge `reading` as the document of application `one`; raise UsageError for people unknown."""
        return self._oracle.document(reading, self._expectation(one), application=one.application)

    def _expectation(self, one: Application) -> Expectation:
        """Return what was right at some instant of the application; cached where nothing changed."""
        states = self._states(one)
        key = (one.certificate, one.options, one.resident)
        if not states and key in self._known:
            return self._known[key]
        made = expect(one.certificate, one.options, one.resident, self._population, self._profile, states)
        if not states:
            self._known[key] = made
        return made

    def _states(self, one: Application) -> Mapping[str, tuple[Resident, ...]]:
        """Return the legal states of everyone who may stand on the document and changed during the run."""
        mine = self._groups.get(one.resident, frozenset())
        span_ns = one.span_ns(self._horizon_ns)
        return {
            key: self._register.states(key, *span_ns)
            for key in sorted(self._register.changed)
            if key == one.resident or mine & self._groups.get(key, frozenset())
        }


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
) -> tuple[dict[str, DocumentOwnership], tuple[str, ...]]:
    """Judge every delivery of a known application whose reading is there.

    Returns the ownerships by delivery id, clean ones condensed, and one sentence per kind of crash of the
    oracle: a document it crashed on is left out, so that the account does not close.
    """
    documents: dict[str, DocumentOwnership] = {}
    crashes: Counter[str] = Counter()
    for done, delivered in enumerate(view.deliveries):
        progress(done, len(view.deliveries))
        reading = reading_of(delivered.digest)
        if delivered.place == NEVER or reading is None:
            continue
        try:
            document = judge(reading, view.applications[delivered.place])
        except Exception as e:  # noqa: BLE001  boundary: a crash on one document is told, the others are judged
            crashes[f"register oracle: {type(e).__name__}: {e}"] += 1
            continue
        documents[delivered.delivery] = condense(document)
    return documents, tuple(f"{what} ({count} documents)" for what, count in sorted(crashes.items()))
