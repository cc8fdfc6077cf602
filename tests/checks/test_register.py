"""Which states of the register were legal to read, and when."""

import pytest

from harness.checks.register import Register, changed
from harness.records.history import UpdateResult
from harness.records.resident import Residency


def register(history, residents, reflection_s=0.0):
    return Register(residents, history.view().updates, round(reflection_s * 1e9))


def addresses(register, made, at, until, resident="R1"):
    return [s.address for s in register.states(resident, made.ns(at), made.ns(until))]


def test_without_updates_the_population_is_the_only_state(history, residents, made):
    assert register(history, residents).states("R1", made.ns(0), made.ns(1)) == (residents["R1"],)


def test_somebody_outside_the_population_has_no_state(history, residents, made):
    assert register(history, residents).states("R9", made.ns(0), made.ns(1)) == ()


def test_before_during_and_after_an_update(history, residents, made):
    history.updates("U1", "R1", "address", "新", 10, 11)
    r = register(history, residents)
    assert addresses(r, made, 5, 9) == [None]
    assert addresses(r, made, 9, 10.5) == [None, "新"]
    assert addresses(r, made, 10.5, 12) == [None, "新"]
    assert addresses(r, made, 12, 13) == ["新"]


def test_a_documented_reflection_time_keeps_the_old_state_legal(history, residents, made):
    history.updates("U1", "R1", "address", "新", 10, 11)
    r = register(history, residents, reflection_s=30)
    assert addresses(r, made, 40, 42) == [None, "新"]
    assert addresses(r, made, 42, 43) == ["新"]


def test_a_failed_update_changed_nothing(history, residents, made):
    history.updates("U1", "R1", "address", "新", 10, 11, UpdateResult.FAILED)
    assert addresses(register(history, residents), made, 20, 21) == [None]


@pytest.mark.parametrize("until", [11, None])
def test_an_unresolved_update_allows_both_states_for_ever(history, residents, made, until):
    history.updates("U1", "R1", "address", "新", 10, until, UpdateResult.UNRESOLVED)
    r = register(history, residents)
    assert addresses(r, made, 5, 9) == [None]
    assert addresses(r, made, 90, 91) == [None, "新"]


def test_a_change_of_unknown_outcome_may_take_effect_after_later_ones(history, residents, made):
    history.updates("U1", "R1", "address", "新", 10, None).updates("U2", "R1", "address", "新新", 20, 21)
    r = register(history, residents)
    assert addresses(r, made, 15, 16) == [None, "新"]
    assert addresses(r, made, 30, 31) == ["新", "新新"]


def test_of_changes_of_one_field_that_overlap_either_may_be_the_last(history, residents, made):
    history.updates("U1", "R1", "address", "新", 10, 15).updates("U2", "R1", "address", "新新", 12, 16)
    assert addresses(register(history, residents), made, 20, 21) == ["新", "新新"]


def test_of_changes_of_two_fields_that_overlap_the_later_one_may_show_first(history, residents, made):
    history.updates("U1", "R1", "address", "新", 10, 15).updates("U2", "R1", "name", "新 氏名", 12, 16)
    r, old = register(history, residents), residents["R1"].name
    seen = {(s.address, s.name) for s in r.states("R1", made.ns(13), made.ns(14))}
    assert seen == {(None, old), ("新", old), (None, "新 氏名"), ("新", "新 氏名")}
    assert [(s.address, s.name) for s in r.states("R1", made.ns(20), made.ns(21))] == [("新", "新 氏名")]


def test_many_changes_of_unknown_outcome_are_refused_and_not_tried_out(history, residents):
    for number in range(40):
        history.updates(f"U{number}", "R1", ("address", "name", "born_on")[number % 3], f"{number}", number, None)
    with pytest.raises(ValueError, match="40 changes of resident R1"):
        register(history, residents)


def test_a_value_that_comes_back_is_one_state_with_two_times(history, residents, made):
    history.updates("U1", "R1", "seal", "cancelled", 10, 11).updates("U2", "R1", "seal", "registered", 20, 21)
    r = register(history, residents)
    assert [bool(s.seal.cancelled_on) for s in r.states("R1", made.ns(12), made.ns(13))] == [True]
    assert [bool(s.seal.cancelled_on) for s in r.states("R1", made.ns(22), made.ns(23))] == [False]


def test_all_states_are_known_for_the_index_of_owners(history, residents):
    history.updates("U1", "R1", "address", "新", 10, 11).updates("U2", "R1", "address", "新新", 20, 21)
    assert [s.address for s in register(history, residents).all_states("R1")] == [None, "新", "新新"]


def test_updates_convert_their_texts(residents):
    assert changed(residents["R1"], "residency", "moved_out").residency is Residency.MOVED_OUT
    assert changed(residents["R1"], "restricted", "true").restricted is True


@pytest.mark.parametrize(("field", "value"), [("colour", "red"), ("seal", "lost"), ("residency", "away")])
def test_an_unknown_field_or_value_is_an_error(residents, field, value):
    with pytest.raises(ValueError):
        changed(residents["R1"], field, value)
