"""What the scoreboard plays is what the reference issuer has."""

import itertools
from datetime import date

import pytest

from harness.campaign import compile_plan, find_scenario, load_scenario
from harness.cli import main
from harness.cli.demo import RESIDENTS
from harness.errors import UsageError
from harness.population import make_population
from harness.records.certificates import Certificate, Scope
from harness.records.plan import BatchKind
from harness.records.target import Node, Target
from harness.score.zoo import CLEAN, Kind, chosen, subjects
from mock_issuer.controls.catalogue import CONTROLS
from mock_issuer.defects.catalogue import CATALOGUE, parse_switch

DAY = date(2026, 11, 22)


def test_every_defect_and_control_of_the_issuer_is_played_and_nothing_else():
    played = {
        kind: {parse_switch(s.name).defect for s in subjects() if s.kind is kind and s.name != CLEAN} for kind in Kind
    }
    assert played == {Kind.DEFECT: set(CATALOGUE), Kind.CONTROL: set(CONTROLS), Kind.EXTERNAL: set()}


def test_every_defect_says_what_it_shows_and_incidents_are_scenarios_there_are():
    from harness.campaign import scenario_names

    assert all(s.shows for s in subjects() if s.kind is Kind.DEFECT)
    incidents = {n for n in scenario_names() if n.startswith("incidents/")}
    assert {s.own for s in subjects() if s.own} == {*incidents, "faults"}
    assert all(s.beyond_ja and s.beyond_en for s in subjects() if s.killed)


def test_the_clocks_of_two_nodes_differ_and_nodes_restart_while_the_centre_asks_again():
    controls = {s.name: s.serve for s in subjects() if s.kind is Kind.CONTROL}
    assert controls["clock-skew@n2"] == ("--control", "clock-skew@n2")  # at every node it would be no difference
    assert controls["restarts"] == ("--control", "restarts", "--control", "idempotent-retry")


@pytest.fixture(scope="module")
def go_live():
    """The plan that the scoreboard plays, and its people."""
    people = make_population(1, RESIDENTS)
    target = Target(
        name="t", url="http://127.0.0.1:1", nodes=(Node(id="n1"), Node(id="n2")), route_header="X", updates=True
    )
    _, batches = compile_plan(load_scenario(find_scenario("go-live")), people, target, 1, lambda key: key, DAY)
    return people.residents, batches


def together(batches):
    """Every two applications that are released together."""
    crowds = (b.applications for b in batches if b.kind is BatchKind.BURST)
    return [two for crowd in crowds for two in itertools.combinations(crowd, 2)]


def test_two_people_of_one_name_and_birthday_are_served_together_in_every_score(go_live):
    people, batches = go_live
    same = [(a, b) for a, b in together(batches) if a.resident != b.resident and same_on_paper(people, a, b)]
    assert same


def same_on_paper(people, one, other):
    first, second = people[one.resident], people[other.resident]
    return (first.name, first.born_on) == (second.name, second.born_on) and first.name


def test_household_copies_that_list_each_other_are_issued_together_in_every_score(go_live):
    people, batches = go_live
    copies = [
        (a, b)
        for a, b in together(batches)
        if {a.certificate, b.certificate} <= {Certificate.JUMINHYO, Certificate.KISAIJIKO}
        and a.options.scope is b.options.scope is Scope.ALL
    ]
    assert any(
        people[a.resident].household == people[b.resident].household and a.resident != b.resident for a, b in copies
    )


def test_one_person_stands_at_two_kiosks_at_once_in_every_score(go_live):
    _, batches = go_live
    assert any(a.resident == b.resident and a.kiosk != b.kiosk for a, b in together(batches))


def test_an_address_changes_while_its_resident_is_served_in_every_score(go_live):
    _, batches = go_live
    moves = [(u.resident, b) for b in batches if b.kind is BatchKind.BURST for u in b.updates if u.field == "address"]
    assert any(who in {a.resident for a in batch.applications} for who, batch in moves)


def test_a_defect_may_be_named_without_its_node_and_is_played_once():
    assert [s.name for s in chosen(("D25", "D25@n2", "clean"))] == ["D25@n2", CLEAN]


@pytest.mark.parametrize(("names", "subset", "told"), [(("D99",), "", "D99"), ((), "big", "small")])
def test_unknown_names_are_told_with_what_there_is(names, subset, told):
    with pytest.raises(UsageError, match=told):
        chosen(names, subset)


def test_an_external_issuer_needs_a_name_for_its_row(tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["score", "--out", str(tmp_path / "s"), "--target", str(tmp_path / "t.toml"), "--lang", "en"])
    assert exit_.value.code == 64
    assert "--label" in capsys.readouterr().err
