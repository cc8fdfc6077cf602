"""The one rule: FAIL on any defect, INCONCLUSIVE on any doubt, PASS only when nothing stands against it."""

import pytest
from msgspec.structs import replace

from harness.checks.documents import Documents
from harness.checks.history import Played
from harness.judge.scope import measure_scope
from harness.judge.verdict import Basis, Completeness, decide
from harness.records.assure import Assure
from harness.records.findings import Anomaly, Finding, Property, Reviewed, Severity
from harness.records.history import (
    Ending,
    InternalError,
    Interrupted,
    NodeSeen,
    ProbeAnswer,
    Probed,
    RunResumed,
    SelfProof,
    TargetHealth,
)
from harness.records.plan import BatchKind, Probe
from harness.records.target import Target
from harness.records.verdict import ControlCount, Outcome

ALL_FOUND = (ControlCount(certificate="juminhyo", kind="document", injected=5, found=5),)
TARGET = Target(name="t", url="http://127.0.0.1")


@pytest.fixture
def basis(history, account, findings_of):
    """A basis on which nothing can be said against the run, changed by `wrong`."""

    def basis(records=None, **wrong):
        if not history.records:
            history.asks("A1", "R1").gets("A1", number="N1").asks("A2", "R2").gets("A2", number="N2")
            history.batch("B00001", left=(0.0, 0.0), applications=("A1", "A2"))
            history.add(NodeSeen(node="n1", build="1.0", source="measured", at_ns=1))
        view = history.view(records)
        return replace(
            Basis(
                view=view,
                plan=Completeness(phases=("P1",), batches=dict.fromkeys(history.batches, 2)),
                findings=findings_of(history),
                identities=account(history, records=records),
                scope=measure_scope(view, history.documents, TARGET, 0, {}),
                controls=ALL_FOUND,
            ),
            **wrong,
        )

    return basis


def outcome(basis):
    result, reasons = decide(basis)
    return result, [r.code for r in reasons]


def finding(severity, anomaly=Anomaly.LOST):
    return Finding(finding="F0001", property=Property.EXACTLY_ONCE, anomaly=anomaly, severity=severity)


def test_nothing_found_and_nothing_doubtful_is_a_pass_that_names_its_scope(basis):
    result, reasons = decide(basis())
    assert result is Outcome.PASS
    assert "ownership" in reasons[0].en and "baseline" not in reasons[0].en


@pytest.mark.parametrize(
    ("allowed", "expected"), [(0, Outcome.INCONCLUSIVE), (1, Outcome.INCONCLUSIVE), (2, Outcome.PASS)]
)
def test_unknown_outcomes_allow_a_pass_only_as_far_as_the_scenario_says(basis, history, allowed, expected):
    history.asks("A1", "R1").gets("A1", number="N1").asks("A2", "R2").gets("A2", number="N2")
    for name, resident in (("A3", "R3"), ("A4", "R4")):
        history.asks(name, resident, ending=Ending.UNRESOLVED, code="timeout")
    history.batch("B00001", left=(0.0,) * 4, applications=("A1", "A2", "A3", "A4"))
    result, (reason,) = decide(basis(assure=Assure(max_unsettled=allowed)))
    assert result is expected
    assert ("2 applications" in reason.en) and ("結果不明" in reason.ja)


@pytest.mark.parametrize("severity", [Severity.GRAVE, Severity.DEFECT])
def test_a_defect_is_a_fail(basis, severity):
    assert outcome(basis(findings=(finding(severity),))) == (Outcome.FAIL, ["found"])


def test_a_defect_is_a_fail_even_when_the_run_is_incomplete(basis):
    wrong = {"findings": (finding(Severity.GRAVE),), "crashed": ("numbers: KeyError",)}
    assert outcome(basis(**wrong)) == (Outcome.FAIL, ["found", "checker_crashed"])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"findings": (finding(Severity.REVIEW),)}, "for_review"),
        ({"findings": (finding(Severity.REVIEW, Anomaly.UNREAD),)}, "unread"),
        ({"controls": ()}, "control_missing"),
        ({"controls": (replace(ALL_FOUND[0], found=4),)}, "control_missed"),
        (
            {"controls": (*ALL_FOUND, ControlCount(certificate="tax", kind="page", injected=1, found=0))},
            "control_missed",
        ),
        ({"crashed": ("pages: KeyError: 1",)}, "checker_crashed"),
        ({"damage": ("segments/x: record 4",)}, "journal_damaged"),
        ({"differing": ("population",)}, "inputs_differ"),
        ({"plan": Completeness(phases=("P1", "P2"), batches={"B00001": 2})}, "plan_incomplete"),
        ({"plan": Completeness(phases=("P1",), batches={"B00001": 2, "B00002": 2})}, "plan_incomplete"),
        ({"plan": Completeness(phases=("P1",), batches={"B00001": 3})}, "plan_incomplete"),
        (
            {"plan": Completeness(phases=("P1",), batches={"B00001": 2}, updates={"B00001": ("U0001",)})},
            "plan_incomplete",
        ),
        ({"plan": Completeness(phases=(), batches={})}, "plan_incomplete"),
    ],
)
def test_every_doubt_alone_makes_the_verdict_inconclusive(basis, wrong, code):
    assert outcome(basis(**wrong)) == (Outcome.INCONCLUSIVE, [code])


def test_an_open_account_is_a_doubt(basis):
    identities = tuple(replace(i, closes=False, remainder=("x",), remainder_ja=("x",)) for i in basis().identities)
    assert outcome(basis(identities=identities)) == (Outcome.INCONCLUSIVE, ["identity_open", "identity_open"])


def test_a_writer_that_died_is_a_doubt(basis, history):
    basis()
    assert "segment_open" in outcome(basis(records=history.whole()[:-1]))[1]


@pytest.mark.parametrize("proofs", [0, 2])
def test_a_missing_or_failed_self_proof_is_a_doubt(basis, history, proofs):
    basis()
    whole = [r for r in history.whole() if not isinstance(r, SelfProof)]
    whole[1:1] = [SelfProof(passed=n == 0, checks=(), at_ns=1) for n in range(proofs)]
    assert "self_proof" in outcome(basis(records=whole))[1]


def test_one_ctrl_c_is_one_reason_and_everything_unplayed_is_counted(basis, history, made):
    basis()
    for why in ("ctrl-c", "stopped by a signal"):
        history.add(Interrupted(at_ns=made.ns(4), reason=why))
    plan = Completeness(
        phases=("P1", "P9"), batches={"B00001": 2, "B00002": 182}, titles={"P9": ("通常運用", "Operation")}
    )
    _, reasons = decide(basis(plan=plan))
    assert [r.code for r in reasons] == ["interrupted", "plan_incomplete"]
    assert "Ctrl-C" in reasons[0].ja
    assert "P9「通常運用」" in reasons[1].ja
    assert "終えていない組 1、始めていない申請 182 件" in reasons[1].ja


def test_an_interrupted_run_is_a_doubt_until_it_is_resumed_and_done(basis, history, made):
    basis()
    history.add(Interrupted(at_ns=made.ns(4), reason="ctrl-c"))
    assert outcome(basis()) == (Outcome.INCONCLUSIVE, ["interrupted"])
    history.add(RunResumed(at_ns=made.ns(5)))
    assert outcome(basis())[0] is Outcome.PASS


def seen(node, build, source="measured"):
    return NodeSeen(node=node, build=build, source=source, at_ns=2)


def test_a_build_that_changes_is_a_doubt_and_a_declared_one_beside_a_measured_one_is_not(basis, history):
    basis()
    history.add(seen("n1", "0.9", "declared"), seen("n2", "1.0"))
    assert outcome(basis())[0] is Outcome.PASS
    history.add(seen("n2", "1.1"))
    result, reasons = decide(basis())
    assert (result, [r.code for r in reasons]) == (Outcome.INCONCLUSIVE, ["build_changed"])
    assert "n2: 1.0 → 1.1" in reasons[0].ja


def test_several_sittings_add_up_only_where_every_build_is_known(basis, history, made):
    basis()
    history.add(seen("n3", ""))
    assert outcome(basis())[0] is Outcome.PASS
    history.add(RunResumed(at_ns=made.ns(5)))
    assert outcome(basis()) == (Outcome.INCONCLUSIVE, ["build_unknown"])
    history.add(seen("n3", "1.0", "declared"))
    assert outcome(basis())[0] is Outcome.PASS


def test_a_crash_in_the_supervisor_is_a_doubt_for_ever(basis, history, made):
    basis()
    history.add(InternalError(at_ns=made.ns(4), what="steering of phase P2s: KeyError"), RunResumed(at_ns=made.ns(5)))
    result, reasons = decide(basis())
    assert (result, [r.code for r in reasons]) == (Outcome.INCONCLUSIVE, ["internal_error"])
    assert "steering of phase P2s: KeyError" in reasons[0].ja


def test_an_unplanned_death_of_the_target_is_a_doubt(basis, history, made):
    basis()
    history.add(TargetHealth(at_ns=made.ns(4), alive=False), TargetHealth(at_ns=made.ns(5), alive=True))
    assert outcome(basis()) == (Outcome.INCONCLUSIVE, ["target_died"])


def test_a_target_that_was_not_up_before_anything_was_played_is_no_doubt_once_the_run_is_resumed(basis, history, made):
    basis()
    history.add(TargetHealth(at_ns=made.ns(-9), alive=False), Interrupted(at_ns=made.ns(-8), reason="no answer"))
    assert outcome(basis()) == (Outcome.INCONCLUSIVE, ["interrupted", "target_died"])
    history.add(RunResumed(at_ns=made.ns(-5)))
    assert outcome(basis())[0] is Outcome.PASS


@pytest.mark.parametrize(
    ("died", "resumed"),
    [(4, 5), (-9, 5), (-4, -5), (9, -5)],
    ids=["between two plays", "before the first play of two", "after the resumption", "after the play"],
)
def test_every_other_death_of_the_target_is_a_doubt_for_ever(basis, history, made, died, resumed):
    basis()
    history.add(TargetHealth(at_ns=made.ns(died), alive=False), RunResumed(at_ns=made.ns(resumed)))
    assert outcome(basis()) == (Outcome.INCONCLUSIVE, ["target_died"])


def test_after_a_restart_of_the_machine_nobody_knows_what_came_first(basis, history, made):
    basis()
    history.add(TargetHealth(at_ns=made.ns(-9), alive=False), RunResumed(at_ns=made.ns(-5)))
    whole = basis().view
    restarted = replace(whole.segments[0], wall_minus_monotonic_ns=whole.segments[0].wall_minus_monotonic_ns + 10**12)
    view = replace(whole, segments=(*whole.segments, restarted))
    assert outcome(basis(view=view)) == (Outcome.INCONCLUSIVE, ["target_died"])


def test_an_unresolved_application_is_a_doubt(basis, history):
    basis()
    history.asks("A3", "R3", ending=Ending.UNRESOLVED)
    assert outcome(basis()) == (Outcome.INCONCLUSIVE, ["unresolved"])


@pytest.mark.parametrize(("of_batch", "expected"), [("B00001", Outcome.PASS), ("B00002", Outcome.INCONCLUSIVE)])
def test_a_void_batch_excuses_no_change_but_its_own(basis, history, of_batch, expected):
    history.asks("A1", "R1").gets("A1", number="N1").asks("A2", "R2").gets("A2", number="N2")
    for number in range(1, 12):
        history.batch(f"B{number:05d}", void="absent" if number == 1 else "")
    plan = Completeness(phases=("P1",), batches=dict.fromkeys(history.batches, 0), updates={of_batch: ("U0001",)})
    assert outcome(basis(plan=plan))[0] is expected


@pytest.mark.parametrize(("void", "expected"), [(1, Outcome.PASS), (2, Outcome.INCONCLUSIVE)])
def test_more_than_a_tenth_of_void_batches_is_a_doubt(basis, history, void, expected):
    basis()
    for number in range(2, 12):
        history.batch(f"B{number:05d}", void="absent" if number < 2 + void else "")
    plan = Completeness(phases=("P1",), batches=dict.fromkeys(history.batches, 0))
    assert outcome(basis(plan=plan))[0] is expected


def test_reasons_are_told_in_japanese_to_their_last_word(basis, history, made):
    basis()
    history.add(Interrupted(at_ns=made.ns(4), reason="the target did not answer the first probe: connection refused"))
    history.asks("A3", "R3", ending=Ending.FAILED, code="http_500")
    scope = tuple(replace(s, exercised=s.property is not Property.NUMBERS) for s in basis().scope)
    missed = (replace(ALL_FOUND[0], found=4),)
    told = [r.ja for r in decide(basis(scope=scope, controls=missed, differing=("population",)))[1]]
    assert "途中で中断した: 対象システムが最初の確認に応答しなかった: 接続を拒否された" in told
    assert "対象が取り決めにない応答をした申請が 1 件ある(HTTP 500 1 件)" in told
    assert "実帳票による検出確認で見逃しがある(住民票の写し・証明書全体: 5 件中 4 件)" in told
    assert "対象とする性質「発行番号の一意性」を一度も確かめられなかった" in told
    assert "試験用住民が実施時のもの(manifest.json の要約値)と一致しない" in told


def test_a_property_that_must_be_exercised_and_was_not_is_a_doubt(basis):
    scope = tuple(replace(s, exercised=s.property is not Property.NUMBERS) for s in basis().scope)
    assert outcome(basis(scope=scope)) == (Outcome.INCONCLUSIVE, ["not_exercised"])


@pytest.mark.parametrize("idle", [Property.FRESHNESS, Property.ISOLATION, Property.BASELINE])
def test_freshness_isolation_and_baseline_not_exercised_do_not_block(basis, idle):
    scope = tuple(replace(s, exercised=s.property is not idle) for s in basis().scope)
    assert outcome(basis(scope=scope))[0] is Outcome.PASS


def test_a_target_that_was_down_from_the_start_is_the_one_cause_told(history, account, made):
    why = "the target did not answer the first probe: no connection to 127.0.0.1:80: connection refused"
    history.add(
        SelfProof(at_ns=1, passed=True, checks=()),
        TargetHealth(at_ns=made.ns(1), alive=False, reason="refused"),
        Interrupted(at_ns=made.ns(2), reason=why),
    )
    view = history.view()
    scope = measure_scope(view, history.documents, TARGET, 0, {})
    plan = Completeness(phases=("P1",), batches={"B00001": 2})
    told = Basis(view=view, plan=plan, findings=(), identities=account(history), scope=scope, controls=())
    result, reasons = decide(told)
    assert result is Outcome.INCONCLUSIVE
    assert [r.code for r in reasons if r.code != "segment_open"] == ["target_unreachable"]
    assert reasons[-1].ja.endswith("何も試験していない: 127.0.0.1:80 に接続できない: 接続を拒否された")


def adapter_failed(history, *applications):
    """Let applications end as a player journals it where the adapter raises."""
    for number, application in enumerate(applications):
        history.asks(application, f"R9{number}", 5, 6, ending=Ending.UNRESOLVED, code="adapter_error")
        why = "the adapter failed: KeyError at buggy.py:19"
        history.records[-1] = replace(history.records[-1], reason=why)
    return history


def test_an_adapter_that_always_fails_is_the_one_cause_told_with_file_and_line(history, account):
    view = adapter_failed(history, "A1", "A2").view()
    plan = Completeness(phases=("P1",), batches={"B00001": 2})
    scope = measure_scope(view, Documents(), TARGET, 0, {})
    told = Basis(view=view, plan=plan, findings=(), identities=account(history), scope=scope, controls=())
    result, reasons = decide(told)
    assert result is Outcome.INCONCLUSIVE
    (reason,) = (r for r in reasons if r.code not in {"segment_open", "self_proof"})
    assert reason.code == "adapter_error"
    assert "アダプタ(接続部品)の誤りで 2 件" in reason.ja
    assert "buggy.py の 19 行目で KeyError" in reason.ja
    assert "KeyError at buggy.py:19 ×2" in reason.en


def test_an_adapter_that_fails_now_and_then_is_told_before_what_follows_from_it(basis, history):
    history.asks("A1", "R1").gets("A1", number="N1").asks("A2", "R2").gets("A2", number="N2")
    adapter_failed(history, "A3").batch("B00001", left=(0.0, 0.0), applications=("A1", "A2"))
    result, codes = outcome(basis())
    assert result is Outcome.INCONCLUSIVE
    assert codes[0] == "adapter_error"
    assert "unresolved" in codes


def test_a_phase_of_which_nothing_was_begun_is_not_complete(basis, history, made):
    history.asks("A1", "R1").gets("A1", number="N1").asks("A2", "R2").gets("A2", number="N2")
    history.batch("B00001", left=(0.0, 0.0), applications=("A1", "A2"))
    played = Played("B00002", "P2", BatchKind.SEQUENCE, made.ns(61), made.ns(62), "A3 not played")
    one = basis()
    one.view.batches.append(played)
    one.view.phases["P2"] = True
    plan = replace(one.plan, phases=("P1", "P2"), batches={**one.plan.batches, "B00002": 1})
    _, reasons = decide(replace(one, plan=plan))
    assert any("P2" in r.en for r in reasons if r.code == "plan_incomplete")


def test_nothing_played_is_never_a_pass(history, account):
    view = history.view()
    empty = Basis(
        view=view,
        plan=Completeness(phases=("P1",), batches={}),
        findings=(),
        identities=account(history),
        scope=measure_scope(view, Documents(), TARGET, 0, {}),
        controls=(),
    )
    assert decide(empty)[0] is Outcome.INCONCLUSIVE


def test_a_probe_that_was_never_answered_is_no_pass_and_one_that_was_now_and_then_is(basis, history):
    for number, resident in enumerate(("R1", "R2")):
        history.asks(f"A{number}", resident, probe=Probe.FOREIGN_JOB).gets(f"A{number}", number=f"N{number}")
    unanswered = Probed(application="A0", probe=Probe.FOREIGN_JOB, answer=ProbeAnswer.UNANSWERED, at_ns=1)
    history.add(unanswered).batch("B00001", left=(0.0, 0.0), applications=("A0", "A1"))
    assert outcome(basis()) == (Outcome.INCONCLUSIVE, ["probes_unanswered"])
    history.add(replace(unanswered, application="A1", answer=ProbeAnswer.REFUSED))
    assert outcome(basis())[0] is Outcome.PASS


def test_only_so_many_doubts_may_be_cleared_by_eye(basis):
    cleared = Reviewed(judgement="own", reviewer="x", reason="y", at_wall_ns=1)
    few = tuple(replace(finding(Severity.REVIEW), reviews=(cleared,)) for _ in range(5))
    result, reasons = decide(basis(findings=few))
    assert (result, [r.code for r in reasons]) == (Outcome.PASS, ["nothing_found", "reviewed"])
    assert outcome(basis(findings=(*few, few[0]))) == (Outcome.INCONCLUSIVE, ["too_many_reviews"])


@pytest.mark.parametrize("ending", [Ending.REFUSED, Ending.FAILED, Ending.ABORTED])
def test_a_phase_in_which_nobody_was_issued_anything_is_not_complete(basis, history, ending):
    history.asks("A1", "R1", ending=ending, code="busy").asks("A2", "R2", ending=ending, code="busy")
    history.batch("B00001", left=(0.0, 0.0), applications=("A1", "A2"))
    result, codes = outcome(basis())
    assert result is Outcome.INCONCLUSIVE
    assert "plan_incomplete" in codes


@pytest.mark.parametrize(("ending", "complete"), [(Ending.REFUSED, True), (Ending.FAILED, False)])
def test_a_phase_in_which_everybody_is_to_be_refused_is_complete_once_they_are(basis, history, ending, complete):
    for name in ("A1", "A2"):
        history.asks(name, name, ending=ending, code="not_registered", batch="B00001")
    history.batch("B00001", left=(0.0, 0.0), applications=("A1", "A2"))
    one = basis()
    told = outcome(replace(one, plan=replace(one.plan, purposes={"B00001": "solo:refusal"})))
    assert ("plan_incomplete" not in told[1]) is complete


def test_a_phase_of_which_every_batch_is_void_is_not_complete(basis, history, made):
    basis()
    for number in range(2, 30):
        history.batch(f"B{number:05d}")
    one = basis()
    one.view.batches.append(Played("B00090", "P2", BatchKind.BURST, made.ns(61), made.ns(62), "absent"))
    one.view.phases["P2"] = True
    plan = Completeness(phases=("P1", "P2"), batches={**dict.fromkeys(history.batches, 0), "B00090": 2})
    assert outcome(replace(one, plan=plan)) == (Outcome.INCONCLUSIVE, ["plan_incomplete"])


@pytest.mark.parametrize(
    ("wanted", "trials", "expected"),
    [
        (None, 0, Outcome.PASS),
        (0.01, 299, Outcome.PASS),
        (0.01, 298, Outcome.INCONCLUSIVE),
        (0.01, 0, Outcome.INCONCLUSIVE),
    ],
)
def test_a_bound_that_the_scenario_asks_for_and_the_run_did_not_reach_is_a_doubt(basis, wanted, trials, expected):
    result, reasons = decide(basis(assure=Assure(misdelivery_per_burst=wanted), trials=trials))
    assert result is expected
    if expected is Outcome.INCONCLUSIVE:
        (reason,) = reasons
        assert reason.code == "exposure_short"
        assert "299 回必要" in reason.ja
