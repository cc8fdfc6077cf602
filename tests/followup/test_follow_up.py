"""What a night cannot wait for is planned for next day: who asks what, and how the register gets back."""

from functools import partial

import pytest
from msgspec.structs import replace

from harness.checks.left_changed import left_changed
from harness.checks.pending import pending
from harness.errors import UsageError
from harness.followup.carrying import carry_over
from harness.followup.planning import plan_follow_up
from harness.journal import RunFolder, read_history
from harness.judge.later import changed_back, left_for_later
from harness.judge.next_steps import Setting, next_steps
from harness.population import Population
from harness.population.registered import before
from harness.records.certificates import Certificate, Options
from harness.records.history import UpdateIntent, UpdateOutcome, UpdateResult
from harness.records.target import Target
from harness.records.verdict import LeftChanged

DAY_NS = 86_400 * 10**9
TARGET = Target(name="t", url="http://127.0.0.1:9", updates=True)


@pytest.fixture
def night(history):
    """R1 moves and R2's seal is cancelled; R3 and R4 are issued something beside."""
    history.asks("A1", "R1", 0, 1, card="c1", options=Options(relation=True)).gets("A1")
    history.updates("U1", "R1", "address", "新", 2, 3).asks("A2", "R1", 4, 5, card="c1", options=Options(relation=True))
    history.asks("A3", "R2", 0, 1, card="c2", certificate=Certificate.INKAN).updates(
        "U2", "R2", "seal", "cancelled", 2, 3
    )
    history.asks("A4", "R3", 0, 1, card="c3").asks("A5", "R4", 0, 1, card="c4").asks("A6", "R5", 0, 1, card="c5")
    return history


@pytest.fixture
def population(residents):
    people = {key: replace(one, address="旧") for key, one in residents.items()}
    return Population(residents=people, koseki={}, municipality="m")


def names(updates):
    return [u.update for u in updates]


def test_changes_whose_time_was_not_over_are_pending(night):
    assert names(pending(night.view(), DAY_NS)) == ["U1", "U2"]


def test_without_a_reflection_time_nothing_is(night):
    assert pending(night.view(), 0) == ()


def test_who_asked_after_the_time_was_over_is_not(night):
    night.asks("A9", "R1", 100, 101, card="c1")
    assert names(pending(night.view(), 50 * 10**9)) == ["U2"]


def test_only_the_last_change_of_a_field_counts_and_no_failed_one(night):
    night.updates("U3", "R1", "address", "旧", 6, 7).updates("U4", "R1", "name", "x", 8, 9, UpdateResult.FAILED)
    assert names(pending(night.view(), DAY_NS)) == ["U3", "U2"]


def test_the_verdict_says_so_and_what_to_do_next_day(night):
    (told,) = left_for_later(night.view(), DAY_NS)
    assert "登録の変更 2 件" in told.ja
    assert "24 時間" in told.ja
    steps = next_steps((), frozenset(), Setting(follow_up=True))
    assert "honnin follow-up" in steps[0].ja


def test_what_a_follow_up_changed_back_asks_for_no_other_follow_up(night):
    (told,) = changed_back(night.view(), 1500 * 10**9)
    assert "元へ戻した" in told.ja
    assert "25 分" in told.ja
    assert "follow-up" not in told.ja


def test_the_changed_ask_for_what_shows_it_and_two_others_beside(night, population):
    view = night.view()
    plan = plan_follow_up("run", view, pending(view, DAY_NS), population, TARGET)
    asked = [(a.resident, a.certificate, a.card) for b in plan.batches for a in b.applications]
    assert asked == [
        ("R1", Certificate.JUMINHYO, "c1"),
        ("R2", Certificate.INKAN, "c2"),
        ("R3", Certificate.JUMINHYO, "c3"),
        ("R4", Certificate.JUMINHYO, "c4"),
    ]
    assert plan.batches[0].applications[0].options == Options(relation=True)
    assert (plan.header.applications, plan.header.updates, plan.header.acceptance) == (4, 2, False)


def test_the_register_is_changed_back_after_all_have_asked(night, population):
    view = night.view()
    plan = plan_follow_up("run", view, pending(view, DAY_NS), population, TARGET)
    assert [(u.resident, u.field, u.value, u.before) for u in plan.batches[-1].updates] == [
        ("R1", "address", "旧", None),
        ("R2", "seal", "registered", None),
    ]
    assert not any(b.updates for b in plan.batches[:-1])


def test_what_a_torn_run_left_changed_is_named_with_what_puts_it_back(night, population):
    night.updates("U5", "R2", "seal", "registered", 6, 7).updates("U6", "R3", "kana", "かな", 8, 9, None)
    night.updates("U7", "R4", "address", "新", 8, 9, UpdateResult.FAILED).updates("U8", "R9", "address", "x", 8, 9)
    left = left_changed(night.view(), partial(before, population.residents))
    assert [(one.resident, one.field, one.before, one.now, one.known) for one in left] == [
        ("R1", "address", "旧", "新", True),
        ("R3", "kana", None, "かな", False),
        ("R9", "address", "旧", "x", True),
    ]
    (step,) = next_steps((), frozenset(), Setting(left_changed=left, run="r1"))
    assert "R1 の住所(試験前 「旧」、今 「新」)" in step.ja
    assert "`honnin follow-up runs/r1`" in step.ja and "`honnin resume runs/r1`" in step.ja
    assert "R3: kana (before: not known, now perhaps: `かな`)" in step.en


def test_what_is_to_be_looked_at_next_day_is_not_to_be_put_back_before():
    seal = LeftChanged(resident="R2", field="seal", before="registered", now="cancelled", known=True)
    (step,) = next_steps((), frozenset(), Setting(left_changed=(seal,), follow_up=True, run="r1"))
    assert "`honnin follow-up runs/r1`" in step.ja
    assert "それまで次の登録を元に戻さない" in step.ja
    assert "R2 の印鑑登録(試験前 有効、今 廃止)" in step.ja
    assert "R2: seal registration (before: valid, now: cancelled)" in step.en


def test_what_is_only_left_changed_is_put_back_though_nobody_of_it_ever_asked(night, population):
    night.updates("U9", "R9", "address", "x", 8, 9)
    plan = plan_follow_up("run", night.view(), (), population, TARGET)
    assert {a.resident for b in plan.batches for a in b.applications} == {"R3", "R4"}
    assert [(u.resident, u.value) for u in plan.batches[-1].updates] == [
        ("R1", "旧"),
        ("R2", "registered"),
        ("R9", "旧"),
    ]


def test_somebody_who_never_asked_cannot_be_followed_up(night, population):
    night.updates("U9", "R9", "address", "x", 8, 9)
    with pytest.raises(UsageError, match="resident R9 was changed and never asked"):
        plan_follow_up("run", night.view(), pending(night.view(), DAY_NS), population, TARGET)


def test_changes_are_carried_over_as_long_ago_as_they_were(night, made, tmp_path):
    view = night.view()
    folder = RunFolder.create(tmp_path / "run")
    carry_over(folder, "night", view, pending(view, DAY_NS))
    records = [e.record for e in read_history(folder)]
    intents = [r for r in records if isinstance(r, UpdateIntent)]
    outcomes = [r for r in records if isinstance(r, UpdateOutcome)]
    assert [r.update for r in intents] == ["U1", "U2"]
    assert {o.at_ns - i.at_ns for i, o in zip(intents, outcomes, strict=True)} == {10**9}
    opened = records[0]
    wall_ns = outcomes[0].at_ns + opened.wall_ns - opened.monotonic_ns
    assert abs(wall_ns - (made.WALL_S + 3) * 10**9) < 60 * 10**9
