"""The report of who could not be told apart, on hand-made residents and on made populations."""

import pytest

from harness.population import Population, distinguish, make_population
from harness.population.engraving import engrave
from harness.records.certificates import Certificate
from harness.records.resident import Koseki, KosekiMember, Resident, Seal


def resident(key, name, **known):
    return Resident(key=key, municipality="見本市", name=name, **known)


def population(*residents, koseki=()):
    return Population(
        residents={r.key: r for r in residents},
        koseki={family.key: family for family in koseki},
        municipality="見本市",
    )


def test_made_populations_are_clear(small, town):
    for people in (small, town):
        report = distinguish(people)
        assert report.clear
        assert report.inseparable == ()
        assert report.alike_seals == ()
        assert report.residents == len(people.residents)


def test_every_deliberate_lookalike_is_listed_with_what_parts_it(small):
    report = distinguish(small)
    assert {pair.resident for pair in report.lookalikes} == {r.key for r in small.residents.values() if r.lookalike_of}
    for pair in report.lookalikes:
        assert pair.differs


def test_two_people_of_whom_nothing_but_the_name_is_known_cannot_be_told_apart():
    report = distinguish(population(resident("1", "見本 花子"), resident("2", "見本 花子"), resident("3", "見本 月子")))
    assert not report.clear
    assert {(p.one, p.other) for p in report.inseparable} == {("1", "2")}
    assert {p.certificate for p in report.inseparable} == {Certificate.JUMINHYO, Certificate.TAX}
    assert "address" in report.inseparable[0].unknown


def test_one_known_item_that_differs_is_enough_for_the_certificates_that_print_it():
    one = resident("1", "見本 花子", born_on="1990-01-01", kana="ミホン ハナコ")
    other = resident("2", "見本 花子", born_on="1990-01-01", kana="ミモト ハナコ")
    assert {p.certificate for p in distinguish(population(one, other)).inseparable} == {Certificate.TAX}
    moved = resident("2", "見本 花子", born_on="1990-01-02")
    assert distinguish(population(one, moved)).clear


def test_known_to_be_empty_differs_from_a_value_but_unknown_does_not():
    one = resident("1", "見本 花子", former_name="")
    other = resident("2", "見本 花子", former_name="試験")
    unknown = resident("2", "見本 花子")
    assert {p.certificate for p in distinguish(population(one, other)).inseparable} == {Certificate.TAX}
    assert len(distinguish(population(one, unknown)).inseparable) == 2


def test_spaces_part_nobody():
    one, other = resident("1", "見本 花子"), resident("2", "見本花　子")
    assert distinguish(population(one, other)).inseparable


def test_a_variation_selector_alone_parts_weakly():
    report = distinguish(population(resident("1", "葛城 花子"), resident("2", "葛\U000e0100城 花子")))
    assert not report.clear
    assert all(pair.weakly for pair in report.inseparable)


def test_variant_kanji_part_fully():
    assert distinguish(population(resident("1", "高橋 一"), resident("2", "髙橋 一"))).clear


def test_a_name_inside_another_is_told_and_does_no_harm(small):
    report = distinguish(population(resident("1", "村上 博"), resident("2", "村上 博美")))
    assert report.clear
    assert [(c.resident, c.owner, c.kind, c.text) for c in report.contained] == [("2", "1", "name", "村上博")]
    assert distinguish(small).contained


def test_the_longest_item_wins_over_those_inside_it():
    people = population(resident("1", "村上 博"), resident("2", "村上 博美"), resident("3", "東村上 博美子"))
    found = {(c.resident, c.text) for c in distinguish(people).contained}
    assert found == {("2", "村上博"), ("3", "村上博美")}


def test_a_spouse_in_the_parents_koseki_is_told_as_a_mention():
    member = KosekiMember(
        resident="1", given_name="一", born_on="1990-01-01", father="見本 父", mother="見本 母", relation="長男",
        events=("婚姻 【婚姻日】令和2年2月2日 【配偶者氏名】見本 花子",),
    )  # fmt: skip
    family = Koseki(key="K1", honseki="見本市一丁目1番地", hittousha="見本 父", members=(member,))
    report = distinguish(population(resident("1", "見本 一", koseki="K1"), resident("2", "見本 花子"), koseki=[family]))
    assert [(m.koseki, m.owner, m.text) for m in report.mentions] == [("K1", "2", "見本花子")]


def test_equal_seals_are_told():
    (picture,) = engrave([("1", "見本")], "s", lambda *_: None)
    seal = Seal(number="1", registered_on="2020-01-01", diameter_mm=18.0, png_base64=picture)
    report = distinguish(population(resident("1", "見本 一", seal=seal), resident("2", "試験 二", seal=seal)))
    assert not report.clear
    assert [(s.one, s.other, s.correlation) for s in report.alike_seals] == [("1", "2", 1.0)]


def test_a_seal_whose_picture_is_unknown_parts_nobody():
    seal = Seal(number="1", registered_on="", diameter_mm=0.0, png_base64="")
    people = population(resident("1", "見本 一", seal=seal), resident("2", "見本 一", seal=seal))
    assert Certificate.INKAN in {pair.certificate for pair in distinguish(people).inseparable}


def test_shared_items_of_one_household_are_not_counted_as_shared():
    address = "見本市見本町一丁目1番1号"
    together = [resident(str(n), f"見本 {n}郎", address=address, household="H1") for n in range(3)]
    apart = resident("9", "試験 九郎", address=address, household="H2")
    assert distinguish(population(*together)).shared["address"] == 0
    assert distinguish(population(*together, apart)).shared["address"] == 1


def test_the_report_is_deterministic(small):
    assert distinguish(small) == distinguish(make_population(1, 60))


def test_nobody_to_compare_is_no_problem():
    assert distinguish(population(resident("1", "見本 一"))).clear


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_thousand_residents_can_all_be_told_apart():
    report = distinguish(make_population(2, 10_000))
    assert report.clear
    assert report.unchecked_pairs == 0
