"""The one rule that turns findings, accounting, scope and completeness into a verdict.

FAIL          if any finding is grave or a defect, whether or not the rest is complete.
INCONCLUSIVE  else, if any reason below stands: nothing was found, but that cannot be relied on.
PASS          else; always with its scope.

Reasons (codes), each fail closed: plan_incomplete, interrupted, segment_open, worker_absent, worker_lost,
sweep_incomplete, fault_end_unknown, fault_not_undone, journal_late, clock_unknown, journal_damaged, self_proof,
imported, inputs_differ, adapter_error, target_unreachable, target_died, target_errors, void_batches, arrivals_late,
bursts_strayed, identity_open, unresolved, unread, ocr_absent, for_review, pictures_missing, checker_crashed,
internal_error, control_missing, control_missed, exposure_short, not_exercised, probes_unanswered, too_many_reviews,
baseline_missing, recovery_unconfirmed, build_changed, build_unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from harness.assurance.bounds import bound_after, percent, rounded_up, trials_for
from harness.checks.history import Application, HistoryView, deaths_in_play
from harness.checks.isolation import probes_made
from harness.glossary import property_word, word
from harness.judge.faults import fault_doubts, fault_spans, meets
from harness.judge.generator import generator_doubts
from harness.judge.nights import build_doubts
from harness.judge.reviews import review_doubts, reviewed
from harness.judge.scope import MUST_BE_EXERCISED
from harness.judge.workers import worker_doubts
from harness.records.assure import Assure
from harness.records.findings import Anomaly, Finding, Property, Severity
from harness.records.history import ADAPTER_ERROR, JOURNAL_VERSION, Answer, Ending
from harness.records.plan import TURNED_AWAY
from harness.records.review import is_cleared
from harness.records.verdict import ControlCount, FinalClass, Identity, Outcome, Reason, ScopeEntry
from harness.sentences import in_japanese

# Endings by what the wire did. A time-out counts only before anything was asked for: later, overload is meant to
# bring it about, and it is settled.
_ERRORS = frozenset({Answer.RESET, Answer.MALFORMED, Answer.TOO_LARGE, Answer.UNREACHABLE})

# Above this share of void batches what is left no longer is the campaign that was planned.
_MOST_VOID = 0.10

_NO_PROBE = "the target did not answer the first probe: "
# What a player journals when it was told to stop: whoever told it has journaled why.
_ECHOES = frozenset({"stopped by a signal", "stopped by a signal while settling"})


class Completeness(Struct, frozen=True, kw_only=True):
    """What the plan asked for and what became of it."""

    phases: tuple[str, ...]
    batches: Mapping[str, int]  # batch -> applications planned in it
    updates: Mapping[str, tuple[str, ...]] = {}  # batch -> changes planned in it, where the target accepts changes
    spans_ms: Mapping[str, float] = {}  # burst -> planned first to last departure
    phase_of: Mapping[str, str] = {}  # batch -> its phase
    purposes: Mapping[str, str] = {}  # batch -> what it is for
    pairs: Mapping[str, tuple[str, str]] = {}  # burst of two, load around them left aside -> their applications
    relations: Mapping[str, str] = {}  # burst of two -> how the two people stand to each other
    time_limits_ms: tuple[float, ...] = ()  # of the target, as declared
    kinds: Mapping[str, str] = {}  # phase -> kind of the scenario's phase
    titles: Mapping[str, tuple[str, str]] = {}  # phase -> its title, Japanese and English
    confirmations: Mapping[str, tuple[str, str]] = {}  # batch that confirms recovery -> certificate, node


class Basis(Struct, frozen=True, kw_only=True):
    """Everything the rule looks at."""

    view: HistoryView
    plan: Completeness
    findings: tuple[Finding, ...]
    identities: tuple[Identity, ...]
    scope: tuple[ScopeEntry, ...]
    controls: tuple[ControlCount, ...]
    unconfirmed: tuple[Reason, ...] = ()  # why it is not sure that the service works again
    unswept: tuple[Reason, ...] = ()  # what a sweep has left open
    assure: Assure = Assure()  # what a PASS must be worth, and may leave open
    trials: int = 0  # of the bound: bursts that count, of different people each
    imported: bool = False  # the history was recorded by something else
    baseline: bool = False  # the run was made with a baseline
    baseline_missing: bool = False  # nothing says what is right: neither a document profile nor a baseline
    pictures_missing: str = ""  # why pages were not looked at that text leaves unread or that were chosen for it
    ocr_absent: int = 0  # unread pages whose numbers and dates OCR could read, were it installed
    crashed: tuple[str, ...] = ()  # names of the checks that did not end, with the error's type
    damage: tuple[str, ...] = ()  # parts of the run folder that could not be read
    differing: tuple[str, ...] = ()  # inputs whose digest is not the manifest's


def decide(basis: Basis) -> tuple[Outcome, tuple[Reason, ...]]:
    """Return the outcome and its reasons; pure, and the only place where a PASS is made."""
    found = [f for f in basis.findings if f.severity is not Severity.REVIEW]
    doubts = tuple(_doubts(basis))
    if found:
        return Outcome.FAIL, (_found(found), *doubts)
    if doubts:
        return Outcome.INCONCLUSIVE, doubts
    return Outcome.PASS, (_nothing_found(basis), *reviewed(basis.findings))


def _found(found: list[Finding]) -> Reason:
    grave = sum(1 for f in found if f.severity is Severity.GRAVE)
    return Reason(
        code="found",
        ja=f"重大 {grave} 件、不具合 {len(found) - grave} 件を検出した",
        en=f"{grave} grave findings and {len(found) - grave} defects",
    )


def _nothing_found(basis: Basis) -> Reason:
    updates, unsettled = len(basis.view.updates), _unsettled(basis)
    covered = [s.property for s in basis.scope if s.in_scope and s.exercised]
    ja = "、".join(property_word(p, "ja", updates) for p in covered)
    en = ", ".join(property_word(p, "en", updates) for p in covered)
    return Reason(
        code="nothing_found",
        ja=f"計画した試験をすべて実施し、検出はなかった(範囲: {ja}"
        + (f"。結果不明 {unsettled} 件を含む)" if unsettled else ")"),
        en=f"all planned tests were carried out and nothing was found (scope: {en}"
        + (f"; {unsettled} applications of unknown outcome included)" if unsettled else ")"),
    )


def _doubts(basis: Basis) -> Iterator[Reason]:
    yield from _of_the_record(basis)
    if cause := _unreachable(basis.view):
        yield Reason(
            code="target_unreachable",
            ja=f"対象システムが応答せず、何も試験していない: {in_japanese(cause)}",
            en=f"the target did not answer, so nothing was tested: {cause}",
        )
        return  # all other doubts follow from this one, and would hide it
    applications = basis.view.applications
    ended = zip(applications.strings("code"), applications.strings("reason"), strict=True)
    faults = Counter(reason for code, reason in ended if code == ADAPTER_ERROR)
    if faults:
        yield _adapter_error(faults)
    if faults and faults.total() == len(applications):
        return
    yield from _of_the_play(basis)
    yield from _of_the_judging(basis)


def _of_the_record(basis: Basis) -> Iterator[Reason]:
    view = basis.view
    for damage in basis.damage:
        yield Reason(code="journal_damaged", ja=f"記録の破損: {damage}", en=f"damaged record: {damage}")
    for name in basis.differing:
        yield Reason(
            code="inputs_differ",
            ja=f"{word(name, 'ja')}が実施時のもの(manifest.json の要約値)と一致しない",
            en=f"{word(name, 'en')} is not what the run was made with (digest in the manifest)",
        )
    for segment in view.segments:
        if segment.version != JOURNAL_VERSION:
            yield Reason(
                code="journal_damaged",
                ja=f"記録者 {segment.writer} の記録形式の版 {segment.version} は本版({JOURNAL_VERSION})では読めない",
                en=f"writer {segment.writer} wrote journal version {segment.version}; this one reads {JOURNAL_VERSION}",
            )
        if not segment.closed:
            yield Reason(
                code="segment_open",
                ja=f"記録者 {segment.writer} が正常に終了していない",
                en=f"writer {segment.writer} did not end in order",
            )
    yield from worker_doubts(view)
    yield from fault_doubts(view)
    yield from generator_doubts(view, basis.plan.spans_ms)
    if basis.imported:
        yield Reason(
            code="imported",
            ja="honnin 以外が記録した履歴である。記録者が取り違えず、漏らさず記録したことは確かめられない",
            en="something else recorded this history: nothing proves that it left nothing out and confused nothing",
        )
    elif not view.proofs:
        yield Reason(code="self_proof", ja="試験機の自己証明の記録がない", en="no self-proof of the generator")
    for proof in view.proofs:
        if not proof.passed:
            failed = ", ".join(c.name for c in proof.checks if not c.passed)
            yield Reason(
                code="self_proof", ja=f"試験機の自己証明が不合格: {failed}", en=f"the self-proof failed: {failed}"
            )


def _adapter_error(faults: Counter[str]) -> Reason:
    """Say where the adapter went wrong, the commonest place first: neither the target nor the generator did."""
    ja = "、".join(f"{in_japanese(_place(why))}({count} 件)" for why, count in faults.most_common())
    en = ", ".join(f"{_place(why)} ×{count}" for why, count in faults.most_common())
    return Reason(
        code="adapter_error",
        ja=f"アダプタ(接続部品)の誤りで {faults.total()} 件の申請を続けられなかった: {ja}",
        en=f"the adapter's own errors ended {faults.total()} applications: {en}",
    )


def _place(why: str) -> str:
    return why.removeprefix("the adapter failed: ")


def _of_the_play(basis: Basis) -> Iterator[Reason]:
    view = basis.view
    for why in _interruptions(view):
        yield Reason(code="interrupted", ja=f"途中で中断した: {in_japanese(why)}", en=f"interrupted: {why}")
    if count := len(deaths_in_play(view)):
        yield Reason(
            code="target_died",
            ja=f"対象システムが計画外に応答しなくなった({count} 回)",
            en=f"the target stopped answering unplanned ({count} times)",
        )
    yield from basis.unconfirmed
    yield from basis.unswept
    yield from build_doubts(view)
    yield from _target_errors(view)
    yield from _plan(basis)
    void = sum(1 for b in view.batches if b.void)
    if void > len(basis.plan.batches) * _MOST_VOID:
        yield Reason(
            code="void_batches",
            ja=f"無効となった組が {void} / {len(basis.plan.batches)} と多すぎる",
            en=f"too many batches are void: {void} of {len(basis.plan.batches)}",
        )


def _unreachable(view: HistoryView) -> str:
    """Return why the target could not be reached where that kept everything from being played, else ""."""
    if len(view.applications):
        return ""
    return next((why.removeprefix(_NO_PROBE) for why in _interruptions(view) if why.startswith(_NO_PROBE)), "")


def _interruptions(view: HistoryView) -> list[str]:
    """Return why the run was interrupted since it was last resumed, each cause once."""
    resumed = max(view.resumed_ns, default=0)
    causes = list(dict.fromkeys(why for at_ns, why in view.interruptions if at_ns > resumed))
    return [why for why in causes if why not in _ECHOES] or causes


def _target_errors(view: HistoryView) -> Iterator[Reason]:
    """Errors that are no part of the agreed interface: what was planned there was not tried, whoever asks again.

    Whoever met a fault from outside met it on purpose.
    """
    faults = fault_spans(view)
    met = Counter(one.code for one in view.applications if _is_error(one) and not meets(one, faults))
    if met:
        kinds = ", ".join(f"{code} ×{number}" for code, number in sorted(met.items()))
        kinds_ja = "、".join(f"{in_japanese(code)} {number} 件" for code, number in sorted(met.items()))
        yield Reason(
            code="target_errors",
            ja=f"対象が取り決めにない応答をした申請が {met.total()} 件ある({kinds_ja})",
            en=f"{met.total()} applications met answers that are not agreed on ({kinds})",
        )


def _is_error(one: Application) -> bool:
    if one.ending is Ending.FAILED and one.code == Answer.TIMEOUT:
        return True
    told = one.code in _ERRORS or one.code.startswith("http_")
    return told and one.ending in {Ending.FAILED, Ending.UNRESOLVED}


def _plan(basis: Basis) -> Iterator[Reason]:
    view, plan = basis.view, basis.plan
    void = {b.batch for b in view.batches if b.void}
    hollow = {b.phase for b in view.batches if plan.batches.get(b.batch)} - _phases_tried(view, plan, void)
    missing = [p for p in plan.phases if p in hollow or not view.phases.get(p, False)]
    ended = {b.batch for b in view.batches if b.ended_ns >= 0}
    unplayed = sum(1 for b in plan.batches if b not in ended)
    begun = Counter(view.applications.strings("batch"))
    short = sum(max(0, n - begun[b]) for b, n in plan.batches.items() if b not in void)
    asked = {name for batch in plan.batches if batch not in void for name in plan.updates.get(batch, ())}
    updates = len(asked - set(view.updates.strings("update")))
    if missing or unplayed or short or updates or not plan.batches:
        yield Reason(
            code="plan_incomplete",
            ja=f"計画を完了していない(未完了の段階: {_phases(plan, missing, 0)}。"
            f"終えていない組 {unplayed}、始めていない申請 {short} 件、行っていない登録の変更 {updates} 件)",
            en=f"the plan was not completed (phases: {_phases(plan, missing, 1)}; {unplayed} batches not finished, "
            f"{short} applications not begun, {updates} updates not made)",
        )


def _phases_tried(view: HistoryView, plan: Completeness, void: Collection[str]) -> set[str]:
    """Return the phases in which somebody was issued something, or refused where all are to be.

    All void, all failed, or all refused where some were to be served: that tried nothing.
    """
    columns = (view.applications.column(field) for field in ("phase", "batch", "ending"))
    return {p for p, batch, ending in zip(*columns, strict=True) if batch not in void and _tried(plan, batch, ending)}


def _tried(plan: Completeness, batch: str, ending: Ending | None) -> bool:
    return ending is Ending.DELIVERED or (
        ending is Ending.REFUSED and plan.purposes.get(batch, "").startswith(TURNED_AWAY)
    )


def _phases(plan: Completeness, names: list[str], column: int) -> str:
    """Name phases with their titles, in Japanese (column 0) or English (1)."""
    if not names:
        return ("なし", "none")[column]
    opens, closes, comma = (("「", "」", "、"), (" (", ")", ", "))[column]
    return comma.join(
        f"{name}{opens}{plan.titles[name][column]}{closes}" if name in plan.titles else name for name in names
    )


def _of_the_judging(basis: Basis) -> Iterator[Reason]:
    for identity in basis.identities:
        if not identity.closes:
            yield Reason(
                code="identity_open",
                ja=f"件数が合わない({word(identity.name, 'ja')}): {_first(identity.remainder_ja)}",
                en=f"the account does not close ({identity.name}): {_first(identity.remainder)}",
            )
    for crash in basis.view.internal_errors:
        yield Reason(code="internal_error", ja=f"honnin の内部エラー: {crash}", en=f"internal error of honnin: {crash}")
    for crash in basis.crashed:
        yield Reason(code="checker_crashed", ja=f"検査が異常終了した: {crash}", en=f"a check crashed: {crash}")
    if basis.baseline_missing:
        yield Reason(
            code="baseline_missing",
            ja="帳票プロファイルも基準帳票もないため、だれの証明書かを判定できない",
            en="with neither a document profile nor a baseline nothing says whose document is whose",
        )
    if basis.pictures_missing:
        yield Reason(
            code="pictures_missing",
            ja=f"画像で確かめるべきページの一部を見ていない: {in_japanese(basis.pictures_missing)}",
            en=f"some pages that were to be looked at as pictures were not: {basis.pictures_missing}",
        )
    yield from _undecided(basis)
    yield from _controls(basis.controls)
    yield from _exposure(basis)
    yield from _probes(basis.view)
    yield from review_doubts(basis.findings, len(basis.view.deliveries))
    needed = MUST_BE_EXERCISED | ({Property.BASELINE} if basis.baseline else set())
    for entry in basis.scope:
        if entry.property in needed and entry.in_scope and not entry.exercised:
            yield Reason(
                code="not_exercised",
                ja=f"対象とする性質「{word(entry.property, 'ja')}」を一度も確かめられなかった",
                en=f"{word(entry.property, 'en')} is in scope and was never exercised",
            )


def _exposure(basis: Basis) -> Iterator[Reason]:
    """Say where a scenario asks for a bound that so few trials cannot give, however clean they were."""
    wanted, confidence = basis.assure.misdelivery_per_burst, basis.assure.confidence
    if wanted is None or basis.trials >= (needed := trials_for(wanted, confidence)):
        return
    bound = bound_after(basis.trials, confidence)
    reached_ja = f"、その回数で言える上限は {rounded_up(bound):.2g}" if bound else ""
    reached_en = f", which bound it by {rounded_up(bound):.2g}" if bound else ""
    yield Reason(
        code="exposure_short",
        ja=f"同時申請の回数が足りない。求めた上限 {wanted:g}({percent(confidence)} 信頼水準)には、実際に重なった異なる"
        f"顔ぶれの同時申請が {needed:,} 回必要だが、{basis.trials:,} 回だった{reached_ja}",
        en=f"too few bursts: the bound asked for, {wanted:g} at {percent(confidence)}, takes {needed:,} that "
        f"overlapped, of different people each; there were {basis.trials:,}{reached_en}",
    )


def _probes(view: HistoryView) -> Iterator[Reason]:
    """Name the probes that were made and never once answered: that nothing came of them proves nothing."""
    silent = [probe for probe, (answered, _) in probes_made(view).items() if not answered]
    if silent:
        yield Reason(
            code="probes_unanswered",
            ja="分離の試行に一度も答えがなく、断られることを確かめられなかった: "
            f"{'、'.join(word(p, 'ja') for p in silent)}",
            en=f"probes that were never answered, so that nothing shows they are refused: "
            f"{', '.join(word(p, 'en') for p in silent)}",
        )


def _unsettled(basis: Basis) -> int:
    """Count the applications whose outcome nobody could find out."""
    return sum(c.count for i in basis.identities for c in i.classes if c.source == FinalClass.UNRESOLVED)


def _undecided(basis: Basis) -> Iterator[Reason]:
    classes = {c.source: c.count for i in basis.identities for c in i.classes}
    allowed = basis.assure.max_unsettled
    if (unresolved := _unsettled(basis)) > allowed:
        yield Reason(
            code="unresolved",
            ja=f"結果不明の申請が {unresolved} 件残った" + (f"(許容は {allowed} 件まで)" if allowed else ""),
            en=f"{unresolved} applications are still unresolved" + (f" (at most {allowed} may be)" if allowed else ""),
        )
    review = [f for f in basis.findings if f.severity is Severity.REVIEW and not is_cleared(f)]
    unread = {f.delivery for f in review if f.anomaly is Anomaly.UNREAD}
    if unread or classes.get(FinalClass.UNREAD, 0):
        number = max(len(unread), classes.get(FinalClass.UNREAD, 0))
        yield Reason(code="unread", ja=f"読み取れない証明書が {number} 件ある", en=f"{number} documents are unread")
    if basis.ocr_absent and unread:
        yield Reason(
            code="ocr_absent",
            ja=f"OCR がないため、読み取れない {basis.ocr_absent} ページの数字と日付を確かめていない",
            en=f"OCR (tesseract with Japanese data) is not installed: numbers and dates of {basis.ocr_absent} unread "
            "pages were not checked",
        )
    if others := sum(1 for f in review if f.anomaly is not Anomaly.UNREAD):
        yield Reason(
            code="for_review", ja=f"人による確認を要する指摘が {others} 件ある", en=f"{others} findings need review"
        )


def _controls(controls: Iterable[ControlCount]) -> Iterator[Reason]:
    controls = tuple(controls)
    if not any(c.injected for c in controls):
        yield Reason(
            code="control_missing",
            ja="実帳票による検出確認を行えなかった(入れ替えられる二人以上の証明書がない)",
            en="no control on the target's own paper: there are no two people's documents to swap",
        )
    for control in controls:
        if control.found < control.injected:
            yield Reason(
                code="control_missed",
                ja=f"実帳票による検出確認で見逃しがある({word(control.certificate, 'ja')}・"
                f"{word(control.kind, 'ja')}: {control.injected} 件中 {control.found} 件)",
                en=f"the control on the target's own paper missed some ({word(control.certificate, 'en')}, "
                f"{word(control.kind, 'en')}: {control.found} of {control.injected})",
            )


def _first(sentences: tuple[str, ...]) -> str:
    more = f" (+{len(sentences) - 1})" if len(sentences) > 1 else ""
    return sentences[0] + more if sentences else ""
