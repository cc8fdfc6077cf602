"""The standard procedure is one file for good; a run conforms to a level or says in plain words why it does not."""

import hashlib
import tomllib

import pytest
from msgspec.structs import replace

from harness.assurance.load import told_load
from harness.assurance.procedure import PUBLISHED, Carried, asked_level, compare
from harness.campaign.scenario import find_scenario, load_scenario, procedure_file, scenario_names
from harness.config import load_toml
from harness.records.assure import Assure
from harness.records.certificates import Certificate
from harness.records.findings import Property
from harness.records.generator import Lateness
from harness.records.procedure import Procedure
from harness.records.target import LoadBasis, Node, Target
from harness.records.verdict import ControlCount, Exposure, LimitCrossed, NodeBuild, Outcome, People, ScopeEntry

KINDS = frozenset({"solo", "succession", "pairs", "bursts", "steered", "seconds", "hold", "updates", "probes", "mix"})
ISSUED = (Certificate.JUMINHYO, Certificate.INKAN)
BASIS = LoadBasis(peak_per_hour=600.0, source="令和7年3月の実績", population=50_000)


@pytest.fixture(scope="module")
def procedure():
    return load_toml(procedure_file(), Procedure)


def much(procedure):
    """A run that did as much as any level asks for."""
    counts = {name: 100_000 for name in procedure.words if name != "limits_crossed"}
    return Carried(
        outcome=Outcome.PASS,
        kind="run",
        acceptance=True,
        assure=Assure(),
        phases=KINDS,
        exposure=Exposure(**counts, limits=(LimitCrossed(limit_ms=1.0, source="declared", crossed=900),)),
        people=People(residents=400, bursts=5000, groups=5000),
        scope=tuple(ScopeEntry(property=p, in_scope=True, exercised=True, exercised_count=1) for p in Property),
        controls=tuple(
            ControlCount(certificate=c, kind=k, injected=3, found=3)
            for c in ISSUED
            for k in ("document", "page", "item")
        ),
        nodes=(NodeBuild(node="n1", build="1.0", source="measured", applications=10),),
        served=frozenset(ISSUED),
        target=Target(name="t", url="http://127.0.0.1", nodes=(Node(id="n1"),), certificates=ISSUED, load=BASIS),
        baseline=True,
    )


def codes(conformance, level):
    return {d.code for one in conformance.levels if one.level == level for d in one.deviations}


def test_the_file_that_comes_with_honnin_is_the_published_one_and_no_scenario():
    digest = hashlib.sha256(procedure_file().read_bytes()).hexdigest()
    assert PUBLISHED[digest] == 1
    assert not any("procedure" in name for name in scenario_names())


def test_every_level_asks_for_all_that_the_one_below_asks_for(procedure):
    for lower, higher in zip(procedure.level, procedure.level[1:], strict=False):
        assert set(lower.phases) <= set(higher.phases)
        assert set(lower.properties) <= set(higher.properties)
        assert set(lower.control) <= set(higher.control)
        assert lower.misdelivery_per_burst > higher.misdelivery_per_burst
        assert all(higher.least.get(name, 0) >= least for name, least in lower.least.items())
    assert [one.title_ja for one in procedure.level] == ["確認", "標準", "総合"]
    assert {name for one in procedure.level for name in one.least} == set(procedure.words)


def test_a_run_that_did_everything_conforms_to_the_highest_level(procedure):
    told = compare(procedure_file(), much(procedure))
    assert told.published
    assert not any(one.deviations for one in told.levels)
    assert told.ja == "標準試験手順 v1(総合)に適合"
    assert asked_level(told, "standard") is None


@pytest.mark.parametrize(
    ("code", "words", "change"),
    [
        ("no_acceptance", "受入試験", {"acceptance": False}),
        ("no_acceptance", "受入試験", {"kind": "baseline"}),
        ("inconclusive", "判定保留", {"outcome": Outcome.INCONCLUSIVE}),
        ("unsettled", "結果不明を 2 件", {"assure": Assure(max_unsettled=2)}),
        ("confidence", "80 %", {"assure": Assure(confidence=0.8)}),
        ("phases", "能力を超える滞留", {"phases": KINDS - {"hold"}}),
        ("baseline", "基準帳票", {"baseline": False}),
        ("bound", "299 回必要", {"people": People(residents=60, bursts=400, groups=200)}),
        ("certificates", "印鑑登録証明書", {"served": frozenset({Certificate.JUMINHYO})}),
        ("nodes", "n1", {"nodes": (NodeBuild(node="n2", build="1", source="measured", applications=1),)}),
        ("builds", "n1", {"nodes": (NodeBuild(node="n1", build="", source="unknown", applications=1),)}),
    ],
)
def test_every_deviation_is_told_in_plain_japanese_and_keeps_the_run_from_conforming(procedure, code, words, change):
    told = compare(procedure_file(), replace(much(procedure), **change))
    (standard,) = (one for one in told.levels if one.level == "standard")
    (deviation,) = (d for d in standard.deviations if d.code == code)
    assert deviation.ja.startswith("標準試験手順 v1(標準)との相違: ")
    assert words in deviation.ja
    assert "標準)に適合" not in told.ja
    assert "総合)に適合" not in told.ja


def test_behind_one_address_no_node_is_called_idle_and_declared_builds_are_known(procedure):
    behind = replace(much(procedure), nodes=(NodeBuild(node="n1", build="1.0", source="declared", applications=0),))
    told = compare(procedure_file(), behind)
    assert codes(told, "standard") == {"nodes"}
    (standard,) = (one for one in told.levels if one.level == "standard")
    assert "honnin attach-log" in standard.deviations[0].ja
    assert "処理していない" not in standard.deviations[0].ja


def test_of_what_is_no_acceptance_that_alone_is_told(procedure):
    little = replace(much(procedure), acceptance=False, phases=frozenset(), baseline=False, people=People())
    assert codes(compare(procedure_file(), little), "full") == {"no_acceptance"}


def test_each_least_amount_is_asked_for_by_its_name(procedure):
    full = much(procedure)
    for name in procedure.words:
        if name == "bursts":
            less = replace(full, people=replace(full.people, groups=0))
        elif name == "limits_crossed":
            less = replace(full, exposure=replace(full.exposure, limits=()))
        else:
            less = replace(full, exposure=replace(full.exposure, **{name: 0}))
        assert f"least_{name}" in codes(compare(procedure_file(), less), "full"), name


def test_a_swap_that_was_missed_or_never_made_deviates(procedure):
    full = much(procedure)
    missed = replace(full, controls=(replace(full.controls[0], found=2), *full.controls[1:]))
    assert "control_missed" in codes(compare(procedure_file(), missed), "quick")
    documents_only = tuple(c for c in full.controls if c.kind == "document")
    assert codes(compare(procedure_file(), replace(full, controls=documents_only)), "quick") == {"control"}


def test_what_is_not_exercised_or_out_of_scope_deviates(procedure):
    full = much(procedure)
    scope = tuple(replace(s, in_scope=s.property is not Property.FRESHNESS) for s in full.scope)
    told = compare(procedure_file(), replace(full, scope=scope))
    assert codes(told, "standard") == {"properties"}
    assert told.ja == "標準試験手順 v1(確認)に適合"
    assert asked_level(told, None).level == "standard"
    assert asked_level(told, "full").level == "full"
    assert asked_level(told, "quick") is None


def test_an_edited_copy_says_so_and_no_run_conforms_to_it(procedure, tmp_path):
    copy = tmp_path / "procedure.toml"
    copy.write_text(procedure_file().read_text(encoding="utf-8").replace("= 300\n", "= 3\n"), encoding="utf-8")
    told = compare(copy, much(procedure))
    assert not told.published
    assert told.digest != hashlib.sha256(procedure_file().read_bytes()).hexdigest()
    assert "どの水準にも適合しない" in told.ja
    assert all("公表されたものと異なる" in one.deviations[0].ja for one in told.levels)


@pytest.mark.parametrize(("name", "level"), [("go-live", "quick"), ("standard", "standard"), ("full", "full")])
def test_a_scenario_of_a_level_asks_for_its_bound_and_plays_its_phases(procedure, name, level):
    scenario = load_scenario(find_scenario(name))
    demands = next(one for one in procedure.level if one.level == level)
    assert scenario.assure.level == level
    assert scenario.assure.misdelivery_per_burst == demands.misdelivery_per_burst
    kinds = {phase["kind"] for phase in tomllib.loads(find_scenario(name).read_text(encoding="utf-8"))["phase"]}
    assert set(demands.phases) <= kinds


def test_the_load_is_told_against_the_declared_peak_or_as_having_no_basis():
    arrivals = Lateness(arrivals=120, achieved_per_s=2.0)
    told = told_load(BASIS, arrivals)
    assert "12.0 倍" in told.ja
    assert "令和7年3月の実績" in told.ja
    assert "1.0 分間" in told.ja
    assert told_load(None, arrivals).ja.startswith("負荷の根拠: 未記入")
    assert "倍" not in told_load(BASIS, Lateness()).ja
