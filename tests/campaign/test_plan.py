"""A scenario becomes a plan: deterministic, fit for the population, and aimed at what the scenario names."""

import itertools
from collections import Counter

import pytest
from msgspec.structs import replace

from harness.campaign import compile_plan, find_scenario, load_scenario, pool_of, read_plan, scenario_names, write_plan
from harness.campaign.gaps import BINS, bin_of
from harness.campaign.invalid_cards import without_valid_card
from harness.campaign.scenario import Bursts, Hold, Mix, Pairs, Seconds, Solo, Steered, Succession
from harness.campaign.strata import strata_of
from harness.errors import ConfigError, UsageError
from harness.journal.plan_file import read_phase
from harness.population import make_population
from harness.population.issuable import refusal
from harness.records.certificates import Certificate
from harness.records.manifest import CardStanding
from harness.records.plan import BatchKind, Relation, Slot, Withhold
from harness.records.target import Client, Node, Target
from tests.campaign.planning import DAY, TARGET, compiled, phase, scenario


@pytest.fixture(scope="module")
def people():
    return make_population(3, 60)


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_that_comes_with_honnin_plans_for_60_residents(people, name):
    loaded = load_scenario(find_scenario(name))
    header, batches = compile_plan(loaded, people, TARGET, 1, lambda key: key, DAY)
    assert loaded.name == name
    assert header.applications == sum(len(b.applications) for b in batches) > 0
    names = [a.application for b in batches for a in b.applications]
    assert len(names) == len(set(names))


def test_the_same_seed_gives_the_same_plan_and_another_seed_another(people):
    one, same, other = (compiled(people, phase(Pairs, pairs=20), seed=s) for s in (1, 1, 2))
    assert one == same
    assert one[1] != other[1]


def test_everything_alone_may_be_played_without_those_who_are_refused_and_they_without_it(people):
    purposes = [
        {b.purpose.partition(":")[0] + b.purpose.partition(":")[1] for b in compiled(people, phase(Solo, **parts))[1]}
        for parts in ({}, {"turned_away": False}, {"served": False})
    ]
    assert purposes == [{"solo", "solo:"}, {"solo"}, {"solo:"}]


def test_go_live_brings_people_together_right_behind_everything_alone(people):
    _, batches = compile_plan(load_scenario(find_scenario("go-live")), people, TARGET, 1, lambda key: key, DAY)
    first = next(place for place, batch in enumerate(batches) if batch.kind is BatchKind.BURST)
    alone = [(a.certificate, a.node) for batch in itertools.islice(batches, first) for a in batch.applications]
    assert sorted(alone) == sorted(itertools.product(Certificate, ("n1", "n2")))


def test_people_in_one_burst_are_all_different_and_may_be_issued_what_they_ask(people):
    _, batches = compiled(people, phase(Bursts, sizes=(8, 16, 32)))
    for batch in batches:
        residents = [a.resident for a in batch.applications]
        assert len(residents) == len(set(residents))
        assert all(not refusal(people.residents[a.resident], a.certificate, DAY) for a in batch.applications)


def test_a_burst_larger_than_the_population_plays_everyone_it_has(people):
    _, (batch,) = compiled(people, phase(Bursts, sizes=(500,)))
    assert 30 < len(batch.applications) <= 60


def test_gaps_reach_from_below_a_millisecond_to_two_seconds_and_meet_the_atoms(people):
    _, batches = compiled(people, phase(Pairs, pairs=300, atoms_ms=(0.0, 1000.0)))
    gaps = [b.applications[1].gap_ms - b.applications[0].gap_ms for b in batches]
    apart = [abs(g) for g in gaps]
    assert min(g for g in apart if g) < 1.0 < 1500.0 < max(apart)
    assert 10 < sum(1 for g in apart if 970 <= g <= 1030) < 80
    assert 0.3 < sum(1 for g in apart if g < 200) / len(gaps) < 0.8
    assert 0.1 < sum(1 for g in gaps if g < 0) / len(gaps) < 0.4  # the other way round


def test_known_time_limits_of_the_target_are_tried_as_gaps_from_both_sides(people):
    limited = replace(TARGET, time_limits_s=(3.0,))
    _, batches = compiled(people, phase(Pairs, pairs=300), target=limited)
    apart = [abs(b.applications[1].gap_ms - b.applications[0].gap_ms) for b in batches]
    for limit in (3000.0, 6000.0):
        near = [g for g in apart if limit * 0.96 < g < limit * 1.04]
        assert any(g < limit for g in near)
        assert any(g > limit for g in near)


def values_of(batch):
    """What one covered pair has of each factor, read off the batch itself."""
    one, other = batch.applications[:2]
    gap = other.gap_ms - one.gap_ms
    return {
        "first": one.certificate,
        "second": other.certificate,
        "relation": batch.relation,
        "store": "same" if one.store == other.store else "other",
        "node": "same" if one.node == other.node else "cross",
        "gap": bin_of(gap),
        "load": "loaded" if batch.fillers else "idle",
        "event": batch.purpose.partition("covering")[2].lstrip("-") or "none",
    }


def test_every_possible_pair_of_values_is_met_and_the_count_is_that_of_the_rows_as_planned(people):
    header, batches = compiled(people, phase(Pairs, strength=2))
    (covering,) = header.covering
    assert (covering.strength, covering.rows) == (2, len(batches))
    rows = [values_of(b) for b in batches]
    nodes = {(r["node"], r["gap"]) for r in rows}
    assert len(nodes) == 2 * len(BINS)
    assert {(r["relation"], r["event"]) for r in rows} == {
        (relation, event) for relation in Relation for event in ("none", "cancel", "disconnect", "update")
    }
    three = covering.ways[2]
    assert three.covered < three.possible  # two-way rows do not cover three factors, and the plan does not say so


def test_pairs_stand_to_each_other_as_planned(people):
    _, batches = compiled(people, phase(Pairs, strength=2))
    for batch in batches:
        one, other = (people.residents[a.resident] for a in batch.applications[:2])
        match batch.relation:
            case Relation.HOUSEHOLD:
                assert one.household == other.household
            case Relation.SELF:
                assert one == other
            case Relation.SAME_BIRTHDAY:
                assert one.born_on == other.born_on or one.name == other.name
            case Relation.LOOKALIKES:
                assert (one.lookalike_of or one.key) == (other.lookalike_of or other.key)
            case Relation.STRANGERS:
                assert one.household != other.household
        assert batch.relation is Relation.SELF or one != other


def test_relations_for_which_there_is_nobody_are_told(people):
    alone = {k: r for k, r in people.residents.items() if r.lookalike_of is None}
    from dataclasses import replace as replaced

    header, _ = compiled(replaced(people, residents=alone), phase(Pairs, strength=2))
    assert Relation.LOOKALIKES in header.left_out.relations


def test_pairs_meet_on_one_node_and_on_two_and_nodes_stay_equal_in_rank(people):
    """Whatever came before the pairs, and in whatever order: half of those on two nodes are the n-th of either."""
    many = phase(Succession, certificates_each=1), phase(Pairs, pairs=90, strength=2, fillers=2)
    batches = list(compiled(people, *many)[1])
    placed = [tuple(a.node for a in b.main) for b in batches if b.purpose == "pair:sweep"]
    assert sum(1 for a, b in placed if a == b) == 30
    counts, equal, across = Counter(), 0, 0
    for batch in batches:
        before = counts.copy()
        counts.update(a.node for a in batch.applications)
        if batch.purpose.startswith("pair") and not batch.fillers and batch.main[0].node != batch.main[1].node:
            across += 1
            equal += before["n1"] == before["n2"]
    assert equal > across * 0.4
    told = {s.name: s.count for s in strata_of(batches) if s.group == "pairs"}
    assert equal <= told["equal_rank"] <= told["cross_node"]


def test_a_succession_is_three_people_on_one_kiosk_and_one_node_with_an_event_in_the_middle(people):
    _, batches = compiled(people, phase(Succession))
    assert {b.purpose.split("-at-")[0] for b in batches} == {
        f"sequence:after-{e}" for e in ("success", "refusal", "cancel", "walk_away", "disconnect")
    }
    for batch in batches:
        assert batch.kind is BatchKind.SEQUENCE
        assert len({a.kiosk for a in batch.applications}) == 1
        assert len({a.node for a in batch.applications}) == 1
        assert len({a.resident for a in batch.applications}) == 3
    refused = [b.applications[1] for b in batches if b.purpose.endswith("refusal")]
    assert all(refusal(people.residents[a.resident], a.certificate, DAY) for a in refused)


def test_while_overload_is_held_nobody_stands_at_two_kiosks(people):
    _, (batch,) = compiled(people, phase(Hold, kiosks=30, per_kiosk=5))
    at = {}
    for a in batch.applications:
        at.setdefault(a.resident, set()).add(a.kiosk)
    assert all(len(kiosks) == 1 for kiosks in at.values())
    assert len({a.kiosk for a in batch.applications}) == 30


def test_only_people_of_the_pool_appear_so_that_only_their_cards_need_keys(people):
    loaded = load_scenario(find_scenario("go-live"))
    pool = pool_of(loaded, people, TARGET, 1, DAY)
    _, batches = compile_plan(loaded, people, TARGET, 1, dict.fromkeys(pool, "x").__getitem__, DAY)
    assert {a.resident for b in batches for a in b.applications} <= set(pool)


def test_a_target_without_nodes_is_planned_without_placement(people):
    _, batches = compiled(people, phase(Pairs, pairs=3), target=Target(name="t", url="http://127.0.0.1:1"))
    assert {a.node for b in batches for a in b.applications} == {None}


def test_nodes_that_share_one_address_are_not_said_to_be_chosen(people):
    behind_one = replace(TARGET, route_header="")
    header, batches = compiled(people, phase(Pairs, pairs=3), target=behind_one)
    assert header.nodes == ()
    assert {a.node for b in batches for a in b.applications} == {None}
    assert replace(behind_one, nodes=(Node(id="n1"),)).addressed == ("n1",)


def test_a_plan_file_comes_back_as_written_and_a_broken_one_names_the_line(people, tmp_path):
    header, batches = compiled(people, phase(Pairs, pairs=3))
    write_plan(tmp_path / "plan.jsonl", header, batches)
    again, lines = read_plan(tmp_path / "plan.jsonl")
    assert (again, list(lines)) == (header, batches)
    with (tmp_path / "plan.jsonl").open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(ConfigError, match="line 5"):
        list(read_plan(tmp_path / "plan.jsonl")[1])


def test_a_long_mix_is_planned_by_batches_that_begin_where_the_one_before_ends(people):
    short, long = (compiled(people, phase(Mix, per_second=50.0, seconds=s))[1] for s in (10.0, 110.0))
    assert (len(short), len(long)) == (1, 2)
    assert len(long[0].applications) == 5_000
    assert [a.start_ms for a in long[1].applications] == sorted(a.start_ms for a in long[1].applications)
    assert sum(b.applications[-1].start_ms for b in long) == pytest.approx(110_000, abs=1_000)


def test_a_phase_is_read_without_the_others_and_as_often_as_wanted(people, tmp_path):
    mix = Mix(phase="P7", title_ja="", title_en="", per_second=5.0, seconds=2.0)
    header, batches = compiled(people, phase(Pairs, pairs=3), mix)
    write_plan(tmp_path / "plan.jsonl", header, batches)
    described, own = read_phase(tmp_path / "plan.jsonl", "P7")
    assert described.phase == "P7"
    assert list(own) == list(own) == [b for b in batches if b.phase == "P7"]
    with pytest.raises(ConfigError, match="no phase P8; this plan has P1, P7"):
        read_phase(tmp_path / "plan.jsonl", "P8")


def test_an_unknown_scenario_lists_those_there_are():
    with pytest.raises(UsageError, match=r"go-live.*incidents/kawasaki"):
        find_scenario("go-dead")


def test_a_certificate_nobody_may_be_issued_is_told(people):
    from dataclasses import replace as replaced

    unsealed = {k: replace(r, seal=None) for k, r in itertools.islice(people.residents.items(), 30)}
    with pytest.raises(UsageError, match="inkan"):
        compiled(replaced(people, residents=unsealed), phase(Pairs, pairs=1), certificates=(Certificate.INKAN,))


def test_pairs_that_are_in_flight_together_share_neither_kiosk_nor_person(people):
    _, batches = compiled(people, phase(Pairs, strength=2, pairs=60, parallel=6), kiosks=40)
    casts = [{a.kiosk for a in b.applications} | {a.resident for a in b.applications} for b in batches]
    shared = [any(cast & later for later in casts[n + 1 : n + 6]) for n, cast in enumerate(casts)]
    assert sum(shared) < 0.15 * len(shared)  # of 60 people some are all there is of their kind
    assert len({frozenset(a.kiosk for a in b.main) for b in batches}) > 60


def test_of_steered_pairs_a_share_stays_as_drawn_whatever_is_seen(people):
    header, batches = compiled(people, phase(Steered, pairs=50, drawn_share=0.3))
    assert header.phases[0].decides
    assert sum(1 for b in batches if b.slot is Slot.GAP) == 35
    longest = max(len(run) for run in "".join("s" if b.slot else "." for b in batches).split("."))
    assert longest <= 3  # spread evenly, not at the end


def test_pairs_are_set_within_a_second_and_across_its_end_at_equal_gaps(people):
    _, batches = compiled(people, phase(Seconds, pairs=12, gaps_ms=(30.0, 400.0)))
    seen = set()
    for batch in batches:
        gap = batch.span_ms
        end = batch.phase_ms + gap
        assert len(batch.applications) > 2  # load ahead of them, that leaves first
        assert max(a.gap_ms for a in batch.applications[2:]) < min(a.gap_ms for a in batch.main)
        within = batch.purpose.endswith("within")
        assert end <= 850.5 if within else batch.phase_ms < 1000.0 < end
        seen.add((gap, within))
    assert seen == {(g, w) for g in (30.0, 400.0) for w in (True, False)}


def test_long_documents_are_asked_for_together_by_those_who_have_them(people):
    _, (batch,) = compiled(people, phase(Bursts, sizes=(6,), long_documents=1.0), certificates=(Certificate.KOSEKI,))
    sizes = [
        sum(r.koseki == people.residents[a.resident].koseki for r in people.residents.values())
        for a in batch.applications
    ]
    assert min(sizes) >= 4
    assert all(a.options.scope == "all" for a in batch.applications)


def test_a_phase_may_say_what_is_held_back_of_its_requests(people):
    _, (plain, _) = compiled(people, phase(Bursts, sizes=(4, 4)))
    _, (body, _) = compiled(people, phase(Bursts, sizes=(4, 4), withhold=Withhold.BODY))
    assert (plain.withhold, body.withhold) == (None, Withhold.BODY)


def test_spare_bursts_are_of_the_largest_size_and_come_last(people):
    _, batches = compiled(people, phase(Bursts, sizes=(4, 8, 2), spares=2))
    played = [(len(b.applications), b.spare) for b in batches]
    assert played == [(4, False), (8, False), (2, False), (8, True), (8, True)]


def test_in_aborting_bursts_some_give_up_and_most_do_not(people):
    _, batches = compiled(people, phase(Bursts, sizes=(8, 8), aborting=0.5))
    assert [sum(a.abort is not None for a in b.applications) for b in batches] == [0, 2]


def test_after_trouble_the_same_person_asks_again_for_the_very_same(people):
    _, batches = compiled(people, phase(Succession, events=("retry",)))
    for batch in batches:
        first, middle, again, last = batch.applications
        assert middle.abort
        assert (again.resident, again.options, again.certificate) == (
            middle.resident,
            middle.options,
            middle.certificate,
        )
        assert len({first.resident, middle.resident, last.resident}) == 3


def test_idling_beyond_the_time_limit_needs_one_to_be_declared(people):
    header, batches = compiled(people, phase(Succession, events=("success", "time_out")))
    assert header.left_out.events == ("time_out",)
    limited = replace(TARGET, time_limits_s=(2.0,))
    _, batches = compiled(people, phase(Succession, events=("time_out",)), target=limited)
    assert {b.applications[1].abort.step for b in batches} == {"authenticate", "take_card", "apply", "pay", "collect"}
    assert all(b.applications[1].abort.after_ms == 2200.0 for b in batches)


def test_later_rounds_of_a_held_load_are_phases_of_their_own_to_be_decided_on(people):
    header, batches = compiled(people, phase(Hold, kiosks=10, per_kiosk=2, rounds=3, ramp=(2, 4)))
    assert [(p.phase, p.decides) for p in header.phases] == [("P1", False), ("P1-2", True), ("P1-3", True)]
    assert [b.purpose for b in batches] == ["ramp:2", "ramp:4", "hold:10", "hold:10", "hold:10"]


def test_arrivals_follow_the_profile_of_the_day(people):
    _, (batch,) = compiled(people, phase(Mix, per_second=20.0, seconds=60.0, profile=(4.0, 1.0, 1.0)))
    first = sum(1 for a in batch.applications if a.start_ms < 20_000)
    assert 0.5 < first / len(batch.applications) < 0.85
    assert 900 < len(batch.applications) < 1500


def test_arrivals_take_kiosks_in_turn_lest_they_be_late_for_want_of_a_free_one(people):
    header, (batch,) = compiled(people, phase(Mix, per_second=20.0, seconds=10.0))
    kiosks = [a.kiosk for a in batch.applications]
    anywhere = (kiosks[n : n + len(header.kiosks)] for n in range(len(kiosks)))
    assert all(len(set(few)) == len(few) for few in anywhere)


STATES = ("revoked", "expired", "superseded", "locked")


def standings(people):
    """Everybody has a valid card but four: three have none that is any good, one an old one beside it."""
    keys = sorted(people.residents)
    spoilt = dict(zip(STATES, keys[-4:], strict=True))
    valid = [CardStanding(serial=f"1{k}", resident=k) for k in keys if k not in spoilt.values()]
    bad = [CardStanding(serial=f"9{k}", resident=k, state=state) for state, k in spoilt.items()]
    renewed = CardStanding(serial=f"1{spoilt['superseded']}", resident=spoilt["superseded"])
    return spoilt, [*valid, *bad, renewed]


def test_everybody_whose_card_is_no_good_is_tried_alone_with_it_and_plays_no_other_part(people):
    spoilt, cards = standings(people)
    away = without_valid_card(cards)
    assert away == {spoilt[s] for s in STATES if s != "superseded"}
    campaign = scenario(phase(Solo), phase(Bursts, sizes=(8, 16, 32)))
    valid = {c.resident: c.serial for c in cards if c.state == "valid"}
    _, batches = compile_plan(campaign, people, TARGET, 1, valid.__getitem__, DAY, away, None, cards)
    tried = {b.purpose: b.applications[0] for b in batches if b.purpose.startswith("solo:card-")}
    able = [s for s in STATES if any(not refusal(people.residents[spoilt[s]], c, DAY) for c in Certificate)]
    assert set(tried) == {f"solo:card-{s}" for s in able}
    for state in able:
        one = tried[f"solo:card-{state}"]
        assert (one.resident, one.card) == (spoilt[state], f"9{spoilt[state]}")
        assert not refusal(people.residents[one.resident], one.certificate, DAY)
    others = [a for b in batches if not b.purpose.startswith("solo:card-") for a in b.applications]
    assert all(a.card == valid[a.resident] for a in others)


def test_in_bursts_of_people_alike_all_ask_for_the_same_at_one_node(people):
    kinds = (Certificate.JUMINHYO, Certificate.TAX, Certificate.INKAN)
    _, batches = compiled(people, phase(Bursts, sizes=(6,), alike=True), certificates=kinds)
    assert tuple(b.applications[0].certificate for b in batches) == kinds
    for batch in batches:
        assert len({(a.certificate, a.node) for a in batch.applications}) == 1
    assert {b.applications[0].node for b in batches} == {"n1", "n2"}


def test_groups_may_have_rests_between_them(people):
    header, _ = compiled(people, phase(Bursts, sizes=(4,), rounds=2, per_minute=6.0))
    assert [p.per_minute for p in header.phases] == [6.0]


def test_in_bursts_with_refusals_every_other_may_not_be_issued_what_they_ask_and_the_rest_follow(people):
    _, (batch,) = compiled(people, phase(Bursts, sizes=(16,), refused=1.0))
    reasons = [refusal(people.residents[a.resident], a.certificate, DAY) for a in batch.applications]
    assert [bool(reason) for reason in reasons] == [place % 2 == 1 for place in range(16)]
    assert all(a.gap_ms == (0.0 if reason else 30.0) for a, reason in zip(batch.applications, reasons, strict=True))
    assert len({a.resident for a in batch.applications}) == len({a.kiosk for a in batch.applications}) == 16
    assert len(set(filter(None, reasons))) > 1


def test_for_the_centre_rows_and_pairs_have_their_place_on_its_connections(people):
    centre = replace(TARGET, client=Client.CENTRE, connections=3)
    _, rows = compiled(people, phase(Succession), target=centre)
    assert all(len({a.lane for a in b.applications}) == 1 for b in rows)
    assert {b.applications[0].lane for b in rows} == {0, 1, 2}
    _, pairs = compiled(people, phase(Pairs, strength=2), target=centre)
    behind = [b.main[0].lane == b.main[1].lane for b in pairs]
    assert behind == [b.main[0].store == b.main[1].store for b in pairs]
    assert any(behind)
    assert not all(behind)


def test_after_a_refusal_there_is_a_row_for_every_reason_that_anybody_can_be_refused_for(people):
    _, batches = compiled(people, phase(Succession, events=("refusal",)))
    tried = {refusal(people.residents[b.applications[1].resident], b.applications[1].certificate, DAY) for b in batches}
    there = {refusal(r, c, DAY) for r in people.residents.values() for c in Certificate} - {""}
    assert tried == there
