"""People planted on purpose: look-alikes, rare characters and every state in which the register may hold someone.

Each recipe returns households; `RECIPES` is their order of importance, for populations too small for all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from harness.population import families, registers
from harness.population.clerk import Clerk
from harness.population.draft import REFERENCE_DAY, Household, Person, SealState
from harness.population.stock import Name, stock
from harness.records.resident import KosekiAccess, Residency

# A longer name does not fit the issuing system's field and is not issuable. The figure is ours: none is published.
NAME_FIELD_LENGTH = 60


class Recipe(NamedTuple):
    """What to plant, how many people it is, and one such for how many residents of a large population."""

    cook: Callable[[Clerk], list[Household]]
    people: int
    per_residents: int


def _variant_group(group: tuple[Name, ...]) -> Callable[[Clerk], list[Household]]:
    """Plant people whose names differ by one glyph and sound alike; half the groups share the birthday too."""

    def cook(clerk: Clerk) -> list[Household]:
        sex = clerk.random.choice("男女")
        given = clerk.names.given(sex, group[0])
        people = [clerk.adult(sex=sex, surname=surname, given=given, plain=True) for surname in group]
        same_birthday = clerk.chance(0.5)
        for person in people:
            person.traits.append("variant_pair")
            if same_birthday:
                person.born = people[0].born
        for person in people[1:]:
            person.lookalike = people[0]
        return [families.alone(clerk, person) for person in people]

    return cook


def _namesakes(clerk: Clerk) -> list[Household]:
    """Plant two strangers with the same name, kana, birthday and sex: it really happened."""
    first = clerk.adult(plain=True)
    second = Person(sex=first.sex, born=first.born, surname=first.surname, given=first.given, lookalike=first)
    for person in (first, second):
        person.traits.append("namesake")
    return [families.alone(clerk, first), families.alone(clerk, second)]


def _twins(clerk: Clerk) -> list[Household]:
    """Plant grown-up twins, their given names alike, living with their mother."""
    household = families.parent_and_child(clerk)
    mother, first = household.members
    assert first.koseki is not None
    head = clerk.names.head(first.sex)
    first.given = clerk.names.given(first.sex, first.surname, head)
    second = Person(
        sex=first.sex,
        born=first.born,
        surname=first.surname,
        relation="子",
        lookalike=first,
        home=first.home,
        given=clerk.names.given(first.sex, first.surname, head),
    )
    registers.enter_twin(clerk, first, second)
    for person in household.members:
        person.seal, person.furigana = SealState.REGISTERED, True
    for twin in (first, second):
        twin.traits.append("twin")
    return [Household([mother, first, second])]


def _two_households(clerk: Clerk) -> list[Household]:
    """Plant a parent and a grown-up child who live at one address as two households (世帯分離)."""
    parent, child = families.parent_and_child(clerk).members
    child.relation = parent.relation
    return [Household([parent]), Household([child])]


def _inside(clerk: Clerk) -> list[Household]:
    """Plant two people of whom the one's name stands inside the other's."""
    surname, short, long = clerk.random.choice(stock().inside)
    if not (clerk.names.take(surname, short) and clerk.names.take(surname, long)):
        return [families.alone(clerk), families.alone(clerk)]
    first = clerk.adult(sex="男", surname=surname, given=short, plain=True)
    second = clerk.adult(sex="女", surname=surname, given=long, plain=True)
    second.lookalike = first
    for person in (first, second):
        person.traits.append("name_inside_name")
    return [families.alone(clerk, first), families.alone(clerk, second)]


def _family_of(size: int) -> Callable[[Clerk], list[Household]]:
    return lambda clerk: [families.family(clerk, size, plain=True)]


def _foreigner(clerk: Clerk) -> list[Household]:
    person = clerk.foreigner(nation=stock().nations[0])
    person.seal = SealState.REGISTERED
    return [families.settle(clerk, Household([person]))]


def mixed_couple(clerk: Clerk) -> list[Household]:
    """Plant a Japanese householder with a foreign spouse who uses a 通称 (混合世帯)."""
    head = clerk.adult(age=clerk.random.randint(28, 60), plain=True)
    sex = "女" if head.sex == "男" else "男"
    spouse = clerk.foreigner(sex=sex, status=stock().statuses[-1])
    spouse.relation = "妻" if sex == "女" else "夫"
    given = clerk.names.given(sex, head.surname)
    spouse.alias = f"{head.surname.written}\u3000{given.written}"
    registers.enter_couple(clerk, head, spouse, [], maiden=head.surname)
    return [families.settle(clerk, Household([head, spouse]))]


def foreign_household(clerk: Clerk) -> list[Household]:
    """Plant a foreign couple."""
    head = clerk.foreigner()
    spouse = clerk.foreigner(sex="女" if head.sex == "男" else "男")
    spouse.relation = "妻" if spouse.sex == "女" else "夫"
    return [families.settle(clerk, Household([head, spouse]))]


def _one(change: Callable[[Clerk, Person], None]) -> Callable[[Clerk], list[Household]]:
    """Plant someone living alone who is ordinary but for one change."""

    def cook(clerk: Clerk) -> list[Household]:
        household = families.alone(clerk, clerk.adult(plain=True))
        change(clerk, household.head)
        return [household]

    return cook


def _no_seal(_: Clerk, person: Person) -> None:
    person.seal = SealState.NONE


def _cancelled_seal(_: Clerk, person: Person) -> None:
    person.seal = SealState.CANCELLED


def _moved_out(clerk: Clerk, person: Person) -> None:
    person.residency = Residency.MOVED_OUT
    person.left_on = REFERENCE_DAY - timedelta(days=clerk.random.randint(1, 25))


def _deceased(clerk: Clerk, person: Person) -> None:
    person.residency = Residency.DECEASED
    person.left_on = REFERENCE_DAY - timedelta(days=clerk.random.randint(1, 25))
    registers.record_death(clerk, person)


def _restricted(_: Clerk, person: Person) -> None:
    person.restricted = True


def _gaiji_pending(_: Clerk, person: Person) -> None:
    person.gaiji_pending = True


def _blank_furigana(_: Clerk, person: Person) -> None:
    person.furigana = False


def _elsewhere(access: KosekiAccess) -> Callable[[Clerk], list[Household]]:
    """Plant someone who lives elsewhere and whose koseki is here, in one state of the 利用登録申請."""

    def cook(clerk: Clerk) -> list[Household]:
        person = clerk.adult(plain=True)
        registers.enter_alone(clerk, person)
        person.residency, person.access, person.seal = Residency.ELSEWHERE, access, SealState.NONE
        person.relation = ""
        person.home = clerk.places.home_elsewhere(person.born + timedelta(days=18 * 365))
        return [Household([person], registered=False)]

    return cook


def _long_name(clerk: Clerk) -> list[Household]:
    sex = clerk.random.choice("男女")
    surname = clerk.random.choice(stock().long_surnames)
    given = clerk.random.choice(stock().long_male if sex == "男" else stock().long_female)
    if not clerk.names.take(surname, given):
        given = clerk.names.given(sex, surname)
    return [families.alone(clerk, clerk.adult(sex=sex, surname=surname, given=given, plain=True))]


def _name_too_long(clerk: Clerk) -> list[Household]:
    """Plant a foreign resident whose Latin name is longer than the issuing system's field."""
    person = clerk.foreigner(nation=stock().nations[3])
    words = person.given
    while len(words.written) <= NAME_FIELD_LENGTH:
        more = clerk.random.choice(stock().nations[3].surnames)
        words = Name(f"{words.written} {more.written}", f"{words.kana}\u3000{more.kana}")
    clerk.names.take(person.surname, words)
    person.given = words
    person.traits.append("name_too_long")
    return [families.settle(clerk, Household([person]))]


def _long_address(clerk: Clerk) -> list[Household]:
    return [families.alone(clerk, clerk.adult(plain=True), long_address=True)]


def _long_koseki(clerk: Clerk) -> list[Household]:
    """Plant someone whose koseki runs to three pages and more."""
    person = clerk.adult(age=clerk.random.randint(40, 54), plain=True)
    registers.enter_with_parents(clerk, person, siblings=clerk.random.randint(7, 9), eventful=True)
    person.traits.append("long_koseki")
    return [families.alone(clerk, person)]


_VARIANTS = tuple(Recipe(_variant_group(group), len(group), 400) for group in stock().variants)

RECIPES: tuple[Recipe, ...] = (
    Recipe(_namesakes, 2, 250),
    _VARIANTS[0],
    Recipe(_family_of(5), 5, 1000),
    Recipe(_one(_cancelled_seal), 1, 500),
    Recipe(_one(_no_seal), 1, 500),
    Recipe(_long_koseki, 1, 100),
    Recipe(mixed_couple, 2, 150),
    Recipe(_one(_restricted), 1, 200),
    Recipe(_one(_moved_out), 1, 150),
    Recipe(_one(_deceased), 1, 150),
    *(Recipe(_elsewhere(access), 1, 200) for access in KosekiAccess),
    *_VARIANTS[1:7],  # one of every kind of character: 﨑, 邉, 齋, outside the BMP, variation selector, private use
    Recipe(_one(_gaiji_pending), 1, 300),
    Recipe(_name_too_long, 1, 500),
    Recipe(_twins, 3, 300),
    Recipe(_family_of(12), 12, 1500),
    Recipe(_foreigner, 1, 150),
    Recipe(_inside, 2, 5000),
    Recipe(_long_name, 1, 600),
    Recipe(_long_address, 1, 300),
    Recipe(_one(_blank_furigana), 1, 300),
    *_VARIANTS[7:],
    *(Recipe(_family_of(size), size, 2000) for size in (2, 3, 4, 6, 7, 8, 9, 10, 11)),
    Recipe(_two_households, 2, 150),
)
