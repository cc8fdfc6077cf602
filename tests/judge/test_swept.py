"""A sweep says exactly what was asked and answered, by certificate and choice, and what of everybody is left open."""

import pytest

from harness.judge.swept import is_swept, not_swept, stated, sweep_doubts, sweep_of
from harness.records.certificates import Certificate, Options, Scope
from harness.records.history import Ending
from harness.records.plan import RECOVERY, SWEEP, SWEEP_REFUSAL, Batch, BatchKind, PlannedApplication

WHOLE = Options(scope=Scope.ALL)


def step(application, resident, certificate=Certificate.JUMINHYO, options=None, purpose=SWEEP):
    one = PlannedApplication(
        application=application,
        resident=resident,
        card="",
        certificate=certificate,
        options=options or Options(),
        kiosk="K001",
        store="S001",
    )
    return Batch(batch=f"B{application}", phase="S", kind=BatchKind.SEQUENCE, applications=(one,), purpose=purpose)


PLAN = (
    step("A1", "R1"),
    step("A2", "R1", options=WHOLE),
    step("A3", "R2"),
    step("A4", "R2", options=WHOLE),
    step("A5", "R3", purpose=SWEEP_REFUSAL),
    step("A6", "R1", Certificate.INKAN),
    step("A7", "R9", purpose=RECOVERY),
)


@pytest.fixture
def swept(history):
    """Sweep with these endings of the applications that were begun."""

    def swept(residents=("R1", "R2", "R3"), **endings):
        for name, ending in endings.items():
            history.asks(name, "R1", ending=ending)
        return sweep_of(PLAN, history.view(), residents)

    return swept


DONE = {**dict.fromkeys(("A1", "A2", "A3", "A4", "A6"), Ending.DELIVERED), "A5": Ending.REFUSED}


def test_everything_is_counted_by_certificate_and_choice_what_is_to_be_refused_apart(swept):
    seen = swept(**DONE)
    rows = [(c.certificate, c.options, c.forbidden, c.planned, c.issued, c.refused) for c in seen.counts]
    assert rows == [
        ("juminhyo", WHOLE, False, 2, 2, 0),
        ("juminhyo", Options(), False, 2, 2, 0),
        ("juminhyo", Options(), True, 1, 0, 1),
        ("inkan", Options(), False, 1, 1, 0),
    ]


def test_where_all_was_answered_nothing_is_left_open(swept):
    seen = swept(**DONE)
    assert (seen.whole, seen.left_out, seen.not_asked) == (3, (), 0)
    assert [*sweep_doubts(seen), *not_swept(seen)] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"A2": None}, "of all 6 applications of the sweep 1 were not made and 0 got no answer"),
        ({"A2": Ending.UNRESOLVED}, "of all 6 applications of the sweep 0 were not made and 1 got no answer"),
        ({"A2": Ending.FAILED, "A6": None}, "of all 6 applications of the sweep 1 were not made and 1 got no answer"),
    ],
)
def test_what_was_not_asked_or_not_answered_is_left_open(swept, change, told):
    seen = swept(**{name: ending for name, ending in {**DONE, **change}.items() if ending})
    (doubt,) = sweep_doubts(seen)
    assert (doubt.code, doubt.en) == ("sweep_incomplete", told)
    assert seen.whole == 2


def test_who_is_no_part_of_it_is_named(swept):
    (told,) = not_swept(swept(("R1", "R2", "R3", "R4"), **DONE))
    assert told.code == "residents_not_swept"
    assert told.en.endswith(": R4")


def test_the_statement_tells_the_counts(swept):
    ja, en = stated(swept(**DONE))
    assert "3 人中 3 人の全証明書・全選択肢 6 件のうち 6 件" in ja
    assert "6 were made once each without load: 5 issued, 1 refused, 0 without an answer; 3 residents" in en


def test_only_plans_that_sweep_are_sweeps():
    assert is_swept({SWEEP_REFUSAL})
    assert not is_swept({"solo", "baseline:first", RECOVERY})
