"""The baseline oracle's part in a judging: a baseline run is judged by its own documents, others by those brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from harness.baseline.comparison import Differing
from harness.baseline.issued import Issued, key_of, sheets_of
from harness.baseline.making import entries_of, learn
from harness.baseline.moment import Moment, moment_of
from harness.baseline.mutual import doubts_of
from harness.baseline.oracle import Agreement, BaselineOracle, Conclusion
from harness.baseline.ownership import judge_by_baseline
from harness.baseline.shelf import from_entries, register_items, shelve
from harness.checks.baseline import Conclusions, check_baseline, check_own
from harness.checks.documents import Documents, is_clean
from harness.checks.history import NEVER, Application, Delivered, HistoryView
from harness.checks.register import Register
from harness.judge.compared import Compared, seen_instead
from harness.judge.control import Related
from harness.judge.documents import groups
from harness.judge.inputs import Inputs
from harness.picture.words import word_region
from harness.records.baseline import BaselineEntry, Learned
from harness.records.findings import Finding, Severity
from harness.records.history import Ending
from harness.records.ownership import DocumentOwnership
from harness.records.picture import Region
from harness.records.reading import Reading


class BaselineSide:
    """Compares the documents of one run with baselines."""

    def __init__(self, inputs: Inputs, view: HistoryView, register: Register) -> None:
        """Nothing is built yet."""
        self._inputs, self._view, self._register = inputs, view, register
        self._groups = groups(inputs.population)
        self.related = Related(self._groups)
        self._offsets = {s.writer: s.wall_minus_monotonic_ns for s in view.segments}
        self.own = inputs.manifest.kind == "baseline"
        self.issued = list(self._issues()) if self.own else []
        self.oracle: BaselineOracle | None = None
        self._conclusions: Conclusions = {}

    def build(self) -> None:
        """Build the oracle: from the run's own documents where it is a baseline, else from the baseline it brought."""
        self.oracle = self._oracle()

    def _oracle(self) -> BaselineOracle | None:
        inputs = self._inputs
        if self.own:
            items = register_items(inputs.population, (one.key.resident for one in self.issued))
            return learn(
                self.issued,
                items,
                self.related,
                run=inputs.manifest.run,
                population=inputs.manifest.population_digest,
                target=inputs.target.name,
            )
        if inputs.baseline is None:
            return None
        issued = from_entries(inputs.baseline.entries, inputs.baseline.readings)
        items = register_items(inputs.population, (one.key.resident for one in issued))
        return BaselineOracle(shelve(issued, inputs.baseline.learned, items, self.related))

    def judge(self, reading: Reading, one: Application) -> DocumentOwnership:
        """Say whose a document is where there is no profile; UNREAD where there is no baseline either."""
        oracle = self.oracle or BaselineOracle(shelve((), _NOTHING, {}, self.related))
        moment = self._moment(one, one.ended_ns)
        without = one.application if self.own else ""
        if not self.applicable(one):
            oracle = BaselineOracle(shelve((), _NOTHING, {}, self.related))
        key = key_of(one.resident, one.certificate, one.options)
        return judge_by_baseline(oracle, reading, key, moment, application=one.application, without=without)

    def findings(self, documents: Documents, known: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Return the findings of property B; `known` are those of all other properties."""
        if self.oracle is None:
            return ()
        self._conclusions = {
            name: seen_instead(conclusion, documents.get(name)) for name, conclusion in self._conclude(self.oracle)
        }
        if self.own:
            doubts = doubts_of(self.oracle, self.issued)
            of_text = [
                d for d in doubts if seen_instead(d.conclusion, documents.get(d.issued.delivery)) is d.conclusion
            ]
            placed = [d._replace(conclusion=self._placed(d.conclusion, d.issued.digest)) for d in of_text]
            wrong = {f.delivery for f in known if f.delivery and f.severity is not Severity.REVIEW}
            return check_own(self._view, placed, wrong)
        return check_baseline(self._view, self._conclusions, known)

    def compared(self) -> Compared:
        """Return how often documents could be compared; call after `findings`."""
        agreements = Counter(c.agreement for c in self._conclusions.values())
        reasons = Counter(c.reason for c in self._conclusions.values() if c.agreement is Agreement.NOT_APPLICABLE)
        return Compared(
            given=self.own or self._inputs.baseline is not None,
            own=self.own,
            run=self._inputs.baseline.learned.baseline if self._inputs.baseline else "",
            count=agreements[Agreement.EQUAL] + agreements[Agreement.DIFFERENT],
            not_applicable=dict(sorted(reasons.items())),
        )

    def made(
        self, documents: Documents, findings: tuple[Finding, ...]
    ) -> tuple[tuple[BaselineEntry, ...], Learned] | None:
        """Return what a baseline run leaves for later runs; None of any other run."""
        if not self.own or self.oracle is None:
            return None
        refuted = {f.delivery for f in findings if f.delivery and f.severity is not Severity.REVIEW}
        clean = {name for name, d in documents.items() if is_clean(d)} if self._inputs.profile else frozenset()
        return entries_of(self.oracle, self.issued, clean, refuted), self.oracle.shelf.learned

    def _conclude(self, oracle: BaselineOracle) -> Iterator[tuple[str, Conclusion]]:
        for delivered in self._view.deliveries:
            reading = self._inputs.readings.get(delivered.digest)
            if delivered.place == NEVER or not delivered.complete or reading is None or not reading.pages:
                continue
            one = self._view.applications[delivered.place]
            if not self.applicable(one):
                yield delivered.delivery, Conclusion(agreement=Agreement.NOT_APPLICABLE, reason="register_changed")
                continue
            key = key_of(one.resident, one.certificate, one.options)
            moment = self._moment(one, delivered.at_ns)
            without = one.application if self.own else ""
            conclusion = oracle.conclude(key, sheets_of(reading), moment, delivered.digest, without)
            yield delivered.delivery, self._placed(conclusion, delivered.digest)

    def _placed(self, conclusion: Conclusion, digest: str) -> Conclusion:
        """Add where the differing places are: of what stands there now, else of what stood there in the baseline."""
        given = self._inputs.baseline.readings if self._inputs.baseline else self._inputs.readings
        now, base = self._inputs.readings.get(digest), given.get(conclusion.base)
        if not conclusion.differing or now is None:
            return conclusion
        return replace(conclusion, regions=tuple(_region(d, now, base) for d in conclusion.differing))

    def _issues(self) -> Iterator[Issued]:
        """Yield the documents of a baseline run in the order of their arrival; those of people who gave up are none."""
        for delivered in sorted(self._view.deliveries, key=lambda d: d.at_ns):
            reading = self._inputs.readings.get(delivered.digest)
            if delivered.place == NEVER or not delivered.complete or reading is None or not reading.pages:
                continue
            one = self._view.applications[delivered.place]
            if one.ending is Ending.DELIVERED and one.abort is None:
                yield self._issue(delivered, one, reading)

    def _issue(self, delivered: Delivered, one: Application, reading: Reading) -> Issued:
        return Issued(
            key=key_of(one.resident, one.certificate, one.options),
            application=one.application,
            delivery=delivered.delivery,
            digest=delivered.digest,
            moment=self._moment(one, delivered.at_ns),
            pages=sheets_of(reading),
        )

    def _moment(self, one: Application, to_ns: int) -> Moment:
        offset = self._offsets.get(one.writer, 0)
        last = self._view.last_ns if to_ns == NEVER else to_ns
        return moment_of(one.started_ns + offset, last + offset)

    def applicable(self, one: Application) -> bool:
        """Tell whether the register held, for all who may stand on the document, only what it held at the export."""
        residents, mine = self._inputs.population.residents, self._groups.get(one.resident, frozenset())
        span_ns = one.span_ns(self._view.last_ns)
        return all(
            self._register.states(key, *span_ns) == (residents[key],)
            for key in self._register.changed
            if key == one.resident or mine & self._groups.get(key, frozenset())
        )


def _region(differing: Differing, now: Reading, base: Reading | None) -> Region | None:
    token, reading = (differing.side.now, now) if differing.side.now else (differing.side.base, base)
    if token is None or reading is None or not 0 < differing.page <= len(reading.pages):
        return None
    return word_region(reading.pages[differing.page - 1], token.text)


_NOTHING = Learned(version=1, baseline="", population_digest="", target="")
