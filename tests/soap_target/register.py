"""The SOAP target's own register: reads exported population files with its own reader."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

JST = timezone(timedelta(hours=9))
NAME_FIELD = 60  # characters that a name may have
CODES = {"01": "juminhyo", "02": "inkan", "03": "tax"}


class Refused(Exception):
    """A business refusal, by code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Register:
    """Residents by key and by card serial."""

    def __init__(self, folder: Path) -> None:
        with (folder / "residents.jsonl").open(encoding="utf-8") as lines:
            self._people = {person["key"]: person for person in map(json.loads, lines)}
        self._serials = {serial: key for key, person in self._people.items() for serial in person.get("cards", [])}

    def holder(self, serial: str) -> dict:
        """Return who holds a serial and may be issued something; raise Refused."""
        key = self._serials.get(serial)
        if key is None:
            raise Refused("101", "no such serial")
        person = self._people[key]
        if person.get("residency", "resident") != "resident":
            raise Refused("102", "not a resident any more")
        if person.get("restricted") or person.get("gaiji_pending"):
            raise Refused("103", "may not be issued")
        if len(person.get("name") or "") > NAME_FIELD:
            raise Refused("107", "the name is longer than its field")
        if person.get("born_on") and _age(date.fromisoformat(person["born_on"]), datetime.now(JST).date()) < 15:
            raise Refused("108", "too young")
        return person

    def listed(self, holder: dict, household: bool, members: list[str]) -> list[dict]:
        """Return whom a 住民票 lists: the holder, the household, or some of it, the householder first."""
        if not household and not members:
            return [holder]
        home = [
            p
            for p in self._people.values()
            if p.get("household") == holder.get("household") and p.get("residency", "resident") == "resident"
        ]
        return [p for p in home if not members or p["key"] in members]


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def tax_of(person: dict, year: int | None) -> dict:
    """Return one year's figures; raise Refused."""
    for tax in person.get("taxes", []):
        if tax["year"] == year:
            return tax
    raise Refused("105", "no such year")


def seal_of(person: dict) -> dict:
    """Return the registered seal; raise Refused."""
    seal = person.get("seal")
    if not seal or seal.get("cancelled_on"):
        raise Refused("104", "no seal is registered")
    return seal
