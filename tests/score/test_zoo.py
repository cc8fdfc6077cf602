"""What the scoreboard plays is what the reference issuer has."""

import pytest

from harness.cli import main
from harness.errors import UsageError
from harness.score.zoo import CLEAN, Kind, chosen, subjects
from mock_issuer.controls.catalogue import CONTROLS
from mock_issuer.defects.catalogue import CATALOGUE, parse_switch


def test_every_defect_and_control_of_the_issuer_is_played_and_nothing_else():
    played = {
        kind: {parse_switch(s.name).defect for s in subjects() if s.kind is kind and s.name != CLEAN} for kind in Kind
    }
    assert played == {Kind.DEFECT: set(CATALOGUE), Kind.CONTROL: set(CONTROLS), Kind.EXTERNAL: set()}


def test_every_defect_says_what_it_shows_and_incidents_are_scenarios_there_are():
    from harness.campaign import scenario_names

    assert all(s.shows for s in subjects() if s.kind is Kind.DEFECT)
    assert {s.incident for s in subjects() if s.incident} == {n for n in scenario_names() if n.startswith("incidents/")}


def test_a_defect_may_be_named_without_its_node_and_is_played_once():
    assert [s.name for s in chosen(("D25", "D25@n2", "clean"))] == ["D25@n2", CLEAN]


@pytest.mark.parametrize(("names", "subset", "told"), [(("D99",), "", "D99"), ((), "big", "ci")])
def test_unknown_names_are_told_with_what_there_is(names, subset, told):
    with pytest.raises(UsageError, match=told):
        chosen(names, subset)


def test_an_external_issuer_needs_a_name_for_its_row(tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["score", "--out", str(tmp_path / "s"), "--target", str(tmp_path / "t.toml"), "--lang", "en"])
    assert exit_.value.code == 64
    assert "--label" in capsys.readouterr().err
