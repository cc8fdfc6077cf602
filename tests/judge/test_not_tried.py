"""What a run did not try stands in its verdict."""

import bare
from msgspec.structs import replace

from harness.judge.not_tried import not_tried, uncontrolled, unreached
from harness.reading.profile import load_profile
from harness.records.certificates import Certificate
from harness.records.faults import LinkFault, PlannedFault
from harness.records.history import Ending, FaultEnded, FaultStarted, GeneratorLoad
from harness.records.plan import AbortHow, Driver, Fewer, LeftOut, Phase, PlannedAbort, Probe, Step
from harness.records.verdict import ControlCount, NodeBuild

REFERENCE = load_profile("reference")
P4 = Phase(phase="P4", title_ja="滞留", title_en="Hold", driver=Driver.ENGINE)
PAYING = PlannedAbort(step=Step.PAY, how=AbortHow.CANCEL)


NOTHING = LeftOut()


def header(left_out=NOTHING, **more):
    return bare.plan_header(phases=(P4,), left_out=left_out, **more)


def test_nothing_is_said_where_everything_was_tried(history):
    history.asks("A1", "R1").gets("A1")
    assert not_tried(history.view(), header(), REFERENCE) == ()


def test_what_was_left_out_of_the_plan_is_named_in_both_languages(history):
    left_out = LeftOut(
        certificates=(Certificate.KOSEKI,),
        steps=(Step.AUTHENTICATE, Step.PAY),
        phases=("P5",),
        phase_titles=(("登録内容の変更", "Register changes"),),
    )
    told = not_tried(history.view(), header(left_out), REFERENCE)
    assert [r.code for r in told] == ["certificates_left_out", "steps_left_out", "phases_left_out"]
    assert [r.en.rpartition(": ")[2] for r in told] == [
        "family register certificate",
        "authentication by card and PIN, payment of the fee",
        "P5 (Register changes)",
    ]
    assert told[2].ja.endswith("P5「登録内容の変更」")
    assert told[0].ja.endswith("戸籍証明書")


def test_a_population_too_small_for_the_scenario_is_told_with_both_numbers(history):
    left_out = LeftOut(fewer=(Fewer(phase="P4", asked=140, planned=46),))
    (told,) = not_tried(history.view(), header(left_out), REFERENCE)
    assert told.en == "phase P4 (Hold) asks for 140 people at once; the population allowed 46"
    assert "46 人" in told.ja
    assert "P4「滞留」" in told.ja


def test_giving_up_that_never_came_about_is_told_with_its_number(history):
    history.asks("A1", "R1", abort=PAYING).gets("A1").asks("A2", "R2", abort=PAYING).gets("A2")
    (told,) = not_tried(history.view(), header(), REFERENCE)
    assert told.code == "abort_never_met"
    assert "planned 2 times" in told.en
    assert "手数料の支払" in told.ja


def test_giving_up_that_came_about_once_is_not(history):
    history.asks("A1", "R1", abort=PAYING).gets("A1").asks("A2", "R2", abort=PAYING, ending=Ending.ABORTED)
    assert not_tried(history.view(), header(), REFERENCE) == ()


def test_a_profile_without_labels_is_told_with_the_certificates_it_was_used_for(history):
    history.asks("A1", "R1", certificate=Certificate.TAX).gets("A1")
    (told,) = not_tried(history.view(), header(), load_profile("generic"))
    assert told.code == "labels_unknown"
    assert "generic" in told.en
    assert told.en.endswith(": income and tax certificate")


def test_a_scenario_that_is_no_acceptance_test_says_so(history):
    told = not_tried(history.view(), header(acceptance=False, title_ja="疎通確認", description_ja="短い。"), REFERENCE)
    assert [r.code for r in told] == ["no_acceptance"]
    assert told[0].ja == "この試験「疎通確認」は受入試験ではない。短い。"


def test_a_generator_that_was_saturated_is_told(history):
    strained = GeneratorLoad(
        from_ns=0,
        at_ns=2 * 10**9,
        samples=90,
        lag_median_ms=2.0,
        lag_p99_ms=75.0,
        lag_most_ms=90.0,
        cpu=0.5,
        sockets=10,
        machine_load=3.0,
        processors=2,
    )
    history.add(strained)
    (said,) = not_tried(history.view(), header(), REFERENCE)
    assert said.code == "generator_saturated"
    assert "2 of 2 s" in said.en
    assert "飽和" in said.ja


def test_probes_that_the_interface_has_no_place_for_are_named(history):
    history.asks("A1", "R1").gets("A1")
    (told,) = not_tried(history.view(), header(LeftOut(probes=(Probe.FOREIGN_JOB, Probe.AFTER_END))), REFERENCE)
    assert told.code == "probes_left_out"
    assert told.en.endswith("another person's session, a session used after its end")
    assert "対象外" in told.ja


def fault(history, made, name, *, inflicted):
    planned = PlannedFault(fault=name, on="db", how=LinkFault.DOWN)
    ended = FaultEnded(fault=name, at_ns=made.ns(2), inflicted=inflicted, undone=True, reason="exit code 1")
    history.add(FaultStarted(planned=planned, batch="B1", at_ns=made.ns(1), by_ns=made.ns(3)), ended)


def test_a_part_that_never_once_failed_as_planned_is_named(history, made):
    history.asks("A1", "R1").gets("A1")
    fault(history, made, "F1", inflicted=False)
    (told,) = not_tried(history.view(), header(), REFERENCE)
    assert told.code == "fault_never_met"
    assert "db" in told.ja
    fault(history, made, "F2", inflicted=True)
    assert not_tried(history.view(), header(), REFERENCE) == ()


def test_certificates_of_which_no_two_could_be_exchanged_are_named(history):
    history.asks("A1", "R1").gets("A1")
    view = history.view()
    (kind,) = view.applications.strings("certificate")
    (told,) = uncontrolled(view, ())
    assert told.code == "control_absent"
    assert list(uncontrolled(view, (ControlCount(certificate=kind, kind="page", injected=1, found=1),))) == []


def test_a_node_that_no_application_reached_is_named_once_it_is_known_whom_others_served():
    nodes = [NodeBuild(node=name, build="1", source="declared", applications=0) for name in ("n1", "n9")]
    assert list(unreached(nodes)) == []  # the target does not tell who served whom: that is told elsewhere
    (told,) = unreached([replace(nodes[0], applications=3), nodes[1]])
    assert told.code == "node_unreached"
    assert told.en.endswith(": n9")
    assert told.ja.endswith(": n9")
