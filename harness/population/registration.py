"""Turns drafts into the register: keys, households, taxes, seals and all printed items, as frozen records."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from msgspec.structs import replace

from harness.population.clerk import Clerk
from harness.population.draft import (
    REFERENCE_DAY,
    YOUNGEST_ADULT,
    Household,
    KosekiDraft,
    Person,
    SealState,
)
from harness.population.engraving import Progress, engrave, seal_text
from harness.population.eras import wareki
from harness.population.koseki_entries import freeze_koseki
from harness.population.seeded import seeded
from harness.population.stock import stock
from harness.population.taxes import TaxOffice
from harness.population.traits import traits_of
from harness.records.resident import Koseki, Residency, Resident, Seal, Tax

_DIAMETERS_MM = (12.0, 13.5, 15.0, 16.5, 18.0)  # the rule is 8 to 25 mm square
_LEFT_WORDS = {Residency.MOVED_OUT: "転出", Residency.DECEASED: "死亡"}


def register(
    clerk: Clerk, households: list[Household], seed: int, progress: Progress
) -> tuple[dict[str, Resident], dict[str, Koseki]]:
    """Return the residents and the koseki of all households by key, in the order of the households."""
    people = [person for household in households for person in household.members]
    width = max(5, len(str(len(people))))
    for number, person in enumerate(people, 1):
        person.key = f"R{number:0{width}}"
    drafts = list({id(person.koseki): person.koseki for person in people if person.koseki}.values())
    keys = {id(draft): f"K{number:0{width}}" for number, draft in enumerate(drafts, 1)}
    koseki = {keys[id(draft)]: freeze_koseki(clerk, draft, keys[id(draft)]) for draft in drafts}
    seals = _seals(people, seed, progress)
    office = TaxOffice(str(seed))
    residents = {}
    for number, household in enumerate(households, 1):
        key = f"H{number:0{width}}" if household.registered else None
        dependants = sum(1 for person in household.members if person.age < YOUNGEST_ADULT)
        for person in household.members:
            taxes = _taxes(office, person, household, dependants)
            made = _resident(person, household, key, keys.get(id(person.koseki)))
            made = replace(made, seal=seals.get(person.key), taxes=taxes)
            derived = traits_of(made, len(household.members))
            residents[made.key] = replace(made, traits=(*person.traits, *derived))
    return residents, koseki


def _taxes(office: TaxOffice, person: Person, household: Household, dependants: int) -> tuple[Tax, ...]:
    """Assess whoever may apply; the householder claims the dependants."""
    if person.age < YOUNGEST_ADULT or person.residency is Residency.ELSEWHERE:
        return ()
    return office.assess(dependants if person is household.head else 0)


def _seals(people: list[Person], seed: int, progress: Progress) -> dict[str, Seal]:
    """Return the seal of everyone who has, or had, one registered, by resident key."""
    owners = [person for person in people if person.seal is not SealState.NONE]
    random = seeded(str(seed), "seals")
    numbers = random.sample(range(1_000_000, 10_000_000), len(owners))
    pictures = engrave([(person.key, _seal_text(person, seed)) for person in owners], str(seed), progress)
    seals = {}
    for person, number, picture in zip(owners, numbers, pictures, strict=True):
        registered, cancelled = _seal_days(person, random)
        seals[person.key] = Seal(
            number=str(number),
            registered_on=registered.isoformat(),
            diameter_mm=random.choice(_DIAMETERS_MM),
            png_base64=picture,
            cancelled_on=cancelled.isoformat() if cancelled else None,
        )
    return seals


def _seal_text(person: Person, seed: int) -> str:
    full = person.name if person.surname.written else person.alias or person.kana or person.name
    return seal_text(person.surname.written, person.given.written, full, f"{seed}:{person.key}")


def _seal_days(person: Person, random: Random) -> tuple[date, date | None]:
    """Return when the seal was registered and, where it was, cancelled."""
    assert person.home is not None
    last = REFERENCE_DAY - timedelta(days=40)
    first = min(last, max(person.home.arrived, person.born + timedelta(days=365 * YOUNGEST_ADULT)))
    registered = first + timedelta(days=random.randint(0, (last - first).days))
    cancelled = REFERENCE_DAY - timedelta(days=random.randint(1, 30))
    return registered, cancelled if person.seal is SealState.CANCELLED else None


def _resident(person: Person, household: Household, key: str | None, koseki: str | None) -> Resident:
    """Return everything but seal, taxes and traits."""
    assert person.home is not None
    family: KosekiDraft | None = person.koseki
    registered = household.registered
    stays = person.home.stays_of(person.born)
    made = Resident(
        key=person.key,
        municipality=stock().municipality,
        residency=person.residency,
        household=key,
        name=person.name,
        kana=person.kana if person.furigana else "",
        former_name=person.former_surname,
        alias=person.alias,
        born_on=person.born.isoformat(),
        sex=person.sex,
        relation=person.relation if registered else "",
        householder=household.head.name if registered else "",
        address=stays[-1].address,
        address_since=stays[-1].since.isoformat(),
        resident_since=max(person.home.arrived, person.born).isoformat() if registered else "",
        notified_on=_notified(person).isoformat() if registered else "",
        previous_address=_previous_address(person) if registered else "",
        koseki=koseki,
        honseki=family.honseki if family else "",
        hittousha=family.head.name if family else "",
        remarks=_remarks(person),
        left_on=person.left_on.isoformat() if person.left_on else "",
        restricted=person.restricted,
        gaiji_pending=person.gaiji_pending,
        koseki_access=person.access,
        lookalike_of=person.lookalike.key if person.lookalike else None,
    )
    return replace(made, **_permit(person))


def _permit(person: Person) -> dict[str, str]:
    """Return the items of foreign residents, all empty for Japanese."""
    foreign = person.foreign
    return {
        "nationality": foreign.nationality if foreign else "",
        "residence_status": foreign.status if foreign else "",
        "residence_period": foreign.period if foreign else "",
        "residence_expires_on": foreign.expires.isoformat() if foreign and foreign.expires else "",
        "residence_card": foreign.card if foreign else "",
    }


def _previous_address(person: Person) -> str:
    """Return the 転入前住所: the last one before arriving, empty for those born here."""
    assert person.home is not None
    if person.born >= person.home.arrived:
        return ""
    return next(stay.address for stay in reversed(person.home.stays) if stay.since < person.home.arrived)


def _notified(person: Person) -> date:
    """Return the 届出日 of the present address: a birth is notified within 14 days."""
    assert person.home is not None
    if person.born > person.home.stays[-1].since:
        return person.born + timedelta(days=1 + person.born.day % 13)
    return person.home.notified


def _remarks(person: Person) -> str:
    word = _LEFT_WORDS.get(person.residency)
    return f"{wareki(person.left_on)}{word}" if word and person.left_on else ""
