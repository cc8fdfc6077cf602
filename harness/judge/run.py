"""Judges a run folder: reads, checks, accounts, decides, writes findings and verdict. The same folder, same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

import harness
from harness.assurance.bounds import bound_after
from harness.baseline.folder import BaselineFolder
from harness.campaign import read_plan
from harness.checks.documents import Documents
from harness.checks.donors import Donors, trace_donors
from harness.checks.exactly_once import check_exactly_once
from harness.checks.gather import gather
from harness.checks.isolation import VALID, check_isolation
from harness.checks.left_changed import left_changed
from harness.checks.numbers import check_numbers
from harness.checks.ownership import check_ownership
from harness.checks.pages import check_pages
from harness.checks.pictures import check_own_pictures, check_pictures
from harness.checks.register import Register
from harness.glossary import Lang
from harness.journal import RunFolder, read_manifest
from harness.journal.reviews import read_reviews
from harness.journal.run_folder import write_whole
from harness.judge.accounting import account_applications, account_deliveries, sources_of
from harness.judge.baseline import BaselineSide
from harness.judge.classes import final_classes, is_mingled
from harness.judge.compared import NO_BASELINE, Compared
from harness.judge.connections import connections_of
from harness.judge.control import Judge as DocumentJudge
from harness.judge.control import Related, control
from harness.judge.decided import plan_as_decided
from harness.judge.documents import Progress, RegisterOracle, groups, judge_documents, unwatched
from harness.judge.explain import explain
from harness.judge.exposure import measure_exposure, node_builds
from harness.judge.fault_exposure import lines_never_met
from harness.judge.features import features_of
from harness.judge.figures import FiguresTier
from harness.judge.followed_up import follow_up_errors
from harness.judge.forbidden import forbidden
from harness.judge.fresh import FreshnessSide
from harness.judge.generator import measure_generator
from harness.judge.inputs import Inputs, inputs_digest, load_inputs, records
from harness.judge.lag import readers_lag
from harness.judge.later import changed_back, left_for_later
from harness.judge.next_steps import Setting, next_steps
from harness.judge.not_tried import not_tried, uncontrolled, unreached
from harness.judge.numbering import numbered
from harness.judge.own_pictures import OwnPictures
from harness.judge.pictures import PictureTier, pictures_missing
from harness.judge.recognised import Recognise, newly_read, unasked
from harness.judge.recovery import Asked, recovery_of
from harness.judge.regularities import regularities
from harness.judge.reviews import cleared_classes, with_reviews
from harness.judge.scope import count_register_reads, measure_scope, validate_scope
from harness.judge.server_log import LogSide
from harness.judge.set_aside import set_aside
from harness.judge.settling import count_confirmed
from harness.judge.shares import cores
from harness.judge.sittings import ended_wall_ns, sittings_of
from harness.judge.statement import state
from harness.judge.swept import is_swept, not_swept, stated, sweep_doubts, sweep_of
from harness.judge.trials import measure_trials, without_bounds
from harness.judge.turned_away import TurnedAway, count_turned_away, untried
from harness.judge.verdict import Basis, decide
from harness.judge.weak_matches import weak_matches
from harness.judge.windows import pair_trials, window_reasons
from harness.judge.worth import worth_of
from harness.picture.store import RasterStore
from harness.population.issuable import refusal
from harness.population.registered import before
from harness.records.baseline import BaselineEntry, Learned
from harness.records.certificates import Certificate
from harness.records.features import FEATURES_FILE, Features
from harness.records.findings import Finding, Severity
from harness.records.generator import Achieved
from harness.records.resident import Resident
from harness.records.target import Environment
from harness.records.verdict import (
    VERDICT_VERSION,
    ControlCount,
    Exposure,
    FinalClass,
    FollowedUp,
    Identity,
    LeftChanged,
    Outcome,
    People,
    ReadersLag,
    Reason,
    Recovery,
    ScopeEntry,
    StratumBound,
    Swept,
    Unaccounted,
    Verdict,
)

T = TypeVar("T")
N = TypeVar("N")


def judge_run(run_folder: Path, progress: Progress = unwatched, recognise: Recognise = unasked) -> Verdict:
    """Judge a run folder; write `findings.jsonl`, `features.jsonl` and `verdict.json`, each by rename.

    Uses the stored readings only. `progress` is told how many kinds of pages are learned, then how many documents are
    judged, of how many; `recognise` is offered the pages that are unread still, and what it keeps beside their
    pictures counts. Anything missing, damaged or crashed makes the verdict INCONCLUSIVE; a folder without manifest,
    plan, target file or population raises UsageError, ConfigError or RunDamaged.
    """
    folder = RunFolder.open(run_folder)
    folder.verdict.unlink(missing_ok=True)
    inputs = load_inputs(folder)
    validate_scope(inputs.target, folder.target.name)
    judging = _Judge(inputs, progress=progress, recognise=recognise)
    verdict = judging.verdict()
    if judging.made is not None:
        BaselineFolder(folder).write(*judging.made)
    encode = msgspec.json.Encoder().encode
    write_whole(folder.findings, b"".join(encode(f) + b"\n" for f in verdict.findings))
    write_whole(folder.path / FEATURES_FILE, b"".join(encode(f) + b"\n" for f in judging.features))
    write_whole(folder.verdict, msgspec.json.format(encode(verdict), indent=1) + b"\n")
    return verdict


def judged_texts(run_folder: Path) -> tuple[Inputs, Documents, Mapping[str, str]]:
    """Judge a run's documents by their text alone; return them by delivery, and their certificates as applied for.

    A preliminary judgement: it says whose pictures are needed, and decides nothing.
    """
    judging = _Judge(load_inputs(RunFolder.open(run_folder)), pictures=False)
    documents, _ = judge_documents(judging.view, judging.inputs.readings.get, judging.judge, processes=cores())
    kinds = judging.view.applications.strings("certificate")
    asked = {d.delivery: kinds[d.place] for d in judging.view.deliveries if d.delivery in documents}
    return judging.inputs, documents, asked


def findings_so_far(run_folder: Path) -> tuple[Finding, ...]:
    """Judge what a run folder holds while its run goes on, by text alone; write nothing.

    Provisional: what is still under way may look lost. To steer by; the verdict is `judge_run`'s alone.
    """
    judging = _Judge(load_inputs(RunFolder.open(run_folder)), pictures=False)
    return judging.findings_by_text()


def played_as_baseline(folder: RunFolder) -> bool:
    """Tell whether a run is a baseline: one whose documents are judged by each other."""
    return read_manifest(folder).kind == "baseline"


class _Judge:
    """One judging: the inputs, the history, and which checks crashed."""

    def __init__(
        self,
        inputs: Inputs,
        *,
        pictures: bool = True,
        progress: Progress = unwatched,
        recognise: Recognise = unasked,
    ) -> None:
        self.inputs, self.progress, self.recognise = inputs, progress, recognise
        self.crashed: list[str] = []
        self.view = gather(records(inputs))
        self.plan = plan_as_decided(inputs.plan, self.view.decisions)
        residents, reflection_ns = inputs.population.residents, round(inputs.target.limits.reflection_s * 1e9)
        self.register = self._guarded(
            "register", lambda: Register(residents, self.view.updates, reflection_ns), Register(residents, ())
        )
        self.turned_away: TurnedAway | None = self._guarded(
            "turned away", lambda: count_turned_away(self.view, self.register, residents, self._refusal), None
        )
        self.baseline = BaselineSide(inputs, self.view, self.register)
        self._guarded("baseline oracle", self.baseline.build, None)
        self.judge: DocumentJudge = self.baseline.judge
        if inputs.profile is not None:
            self.judge = RegisterOracle(inputs.population, inputs.profile, self.register, self.view.last_ns).judge
        self.pictures: OwnPictures | None = None
        self.seen: DocumentJudge = self.judge  # all tiers but OCR's
        if pictures:
            self._look()
        self.features: tuple[Features, ...] = ()
        self.made: tuple[tuple[BaselineEntry, ...], Learned] | None = None
        self.logs = LogSide(inputs.folder, self.view)
        self.logs.read(inputs.damage)
        self.fresh = FreshnessSide(inputs, self.view, self.register, self._refusal, self._card_is_valid)
        self.swept: Swept | None = self._guarded("sweep", self._sweep, None)

    def _look(self) -> None:
        """Let pictures decide what text could not: by the baseline that was brought, or by a baseline's own issues."""
        inputs, text, baseline = self.inputs, self.judge, self.baseline
        if inputs.baseline is not None:
            given = inputs, self.view, text, baseline.applicable, self.progress
            tier = self._guarded("pictures", lambda: PictureTier(*given), None)
            self.judge = tier.judge if tier else text
        elif baseline.own:
            issued, related = baseline.issued, baseline.related
            self.pictures = self._guarded("pictures", lambda: OwnPictures(inputs, issued, related, text), None)
            self.judge = self.pictures.judge if self.pictures else text
        self._with_figures(self.judge)

    def _with_figures(self, seen: DocumentJudge) -> None:
        """Let what OCR read say something of pages that are unread after the tiers before, `seen`."""
        self.seen = seen
        inputs, related = self.inputs, self.baseline.related
        last = self._guarded("figures", lambda: FiguresTier(inputs, self.view, related, seen), None)
        self.judge = last.judge if last else seen

    def _sweep(self) -> Swept | None:
        if not is_swept(frozenset(self.plan.purposes.values())):
            return None
        _, batches = read_plan(self.inputs.folder.plan)
        return sweep_of(batches, self.view, self.inputs.population.residents)

    def verdict(self) -> Verdict:
        """Run everything in its order and put the verdict together."""
        view, inputs = self.view, self.inputs
        processes = 1 if self.pictures else cores()  # of a baseline's own pictures the judge must remember all
        documents, failures = judge_documents(view, inputs.readings.get, self.judge, self.progress, processes)
        self.crashed += (*failures, *self._judged_again(documents))
        self._guarded("server log", lambda: self.logs.look(documents), None)
        self._guarded("printed fields", lambda: self.fresh.look(documents), None)
        reviews = self._guarded("reviews", lambda: read_reviews(inputs.folder), ())
        findings = with_reviews(self._findings(documents), reviews)
        classes = self._classes(documents, findings)
        exposure = self._guarded("exposure", lambda: measure_exposure(view, documents, self.plan), Exposure())
        window = self._window(findings)
        seen = self._guarded("regularities", lambda: regularities(view, findings), ())
        lag = self._guarded("readers' lag", lambda: readers_lag(view), ReadersLag())
        declared = ((n.id, n.build) for n in inputs.target.nodes)
        nodes = self._guarded("nodes", lambda: node_builds(view, declared), ())
        achieved = self._guarded("generator", lambda: measure_generator(view, self.plan.spans_ms), Achieved())
        self.made = self._guarded("baseline made", lambda: self.baseline.made(documents, findings), None)
        nothing: tuple[tuple[FollowedUp, ...], tuple[Unaccounted, ...]] = ((), ())
        followed_up, unaccounted = self._guarded("errors", lambda: follow_up_errors(view, findings), nothing)
        recovery, unconfirmed = self._recovery(findings, classes)
        wrong = frozenset(name for name, c in classes.items() if c is FinalClass.MISDELIVERED)
        confidence = inputs.header.assure.confidence
        nobody: tuple[tuple[StratumBound, ...], People] = ((), People())
        strata, people = self._guarded("trials", lambda: measure_trials(view, self.plan, wrong, confidence), nobody)
        left, severities = self._left_changed(), frozenset(f.severity for f in findings)
        given = inputs.header.time_limits_ms, inputs.readings.get, partial(connections_of, view, records(inputs))
        self.features = self._guarded("features", lambda: features_of(view, findings, documents, classes, *given), ())
        aside = self._guarded("set aside", lambda: set_aside(view, findings), ())
        sittings = self._guarded("sittings", lambda: sittings_of(view), ())
        basis = self._basis(documents, findings, classes, unconfirmed, people.groups)
        outcome, reasons = decide(basis)
        worth = worth_of(inputs, basis, outcome, exposure, people, nodes, achieved)
        mingled = len({f.application for f in findings if is_mingled(f)})
        statement = state(
            outcome,
            exposure,
            len(wrong),
            basis.scope,
            inputs.manifest.scenario,
            people=people,
            confidence=confidence,
            mingled=mingled,
        )
        swept = stated(self.swept) if self.swept else ("", "")
        return Verdict(
            version=VERDICT_VERSION,
            honnin=harness.__version__,
            run=inputs.manifest.run,
            outcome=outcome,
            scenario=inputs.manifest.scenario,
            target=inputs.manifest.target,
            reasons=reasons,
            next_steps=next_steps(reasons, severities, self._setting(basis, left)),
            scope=basis.scope,
            identities=basis.identities,
            exposure=exposure,
            controls=basis.controls,
            nodes=nodes,
            findings=findings,
            bound_per_burst=bound_after(people.groups, confidence) if outcome is Outcome.PASS else None,
            statement_ja=swept[0] + statement[0],
            statement_en=swept[1] + statement[1],
            started_wall_ns=inputs.manifest.started_wall_ns,
            ended_wall_ns=ended_wall_ns(view),
            inputs_digest=inputs_digest(inputs),
            regularities=(*seen, *window),
            confirmed=count_confirmed(j.document for j in documents.judgements()),
            reflection=self.fresh.reflection,
            generator=achieved,
            readers=lag,
            server_logs=self.logs.summaries(),
            followed_up=followed_up,
            unaccounted=unaccounted,
            not_tried=(
                *not_tried(view, inputs.header, inputs.profile),
                *lines_never_met(view, (self.plan.purposes.get(b.batch, "") for b in view.batches)),
                *self._untried(),
                *unreached(nodes),
                *uncontrolled(view, basis.controls),
                *weak_matches(documents),
            ),
            assure=inputs.header.assure,
            people=people,
            strata=strata if outcome is Outcome.PASS else without_bounds(strata),
            swept=self.swept,
            conformance=worth.conformance,
            load=worth.load,
            tries=worth.tries,
            left_changed=left,
            set_aside=aside,
            sittings=sittings,
            recovery=recovery,
        )

    def _classes(self, documents: Documents, findings: tuple[Finding, ...]) -> Mapping[str, FinalClass | None]:
        nothing: dict[str, FinalClass | None] = dict.fromkeys(self.view.applications.strings("application"))
        of_all = self._guarded("final classes", lambda: final_classes(self.view, documents, findings), nothing)
        return cleared_classes(of_all, findings)

    def _judged_again(self, documents: Documents) -> tuple[str, ...]:
        """Offer unread pages to OCR, and judge again the documents of which it read any; return what crashed."""
        read = newly_read(self.inputs.folder.path, self.view, documents, self.recognise)
        if not read:
            return ()
        self._with_figures(self.seen)
        readings = {digest: self.inputs.readings.get(digest) for digest in read}
        again, failures = judge_documents(self.view, readings.get, self.judge)
        for delivery, document in again.items():
            documents[delivery] = document
        return failures

    def findings_by_text(self) -> tuple[Finding, ...]:
        """Return what the documents that are read by now show, in one process: others are at work beside."""
        documents, _ = judge_documents(self.view, self.inputs.readings.get, self.judge, self.progress, 1)
        self._guarded("printed fields", lambda: self.fresh.look(documents), None)
        return self._findings(documents)

    def _recovery(
        self, findings: tuple[Finding, ...], classes: Mapping[str, FinalClass | None]
    ) -> tuple[Recovery | None, tuple[Reason, ...]]:
        asked = Asked(
            view=self.view,
            wanted=self.plan.confirmations,
            phase_of=self.plan.phase_of,
            classes=classes,
            findings=findings,
            unseen=bool(self.crashed or self.inputs.damage),
            residents=self.inputs.population.residents,
        )
        nothing: tuple[Recovery | None, tuple[Reason, ...]] = (None, ())
        return self._guarded("recovery", lambda: recovery_of(asked), nothing)

    def _window(self, findings: tuple[Finding, ...]) -> tuple[Reason, ...]:
        return self._guarded("window", lambda: window_reasons(pair_trials(self.view, findings, self.plan)), ())

    def _untried(self) -> tuple[Reason, ...]:
        tell = changed_back if self.inputs.manifest.follows else left_for_later
        later = tuple(tell(self.view, self.register.reflection_ns))
        swept = not_swept(self.swept) if self.swept else ()
        return (*(untried(self.turned_away, self.inputs.target) if self.turned_away else ()), *swept, *later)

    def _setting(self, basis: Basis, left: tuple[LeftChanged, ...]) -> Setting:
        production = self.inputs.target.environment is Environment.PRODUCTION
        acceptance, updates = self.inputs.header.acceptance, len(self.view.updates)
        later = not self.inputs.manifest.follows and any(left_for_later(self.view, self.register.reflection_ns))
        return Setting(
            left_changed=left,
            run=self.inputs.manifest.run,
            production=production,
            scope=basis.scope,
            updates=updates,
            acceptance=acceptance,
            baseline=self.inputs.manifest.kind == "baseline",
            follows=self.inputs.manifest.follows,
            follow_up=later,
        )

    def _left_changed(self) -> tuple[LeftChanged, ...]:
        found = partial(before, self.inputs.population.residents)
        return self._guarded("entries left changed", lambda: left_changed(self.view, found), ())

    def _basis(
        self,
        documents: Documents,
        findings: tuple[Finding, ...],
        classes: Mapping[str, FinalClass | None],
        unconfirmed: tuple[Reason, ...],
        trials: int,
    ) -> Basis:
        """Gather everything that the rule looks at; `crashed` last, when nothing can crash any more."""
        view, inputs = self.view, self.inputs
        none: tuple[Identity, ...] = ()
        identities = self._guarded("accounting", lambda: self._identities(documents, classes), none)
        controls = self._controls(documents)
        compared = self._guarded("comparison", self.baseline.compared, NO_BASELINE)
        nowhere: tuple[ScopeEntry, ...] = ()
        scope = self._guarded("scope", lambda: self._scope(documents, compared), nowhere)
        return Basis(
            view=view,
            plan=self.plan,
            findings=findings,
            identities=identities,
            scope=scope,
            assure=inputs.header.assure,
            trials=trials,
            imported=inputs.manifest.kind == "import",
            baseline=inputs.baseline is not None,
            baseline_missing=inputs.profile is None and not compared.given,
            controls=controls,
            unconfirmed=unconfirmed,
            unswept=tuple(sweep_doubts(self.swept)) if self.swept else (),
            pictures_missing=pictures_missing(inputs, documents.values()),
            ocr_absent=RasterStore(inputs.folder.path).ocr_absent,
            crashed=tuple(self.crashed),
            damage=tuple(inputs.damage),
            differing=inputs.differing,
        )

    def _scope(self, documents: Documents, compared: Compared) -> tuple[ScopeEntry, ...]:
        reads = count_register_reads(self.view, self.inputs.population.residents, self.register, self._refusal)
        states = self.inputs.card_states
        fresh = self.fresh.reflection
        return measure_scope(self.view, documents, self.inputs.target, reads, states, compared, self.turned_away, fresh)

    def _findings(self, documents: Documents) -> tuple[Finding, ...]:
        """Run every check; a crash in one never silences another."""
        view, states = self.view, self.inputs.card_states
        donors: Donors = self._guarded("donors", lambda: trace_donors(view, documents), {})
        checks: dict[str, Callable[[], tuple[Finding, ...]]] = {
            "ownership": lambda: check_ownership(view, documents, donors),
            "pages": lambda: check_pages(view, documents),
            "exactly once": lambda: check_exactly_once(view, documents, donors),
            "numbers": lambda: check_numbers(view, documents),
            "freshness": lambda: self.fresh.findings(documents),
            "isolation": lambda: check_isolation(view, states),
        }
        nothing: tuple[Finding, ...] = ()
        found = [f for name, check in checks.items() for f in self._guarded(name, check, nothing)]
        found = self.fresh.without_repeated(found)
        found += self._guarded("server log", lambda: self.logs.findings(found), [])
        wrong = {f.delivery for f in found if f.severity is not Severity.REVIEW}
        found += self._guarded("pictures", lambda: check_pictures(view, documents, wrong), nothing)
        if (own := self.pictures) is not None:
            issued = {i.application: i.delivery for i in self.baseline.issued}
            found += self._guarded(
                "own pictures", lambda: check_own_pictures(view, own.contradictions, issued, wrong), nothing
            )
        found += self._guarded("baseline", lambda: self.baseline.findings(documents, tuple(found)), nothing)
        return tuple(explain(f, view, self._why) for f in numbered(view, found))

    def _refusal(self, resident: Resident, certificate: Certificate) -> str:
        return refusal(resident, certificate, self.inputs.issued_on, self.inputs.target.rules)

    def _why(self, finding: Finding, lang: Lang) -> str:
        inputs = self.inputs
        resident = inputs.population.residents.get(finding.victim)
        return forbidden(finding, resident, inputs.target.rules, inputs.issued_on, lang)

    def _card_is_valid(self, serial: str) -> bool:
        return self.inputs.card_states.get(serial, VALID) == VALID

    def _identities(self, documents: Documents, classes: Mapping[str, FinalClass | None]) -> tuple[Identity, ...]:
        sources = sources_of(self.inputs)
        return (
            account_applications(self.view, sources, classes),
            account_deliveries(self.view, sources, documents),
            *self.logs.identities(),
        )

    def _controls(self, documents: Documents) -> tuple[ControlCount, ...]:
        none: tuple[ControlCount, ...] = ()
        inputs = self.inputs
        return self._guarded(
            "control",
            lambda: control(
                self.view,
                documents,
                inputs.readings.get,
                self.judge,
                Related(groups(inputs.population)),
                # with no profile one wrong item is a deviation from the baseline, which a person judges
                inputs.population.residents if inputs.profile is not None else {},
                inputs.manifest.run,
            ),
            none,
        )

    def _guarded(self, name: str, check: Callable[[], T], nothing: N) -> T | N:
        try:
            return check()
        except Exception as e:  # noqa: BLE001  boundary: a crashed check is INCONCLUSIVE, never silence
            self.crashed.append(f"{name}: {type(e).__name__}: {e}")
            return nothing
