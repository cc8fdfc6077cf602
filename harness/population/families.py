"""Ordinary households: people living alone, couples, families of up to twelve over four generations."""

from __future__ import annotations

from datetime import timedelta

from harness.population import registers
from harness.population.clerk import Clerk
from harness.population.draft import (
    OLDEST_CHILD,
    REFERENCE_DAY,
    YOUNGEST_ADULT,
    Household,
    KosekiDraft,
    Person,
    SealState,
)
from harness.population.stock import Name

_LONG_ADDRESS_SHARE = 0.03
_KEPT_MAIDEN_NAME_SHARE = 0.15  # wives who print their 旧氏
_MOST_ELDERS = 5


def alone(clerk: Clerk, person: Person | None = None, *, long_address: bool = False) -> Household:
    """Return a household of one, Japanese."""
    person = person or clerk.adult()
    if person.koseki is None:
        registers.enter_alone(clerk, person)
    return settle(clerk, Household([person]), long_address=long_address)


def family(clerk: Clerk, size: int, *, surname: Name | None = None, plain: bool = False) -> Household:
    """Return a Japanese household of 2 to 12: a couple, then children, then the generations before.

    With `plain`, no adult lacks a seal or furigana.
    """
    surname = surname or clerk.surname()
    elders = _number_of_elders(clerk, size)
    children_wanted = size - 2 - elders
    head = clerk.adult(sex="男", age=_age_of_head(clerk, children_wanted, elders), surname=surname, plain=plain)
    maiden = clerk.names.surname()
    wife = clerk.adult(sex="女", age=max(20, head.age - clerk.random.randint(-2, 5)), surname=surname, plain=plain)
    if clerk.chance(_KEPT_MAIDEN_NAME_SHARE) or plain:
        wife.former_surname = maiden.written
    children = _children(clerk, min(head.age, wife.age), surname, children_wanted, plain=plain)
    elder_people, parents = _elders(clerk, head, elders, plain=plain)
    registers.enter_couple(clerk, head, wife, children, maiden=maiden, parents=parents)
    members = _householder_first(clerk, head, wife, keep=bool(elders))
    for child in children:
        child.relation = "子"
    return settle(clerk, Household([*members, *children, *elder_people]))


def parent_and_child(clerk: Clerk) -> Household:
    """Return a parent living with a grown-up child; they share a koseki whose head is outside the population."""
    child = clerk.adult(age=clerk.random.randint(18, 40))
    koseki = registers.enter_with_parents(clerk, child, siblings=clerk.random.randint(0, 1))
    registers.record_death_outside(clerk, koseki.head)
    mother = koseki.entries[1].person
    mother.relation, child.relation = "世帯主", "子"
    return settle(clerk, Household([mother, child]))


def settle(clerk: Clerk, household: Household, *, long_address: bool = False) -> Household:
    """Give a household its home, and return it."""
    long_address = long_address or clerk.chance(_LONG_ADDRESS_SHARE)
    grown_up = household.head.born + timedelta(days=18 * 365)
    settled = max(grown_up, REFERENCE_DAY - timedelta(days=clerk.random.randint(800, 9000)))
    home = clerk.places.home(settled, long=long_address)
    for member in household.members:
        member.home = home
    return household


def make_child(clerk: Clerk, *, sex: str, age: int, surname: Name, plain: bool = False) -> Person:
    """Return someone's child living at home; under 15 nobody has a seal registered."""
    child = clerk.adult(sex=sex, age=age, surname=surname, plain=plain)
    if child.age < YOUNGEST_ADULT:
        child.seal = SealState.NONE
    child.relation = "子"
    return child


def _number_of_elders(clerk: Clerk, size: int) -> int:
    if size < 4:
        return 0
    most = min(_MOST_ELDERS, size - 3)
    least = max(0, size - 2 - 5)  # not more than five children
    return clerk.random.randint(least, most) if least or clerk.chance(0.2) else 0


def _age_of_head(clerk: Clerk, children: int, elders: int) -> int:
    if elders:
        return clerk.random.randint(38, 50)
    return clerk.random.randint(32, 62) if children else clerk.random.randint(24, 82)


def _children(clerk: Clerk, parent_age: int, surname: Name, number: int, *, plain: bool) -> list[Person]:
    """Return children of distinct ages, the oldest first, most of them old enough to apply.

    `parent_age` is the younger parent's: children come after both are of age.
    """
    oldest = parent_age - 22
    adults = list(range(YOUNGEST_ADULT, min(oldest, 38) + 1))
    small = list(range(min(OLDEST_CHILD, oldest) + 1)) if parent_age < 52 else []
    ages: list[int] = []
    while len(ages) < number:
        ages.append(_draw_age(clerk, adults, small))
    # birthdays within one season keep brothers and sisters at least ten months apart
    season = clerk.random.randint(0, 300)
    children = []
    for age in sorted(ages, reverse=True):
        child = make_child(clerk, sex=clerk.random.choice("男女"), age=age, surname=surname, plain=plain)
        birthday = REFERENCE_DAY.replace(year=REFERENCE_DAY.year - age)
        child.born = birthday - timedelta(days=season + clerk.random.randint(0, 60))
        children.append(child)
    return children


def _draw_age(clerk: Clerk, adults: list[int], small: list[int]) -> int:
    """Take an age out of one of the two lists, twice as often an adult's."""
    pool = adults if adults and (not small or clerk.chance(0.65)) else small
    return pool.pop(clerk.random.randrange(len(pool)))


def _elders(clerk: Clerk, head: Person, number: int, *, plain: bool) -> tuple[list[Person], KosekiDraft | None]:
    """Return up to five relatives of the householder, mother first, and the koseki of the parents."""
    if not number:
        return [], None
    mother = clerk.adult(sex="女", age=head.age + clerk.random.randint(25, 28), surname=head.surname, plain=plain)
    father = clerk.adult(sex="男", age=head.age + clerk.random.randint(26, 32), surname=head.surname, plain=plain)
    siblings = [_sibling(clerk, head, place, plain=plain) for place in range(max(0, number - 3))]
    grandmother = _grandmother(clerk, father, plain=plain) if number >= 3 else None
    former = grandmother.koseki if grandmother else None
    maiden = clerk.names.surname()
    registers.enter_couple(clerk, father, mother, siblings, maiden=maiden, parents=former, gone=(head,))
    for sibling in siblings:
        sibling.relation = _sibling_word(head, sibling)
    mother.relation, father.relation = "母", "父"
    if number == 1:
        registers.record_death_outside(clerk, father)
    people = [mother, father][:number] + ([grandmother] if grandmother else []) + siblings
    koseki = father.koseki
    assert koseki is not None
    return people, koseki


def _sibling(clerk: Clerk, head: Person, place: int, *, plain: bool) -> Person:
    """Return an unmarried brother or sister of the householder, a few years younger or older."""
    age = head.age + (-3 if place else 2) + clerk.random.randint(0, 1)
    return clerk.adult(sex=clerk.random.choice("男女"), age=age, surname=head.surname, plain=plain)


def _sibling_word(head: Person, sibling: Person) -> str:
    older = sibling.born < head.born
    if sibling.sex == "男":
        return "兄" if older else "弟"
    return "姉" if older else "妹"


def _grandmother(clerk: Clerk, father: Person, *, plain: bool) -> Person:
    """Return the householder's father's mother, whose husband has died."""
    age = father.age + clerk.random.randint(21, 25)
    grandmother = clerk.adult(sex="女", age=age, surname=father.surname, plain=plain)
    grandmother.relation = "父の母"
    born = grandmother.born - timedelta(days=clerk.random.randint(100, 1500))
    given = clerk.names.given("男", father.surname)
    husband = Person(sex="男", born=born, surname=father.surname, given=given)
    registers.enter_couple(clerk, husband, grandmother, [], maiden=clerk.names.surname(), gone=(father,))
    registers.record_death_outside(clerk, husband)
    return grandmother


def _householder_first(clerk: Clerk, head: Person, wife: Person, *, keep: bool) -> list[Person]:
    """Return the couple in the order of the register; one in ten times the wife is householder."""
    if keep or not clerk.chance(0.1):
        head.relation, wife.relation = "世帯主", "妻"
        return [head, wife]
    head.relation, wife.relation = "夫", "世帯主"
    return [wife, head]
