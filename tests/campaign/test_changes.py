"""Changes of the register as they are planned: around somebody's issue, and undone in the end."""

from collections import Counter

import pytest
from msgspec.structs import replace

from harness.campaign import compile_plan, find_scenario, load_scenario
from harness.campaign.scenario import Hold, Updates
from harness.population import make_population
from harness.population.registered import registered
from harness.records.plan import BatchKind
from tests.campaign.planning import DAY, TARGET, compiled, phase


@pytest.fixture(scope="module")
def people():
    return make_population(3, 60)


def test_a_changed_register_is_changed_back_afterwards(people):
    _, batches = compile_plan(load_scenario(find_scenario("go-live")), people, TARGET, 1, lambda key: key, DAY)
    for batch in (b for b in batches if b.updates):
        if len(batch.updates) > 2:
            continue  # many forth and back; see below
        change, back = batch.updates
        if batch.kind is BatchKind.SEQUENCE:
            assert change.before == batch.applications[1].application
        else:
            assert change.start_ms < back.start_ms
        assert back.before is None
        resident = people.residents[back.resident]
        assert back.value == registered(resident, back.field)


def test_who_is_changed_is_read_several_times_around_the_change_and_so_is_the_family(people):
    _, batches = compiled(people, phase(Updates, in_flight=6, fillers=2))
    for batch in batches:
        moving = batch.updates[0].resident
        readers = batch.main
        assert [a.gap_ms for a in readers if a.resident == moving] == [0.0, 20.0, 40.0]
        assert {people.residents[a.resident].household for a in readers} == {people.residents[moving].household}
        assert all(a.options.scope == "all" for a in readers)
        assert batch.fillers == 2
        assert len({a.kiosk for a in batch.applications}) == len(batch.applications)
    assert any(len({a.resident for a in b.main}) == 2 for b in batches)


def test_every_second_change_in_flight_is_one_that_the_register_refuses_where_one_is_declared(people):
    changing = phase(Updates, in_flight=6)
    _, plain = compiled(people, changing)
    assert not any(u.refused for b in plain for u in b.updates)
    declared = replace(TARGET, refused_change=("address", "長" * 300))
    _, batches = compiled(people, changing, target=declared)
    refused = [b for b in batches if b.purpose == "update:refused"]
    assert len(refused) == 3
    for batch in refused:
        change, back = batch.updates
        assert (change.refused, change.value, back.refused) == (True, "長" * 300, False)
        assert back.value == people.residents[change.resident].address


def test_before_a_crowd_changes_follow_each_other_and_the_register_is_as_before_in_the_end(people):
    declared = replace(TARGET, refused_change=("address", "長" * 300))
    _, batches = compiled(people, phase(Updates, in_flight=8, fillers=2, crowd=20), target=declared)
    assert [b.fillers for b in batches] == [2, 2, 20, 20] * 2
    for batch in batches:
        *changes, last = batch.updates
        assert as_before(people, batch.updates)
        assert (len(changes) > 20) == (batch.fillers == 20)
        assert {u.resident for u in changes} == {last.resident}
        assert all(u.refused for u in changes) == (batch.purpose == "update:refused")
        both = batch.fillers == 20 and batch.purpose == "update:in-flight"  # a mixture shows in two fields only
        assert {u.field for u in batch.updates} == {"address", *(["kana"] if both else [])}


def test_while_load_is_held_the_register_changes_and_is_as_before_in_the_end(people):
    _, (batch,) = compiled(people, phase(Hold, kiosks=10, per_kiosk=2, changes=5))
    assert len(batch.updates) == 10
    assert as_before(people, batch.updates)
    assert {u.field for u in batch.updates} == {"address", "kana"}
    assert {u.resident for u in batch.updates} <= {a.resident for a in batch.applications}
    starts = [u.start_ms for u in batch.updates]
    assert starts == sorted(starts)
    _, (still,) = compiled(
        people, phase(Hold, kiosks=10, per_kiosk=2, changes=5), target=replace(TARGET, updates=False)
    )
    assert not still.updates


def test_entries_of_every_kind_are_issued_before_and_after_their_change_and_undone(people):
    _, batches = compiled(people, phase(Updates, entries=10))
    fields = Counter(batch.purpose for batch in batches)
    kinds = ("name", "residency", "former_name", "restricted", "householder")
    assert fields == {f"update:{kind}": 2 for kind in kinds}
    for batch in batches:
        (change, undone), who = batch.updates, batch.applications[0].resident
        found = people.residents[who]
        assert {a.resident for a in batch.applications} == {change.resident} == {who}
        assert change.before == batch.applications[1].application
        assert registered(found, undone.field) == undone.value != change.value


def test_a_member_of_the_household_is_changed_between_two_copies_that_another_is_issued(people):
    _, batches = compiled(people, phase(Updates, families=4))
    assert [b.purpose for b in batches] == ["update:family:kana", "update:family:name"] * 2
    for batch in batches:
        (change, undone), (before, after, later) = batch.updates, batch.applications
        assert before.resident == after.resident == later.resident != change.resident
        assert people.residents[before.resident].household == people.residents[change.resident].household
        assert {a.options.scope for a in batch.applications} == {"all"}
        assert len({a.node for a in batch.applications}) == 1
        assert change.before == after.application
        assert registered(people.residents[change.resident], undone.field) == undone.value != change.value


def test_after_a_change_is_issued_at_once_and_again_when_copies_have_followed(people):
    _, (batch,) = compiled(people, phase(Updates, moves=1))
    before, after, later = batch.applications
    assert len({a.resident for a in batch.applications}) == 1
    assert (after.gap_ms, batch.updates[0].before) == (0.0, after.application)
    assert later.gap_ms > 1000.0
    assert before.application < after.application < later.application


def as_before(people, updates):
    last = {(u.resident, u.field): u.value for u in updates}
    return last == {(key, field): getattr(people.residents[key], field) for key, field in last}
