"""May the service be opened again? Only where every certificate on every node gave its applicant the own document."""

import pytest
from msgspec.structs import replace

from harness.checks.gather import gather
from harness.judge.recovery import Asked, recovery_of
from harness.population import make_population
from harness.records.findings import Anomaly, Finding, Property, Reviewed, Severity
from harness.records.history import (
    JOURNAL_VERSION,
    Interrupted,
    RecoveryPlayed,
    SegmentOpened,
    TargetHealth,
    UpdateResult,
    WindowSet,
)
from harness.records.verdict import FinalClass

WANTED = {
    "B1": ("juminhyo", "n1"),
    "B2": ("juminhyo", "n2"),
    "B3": ("juminhyo", "n1"),
    "B4": ("juminhyo", "n2"),
}
PHASES = {"B1": "P9", "B2": "P9", "B3": "P9-2", "B4": "P9-2"}
GRAVE = Finding(
    finding="F1", property=Property.OWNERSHIP, anomaly=Anomaly.MISDELIVERY, severity=Severity.GRAVE, application="A9"
)
BY_EYE = Reviewed(judgement="own", reviewer="確認太郎", reason="滲み", at_wall_ns=1)


def sitting(number, *played):
    opened = SegmentOpened(
        version=JOURNAL_VERSION, run="run", writer="", host="h", pid=1, monotonic_ns=0, wall_ns=number * 10**12
    )
    return [(f"supervisor-{number}", n, record) for n, record in enumerate((opened, *played))]


@pytest.fixture
def asked(history):
    """Four confirmations asked, two of each sitting; everybody got the own document where `classes` says nothing."""
    for number in range(1, 5):
        history.asks(f"A{number}", f"R{number}", batch=f"B{number}", node=f"n{2 - number % 2}").gets(f"A{number}")

    def asked(*sittings, classes=(), wanted=WANTED, findings=(), residents=()):
        entries = [(history.writer, n, r) for n, r in enumerate(history.whole())]
        view = gather([*entries, *(entry for one in sittings for entry in one)])
        own = dict.fromkeys((f"A{n}" for n in range(1, 5)), FinalClass.OWN)
        return Asked(
            view=view,
            wanted=wanted,
            phase_of=PHASES,
            classes={**own, **dict(classes)},
            findings=findings,
            residents=dict(residents),
        )

    return asked


def played(phase, reason=""):
    return RecoveryPlayed(at_ns=1, phase=phase, reason=reason)


def test_a_run_that_was_to_confirm_nothing_is_told_nothing(asked):
    assert recovery_of(asked(sitting(1), wanted={})) == (None, ())


def test_where_everybody_got_the_own_document_the_service_may_be_opened(asked):
    recovery, doubts = recovery_of(asked(sitting(1, played("P9"))))
    assert (recovery.wanted, recovery.confirmed, recovery.may_open, doubts) == (2, 2, True, ())
    assert "再開してよい" in recovery.ja
    assert "may be opened again" in recovery.en


@pytest.mark.parametrize(
    "wrong", [FinalClass.FAILED, FinalClass.MISDELIVERED, FinalClass.UNREAD, FinalClass.UNRESOLVED, None]
)
def test_one_issue_that_went_wrong_keeps_it_closed_and_says_which(asked, wrong):
    recovery, (doubt,) = recovery_of(asked(sitting(1, played("P9")), classes=[("A2", wrong)]))
    assert (recovery.confirmed, recovery.may_open, doubt.code) == (1, False, "recovery_unconfirmed")
    assert "住民票の写し(n2)" in doubt.ja
    assert "再開しない" in doubt.ja


def test_only_the_confirmation_of_the_last_sitting_counts(asked):
    both = (sitting(1, played("P9")), sitting(2, played("P9-2")))
    assert recovery_of(asked(*both, classes=[("A1", FinalClass.FAILED)]))[0].may_open
    assert not recovery_of(asked(*both, classes=[("A3", FinalClass.FAILED)]))[0].may_open
    assert not recovery_of(asked(both[0], sitting(10)))[0].may_open


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ((), "実施していない"),
        ((played("", ""),), "計画に復旧確認が残っていない"),
        ((played("P9", "ctrl-c"),), "操作者が止めた(Ctrl-C)"),
    ],
)
def test_a_confirmation_that_was_not_played_to_its_end_is_none(asked, record, told):
    recovery, (doubt,) = recovery_of(asked(sitting(1, *record)))
    assert not recovery.may_open
    assert told in doubt.ja


def test_a_window_for_a_plan_without_confirmations_leaves_it_to_an_officer_and_is_no_doubt(asked):
    window = WindowSet(at_ns=1, arrivals_end_ns=2, ends_wall_ns=3, reserve_s=4.0)
    recovery, doubts = recovery_of(asked(sitting(1, window), wanted={}))
    assert (recovery.may_open, doubts) == (False, ())
    assert "試し交付" in recovery.ja and "without a window" in recovery.en


def test_what_went_right_at_the_second_try_only_is_confirmed_and_told(asked):
    second = RecoveryPlayed(at_ns=1, phase="P9-2", reason="", tries=2)
    recovery, doubts = recovery_of(asked(sitting(1, second), classes=[("A1", FinalClass.FAILED)]))
    assert (recovery.confirmed, recovery.may_open, doubts) == (2, True, ())
    assert "2 回目" in recovery.ja and "second" in recovery.en


def test_another_persons_data_keeps_it_closed_however_well_it_recovered(asked):
    recovery, doubts = recovery_of(asked(sitting(1, played("P9")), findings=(GRAVE,)))
    assert (recovery.confirmed, recovery.may_open, doubts) == (2, False, ())
    assert "重大" in recovery.ja


@pytest.mark.parametrize(
    ("severity", "reviews", "told"),
    [
        (
            Severity.DEFECT,
            (),
            ("不具合の内容を確かめてから判断する", "after the defects found"),
        ),
        (Severity.REVIEW, (), ("正しいと確かめられていない", "not known to be right")),
        (Severity.REVIEW, (BY_EYE,), ("再開してよい", "may be opened again")),
    ],
)
def test_whether_to_open_with_defects_or_unread_documents_is_left_to_whoever_looked_at_them(
    asked, severity, reviews, told
):
    found = replace(GRAVE, anomaly=Anomaly.WRONG_ITEM, severity=severity, reviews=reviews)
    recovery, doubts = recovery_of(asked(sitting(1, played("P9")), findings=(found,)))
    assert (recovery.confirmed, recovery.may_open, doubts) == (2, bool(reviews), ())
    assert "試験前と同じく" in recovery.ja and "as it did before the test" in recovery.en
    assert told[0] in recovery.ja and told[1] in recovery.en
    assert ("再開してよい" in recovery.ja) is ("may be opened" in recovery.en) is bool(reviews)


def test_what_was_found_is_told_of_a_recovery_that_was_not_confirmed_too(asked):
    window = WindowSet(at_ns=1, arrivals_end_ns=2, ends_wall_ns=3, reserve_s=4.0)
    for sittings, wanted in ((sitting(1), WANTED), (sitting(1, window), {})):
        told = recovery_of(asked(sittings, wanted=wanted, findings=(GRAVE,)))[0]
        assert "提供者の説明を受けるまで" in told.ja and "試験前と同じく" not in told.ja


def test_where_a_check_crashed_nothing_says_that_it_may_be_opened(asked):
    recovery, _ = recovery_of(replace(asked(sitting(1, played("P9"))), unseen=True))
    assert (recovery.may_open, "再開してよい" in recovery.ja) == (False, False)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (
            Interrupted(at_ns=9, reason="stop_when: 30 of the last 50 applications failed (error_rate = 0.5)"),
            "停止条件",
        ),
        (TargetHealth(at_ns=9, alive=False, reason="refused"), "応答しなかった"),
    ],
)
def test_a_stop_condition_that_was_met_or_a_target_that_died_afterwards_keeps_it_closed(asked, record, told):
    recovery, _ = recovery_of(asked(sitting(1, played("P9"), record)))
    assert (recovery.confirmed, recovery.may_open) == (2, False)
    assert told in recovery.ja


def test_residents_whose_entry_was_not_changed_back_are_named(asked, history):
    people = make_population(3, 12).residents
    one, other, third = [key for key in sorted(people) if people[key].address][:3]
    history.updates("U1", one, "address", "見本市新町1番", 2, 3)
    history.updates("U2", other, "address", "見本市新町2番", 2, 3)
    history.updates("U3", other, "address", people[other].address, 4, 5)
    history.updates("U4", third, "address", "長" * 300, 4, 5, UpdateResult.FAILED)
    told = recovery_of(asked(sitting(1, played("P9")), residents=people))[0]
    assert told.ja.endswith(f"登録を変えたまま戻していない試験住民: {one}。")
