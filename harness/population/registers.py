"""Family registers (戸籍) that agree with the households: couples, parents of grown-up children, widows."""

from __future__ import annotations

from datetime import date, timedelta

from harness.population import events
from harness.population.clerk import Clerk
from harness.population.draft import REFERENCE_DAY, Entry, KosekiDraft, Person
from harness.population.eras import wareki
from harness.population.stock import Name

_ORDINALS = "長二三四五六七八九"
_YEAR = timedelta(days=365)
_MAJORITY = 20 * _YEAR
_SPACING_DAYS = 430  # between brothers and sisters


def rank_children(children: list[Person]) -> None:
    """Give each child its 続柄 to the parents, the oldest first: 長男, 長女, 二男."""
    for sex, word in (("男", "男"), ("女", "女")):
        same = sorted((child for child in children if child.sex == sex), key=lambda child: child.born)
        for place, child in enumerate(same):
            child.rank = _ORDINALS[min(place, len(_ORDINALS) - 1)] + word


def give_parents(clerk: Clerk, person: Person, *, surname: Name | None = None) -> tuple[Person, Person]:
    """Make up father and mother of someone whose parents are not in the population; `surname` is the one at birth."""
    surname = surname or person.surname
    father, mother = (_parent(clerk, person, sex, surname) for sex in "男女")
    person.father, person.mother = father.name, mother.name
    rank_children([person])
    if clerk.chance(0.5):
        person.rank = clerk.random.choice(_ORDINALS[1:4]) + person.sex
    return father, mother


def _parent(clerk: Clerk, child: Person, sex: str, surname: Name) -> Person:
    born = child.born - timedelta(days=clerk.random.randint(21 * 365, 34 * 365))
    return Person(sex=sex, born=born, surname=surname, given=clerk.names.given(sex, surname))


def enter_couple(
    clerk: Clerk,
    head: Person,
    spouse: Person,
    children: list[Person],
    *,
    maiden: Name,
    parents: KosekiDraft | None = None,
    gone: tuple[Person, ...] = (),
) -> None:
    """Make the koseki of a couple and their unmarried children; a foreign spouse is named in it but not entered.

    `maiden` is the spouse's surname at birth; `parents` is the koseki that the head left, None for one elsewhere;
    `gone` are children who have, or will get, a koseki of their own.
    """
    koseki = KosekiDraft(head=head, honseki=clerk.places.honseki())
    married = _wedding_day(clerk, head, spouse, [*children, *gone])
    if parents is None:
        give_parents(clerk, head)
    former = f"{parents.honseki} {parents.head.name}" if parents else _former(clerk, head.father)
    koseki.entries.append(Entry(head, [_birth(clerk, head), events.marriage(married, spouse, former)]))
    if not spouse.foreign:
        give_parents(clerk, spouse, surname=maiden)
        lines = [_birth(clerk, spouse), events.marriage(married, head, _former(clerk, spouse.father))]
        koseki.entries.append(Entry(spouse, lines))
        spouse.koseki = koseki
    _be_parents(head, spouse, [*children, *gone])
    for child in children:
        koseki.entries.append(Entry(child, [_birth(clerk, child)]))
        child.koseki = koseki
    head.koseki = koseki
    if parents:
        line = events.removal_by_marriage(married, spouse.name, koseki.honseki, "夫" if head.sex == "男" else "妻")
        parents.entries.append(Entry(head, [_birth(clerk, head), line], removed=True))


def _be_parents(head: Person, spouse: Person, children: list[Person]) -> None:
    rank_children(children)
    father, mother = (head, spouse) if head.sex == "男" else (spouse, head)
    for child in children:
        child.father, child.mother = father.name, mother.name


def enter_alone(clerk: Clerk, person: Person) -> KosekiDraft:
    """Return the koseki of someone who lives alone: split off, with the parents, or after a marriage."""
    drawn = clerk.random.random()
    if drawn < 0.3 or person.age < 22:
        return enter_with_parents(clerk, person, siblings=clerk.random.randint(0, 2))
    give_parents(clerk, person)
    koseki = KosekiDraft(head=person, honseki=clerk.places.honseki())
    entry = Entry(person, [_birth(clerk, person)])
    koseki.entries.append(entry)
    person.koseki = koseki
    if drawn > 0.6 and person.age > 30:
        _end_marriage(clerk, koseki, entry, widowed=person.age > 60)
    else:
        entry.events.append(
            f"分籍 【分籍日】{_wareki_after(clerk, person)} 【従前戸籍】{_former(clerk, person.father)}"
        )
    return koseki


def enter_with_parents(clerk: Clerk, person: Person, *, siblings: int, eventful: bool = False) -> KosekiDraft:
    """Return the koseki of parents outside the population in which `person` and brothers and sisters are entered.

    `eventful` gives every removed sibling so many events that the certificate runs to three pages.
    """
    children = sorted([person, *_siblings(clerk, person, siblings)], key=lambda child: child.born)
    father, mother = _be_born(clerk, children)
    koseki = KosekiDraft(head=father, honseki=clerk.places.honseki())
    father.koseki = mother.koseki = koseki
    married = _wedding_day(clerk, father, mother, children)
    for parent, spouse in ((father, mother), (mother, father)):
        own = give_parents(clerk, parent, surname=clerk.names.surname() if parent is mother else None)
        lines = [_birth(clerk, parent), events.marriage(married, spouse, _former(clerk, own[0].name))]
        koseki.entries.append(Entry(parent, lines))
    for child in children:
        koseki.entries.append(Entry(child, [_birth(clerk, child)]))
    for entry in koseki.entries[2:]:
        if entry.person is not person:
            _leave(clerk, koseki, entry, eventful=eventful)
    if person.age > 55:
        _die(clerk, koseki.entries[0])
    person.koseki = koseki
    return koseki


def enter_twin(clerk: Clerk, first: Person, second: Person) -> None:
    """Enter the second twin right after the first, who stands in the koseki under a name given before."""
    koseki = first.koseki
    assert koseki is not None
    place = next(i for i, entry in enumerate(koseki.entries) if entry.person is first)
    second.father, second.mother = first.father, first.mother
    koseki.entries.insert(place + 1, Entry(second, [_birth(clerk, second)]))
    second.koseki = koseki
    rank_children([entry.person for entry in koseki.entries[2:]])


def record_death_outside(clerk: Clerk, person: Person) -> None:
    """Enter the death, some years ago, of the head of a koseki who is not in the population."""
    assert person.koseki is not None
    _die(clerk, next(entry for entry in person.koseki.entries if entry.person is person))


def record_death(clerk: Clerk, person: Person) -> None:
    """Enter the death of someone whose `left_on` is the day of death."""
    assert person.koseki is not None
    assert person.left_on is not None
    entry = next(entry for entry in person.koseki.entries if entry.person is person)
    entry.events.append(events.death(clerk, person.left_on, clerk.places.outside()))
    entry.removed = True


def _siblings(clerk: Clerk, person: Person, number: int) -> list[Person]:
    """Make up grown-up brothers and sisters, at least a year apart from each other and from `person`."""
    latest = min(9, (REFERENCE_DAY - 21 * _YEAR - person.born).days // _SPACING_DAYS)
    places = [place for place in range(min(-4, latest - number), latest + 1) if place]
    siblings = []
    for place in clerk.random.sample(places, number):
        sex = clerk.random.choice("男女")
        born = person.born + timedelta(days=place * _SPACING_DAYS + clerk.random.randint(0, 40))
        given = clerk.names.given(sex, person.surname)
        siblings.append(Person(sex=sex, born=born, surname=person.surname, given=given))
    return siblings


def _be_born(clerk: Clerk, children: list[Person]) -> tuple[Person, Person]:
    """Make up the parents of children in the order of their birth."""
    father, mother = give_parents(clerk, children[0])
    for child in children[1:]:
        child.father, child.mother = father.name, mother.name
    rank_children(children)
    return father, mother


def _leave(clerk: Clerk, koseki: KosekiDraft, entry: Entry, *, eventful: bool) -> None:
    """Remove a sibling outside the population by marriage, after an adoption and a change of name if eventful."""
    person = entry.person
    grown = person.born + _MAJORITY
    if eventful:
        other = clerk.names.surname()
        father, mother = (f"{other.written}\u3000{clerk.names.given(sex, other).written}" for sex in "男女")
        entry.events += events.adoption(person.born + 5 * _YEAR, father, mother, koseki)
        former = clerk.names.given(person.sex, person.surname).written
        entry.events.append(events.renaming(person.born + 16 * _YEAR, former, person.given.written))
        grown += clerk.random.randint(1, 200) * timedelta(days=1)
    surname = clerk.names.surname()
    spouse = f"{surname.written}\u3000{clerk.names.given('女' if person.sex == '男' else '男', surname).written}"
    day = clerk.day(grown, max(grown, REFERENCE_DAY - timedelta(days=100)))
    entry.events.append(events.removal_by_marriage(day, spouse, clerk.places.honseki(outside=True), "夫"))
    entry.removed = True


def _end_marriage(clerk: Clerk, koseki: KosekiDraft, entry: Entry, *, widowed: bool) -> None:
    person = entry.person
    sex = "女" if person.sex == "男" else "男"
    born = person.born + timedelta(days=clerk.random.randint(-1500, 1500))
    spouse = Person(sex=sex, born=born, surname=person.surname, given=clerk.names.given(sex, person.surname))
    give_parents(clerk, spouse, surname=clerk.names.surname())
    married = _wedding_day(clerk, person, spouse, [], latest=REFERENCE_DAY - 3 * _YEAR)
    other = Entry(spouse, [_birth(clerk, spouse)], removed=True)
    for mine, partner in ((entry, spouse), (other, person)):
        mine.events.append(events.marriage(married, partner, _former(clerk, mine.person.father)))
    koseki.entries.append(other)
    if widowed:
        _die(clerk, other)
        return
    parted = clerk.day(married + _YEAR, REFERENCE_DAY - timedelta(days=50))
    entry.events.append(events.divorce(parted, spouse.name))
    other.events.append(events.divorce(parted, person.name))


def _die(clerk: Clerk, entry: Entry) -> None:
    if entry.removed:
        return
    day = clerk.day(REFERENCE_DAY - 15 * _YEAR, REFERENCE_DAY - timedelta(days=200))
    entry.events.append(events.death(clerk, day, clerk.places.outside()))
    entry.removed = True


def _wedding_day(
    clerk: Clerk,
    one: Person,
    other: Person,
    children: list[Person],
    latest: date = REFERENCE_DAY - timedelta(days=120),
) -> date:
    """Return a day when both are of age, before the first child and not after `latest`."""
    first = max(one.born, other.born) + _MAJORITY
    return clerk.day(first, min((child.born for child in children), default=latest))


def _birth(clerk: Clerk, person: Person) -> str:
    if not person.birth_entry:
        place = clerk.places.outside() if clerk.chance(0.3) else clerk.places.address()
        person.birth_entry = events.birth(clerk, person, place)
    return person.birth_entry


def _former(clerk: Clerk, head: str) -> str:
    return f"{clerk.places.honseki(outside=clerk.chance(0.5))} {head}"


def _wareki_after(clerk: Clerk, person: Person) -> str:
    day = clerk.day(person.born + _MAJORITY, REFERENCE_DAY - timedelta(days=100))
    return wareki(day)
