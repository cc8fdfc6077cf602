"""The register as it was at any version: the exported population and the numbered changes, played again."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from mock_issuer.load import read_population, seal_entry
from mock_issuer.people import Koseki, Residency, Resident
from mock_issuer.register import SealEntry, Snapshot
from mock_issuer.updates import Update, changed_by


class Past:
    """All versions of one issuer's register."""

    def __init__(self, population: Path, register: Path) -> None:
        """Read both. Raises LoadError or OSError."""
        residents, koseki = read_population(population)
        self.residents = {person.key: person for person in residents}
        self.registers = {one.key: one for one in koseki}
        self.households: dict[str, list[str]] = defaultdict(list)
        for person in residents:
            self.households[person.household or ""].append(person.key)
        self.changes: dict[str, list[tuple[int, Update]]] = defaultdict(list)
        with closing(sqlite3.connect(f"file:{register}?mode=ro", uri=True)) as run:
            for version, resident, field, value in run.execute(
                "SELECT version, resident, field, value FROM change ORDER BY version"
            ):
                self.changes[resident].append((version, Update(resident=resident, field=field, value=value)))

    def at(self, version: int) -> PastView:
        """Return the register at a version."""
        return PastView(self, version)


class PastView(Snapshot):
    """One version; reads like the register itself."""

    def __init__(self, past: Past, version: int) -> None:
        """Look at `past` as of `version`."""
        self._past = past
        self._version = version

    def resident(self, key: str) -> Resident | None:
        """Return a resident, None if there is none of that key."""
        person = self._past.residents.get(key)
        for version, update in self._past.changes[key] if person else ():
            if version <= self._version and update.field != "seal":
                assert person is not None
                person = changed_by(person, update)
        return person

    def household(self, key: str | None) -> tuple[Resident, ...]:
        """Return who then lived in a household, the householder first."""
        keys = sorted(self._past.households.get(key or "", ())) if key else []
        people = [person for k in keys if (person := self.resident(k)) and person.residency is Residency.RESIDENT]
        return tuple(sorted(people, key=lambda m: m.relation != "世帯主"))

    def koseki(self, key: str | None) -> Koseki | None:
        """Return a family register, None if there is none of that key."""
        return self._past.registers.get(key or "")

    def version(self) -> int:
        """Return the version."""
        return self._version

    def seal(self, key: str) -> SealEntry | None:
        """Return a seal registration, cancelled ones included."""
        person = self._past.residents.get(key)
        if person is None or person.seal is None:
            return None
        cancelled = bool(person.seal.cancelled_on)
        for version, update in self._past.changes[key]:
            if update.field == "seal" and version <= self._version:
                cancelled = update.value == "cancelled"
        entry, _ = seal_entry(person.seal, cancelled=cancelled)
        return entry
