"""Family registers agree with the households and the residents' own items."""

from datetime import date
from itertools import pairwise

from harness.records.resident import Residency


def entry_of(population, resident):
    """Return a resident's entry in the own koseki."""
    entries = [m for m in population.koseki[resident.koseki].members if m.resident == resident.key]
    assert len(entries) == 1
    return entries[0]


def test_every_japanese_resident_stands_once_in_the_own_koseki(town):
    for resident in town.residents.values():
        if resident.koseki is None:
            assert resident.nationality
            continue
        entry = entry_of(town, resident)
        family = town.koseki[resident.koseki]
        assert resident.name.endswith(entry.given_name)
        assert entry.born_on == resident.born_on
        assert (family.honseki, family.hittousha) == (resident.honseki, resident.hittousha)
        assert entry.removed == (resident.residency is Residency.DECEASED)
        assert entry.father
        assert entry.mother


def test_the_fuhyo_ends_at_the_present_address(town):
    for resident in town.residents.values():
        if resident.koseki is not None:
            stays = entry_of(town, resident).addresses
            assert stays[-1] == (resident.address, resident.address_since)
            assert [since for _, since in stays] == sorted(since for _, since in stays)
            assert resident.previous_address == "" or resident.previous_address in [place for place, _ in stays]


def test_a_koseki_begins_with_its_head(town):
    for family in town.koseki.values():
        assert family.hittousha.endswith(family.members[0].given_name)
        assert family.members[0].events[0].startswith("出生 ")


def test_children_are_entered_with_their_parents_and_a_rank(town):
    children = [r for r in town.residents.values() if r.relation == "子" and "under_15" in r.traits]
    assert children
    for child in children:
        entry = entry_of(town, child)
        parents = {m.name for m in town.household(child.key)}
        assert {entry.father, entry.mother} <= parents
        assert entry.relation[0] in "長二三四五"
        assert entry.relation[1] == child.sex


def test_a_married_child_is_struck_off_the_parents_koseki(town):
    twice = [
        (family, member)
        for family in town.koseki.values()
        for member in family.members
        if member.resident and town.residents[member.resident].koseki != family.key
    ]
    assert twice
    for family, member in twice:
        assert member.removed
        assert town.residents[member.resident].honseki in member.events[-1]
        assert town.residents[member.resident].honseki != family.honseki


def test_events_are_in_the_order_of_their_days_and_nobody_marries_as_a_child(town):
    for family in town.koseki.values():
        for member in family.members:
            days = [day_of(event) for event in member.events]
            assert days[0] == date.fromisoformat(member.born_on)
            assert days == sorted(days), (family.key, member.events)
            assert days[-1] <= date(2026, 4, 1)
            weddings = [day for event, day in zip(member.events, days, strict=True) if event.startswith("婚姻")]
            assert all((day - days[0]).days >= 18 * 365 for day in weddings)


def test_the_dead_have_their_death_entered(town, with_trait):
    for resident in with_trait(town, "deceased"):
        assert entry_of(town, resident).events[-1].startswith("死亡 ")
        assert resident.left_on
        assert resident.remarks.endswith("死亡")


def test_some_koseki_need_three_pages(small, with_trait):
    (resident,) = with_trait(small, "long_koseki")
    family = small.koseki[resident.koseki]
    assert sum(member.removed for member in family.members) >= 7
    # 40 full-width characters a line, 30 lines a page: a generous layout
    lines = sum(-(-len(event) // 40) for member in family.members for event in member.events) + 5 * len(family.members)
    assert lines > 60


ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}


def day_of(event):
    """Return the first day that an event names."""
    import re

    era, year, month, day = re.search(r"】(令和|平成|昭和|大正|明治)(元|\d+)年(\d+)月(\d+)日", event).groups()
    return date(ERAS[era] + (1 if year == "元" else int(year)), int(month), int(day))


def test_brothers_and_sisters_are_born_in_wedlock_at_least_ten_months_apart(town):
    for family in town.koseki.values():
        children = [m for m in family.members if family.hittousha in {m.father, m.mother}]
        born = sorted(date.fromisoformat(m.born_on) for m in children)
        gaps = [(later - earlier).days for earlier, later in pairwise(born)]
        assert all(gap == 0 or gap >= 290 for gap in gaps), family.key  # 0: twins
        wedding = [day_of(e) for e in family.members[0].events if e.startswith("婚姻")]
        if born and wedding:
            assert wedding[0] <= born[0], family.key
