"""The register as it was at any version: the exported population and the numbered changes, played again."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
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
        self._states: dict[str, tuple[list[int], list[Resident]]] = {}
        with closing(sqlite3.connect(f"file:{register}?mode=ro", uri=True)) as run:
            self._made_at: list[datetime] = []
            for version, resident, field, value, at in run.execute(
                "SELECT version, resident, field, value, at FROM change ORDER BY version"
            ):
                self._made_at.append(datetime.fromisoformat(at))
                self.changes[resident].append((version, Update(resident=resident, field=field, value=value)))

    def person(self, key: str, version: int) -> Resident | None:
        """Return a resident as of a version, None if there is none of that key."""
        if key not in self.residents:
            return None
        versions, states = self._states.get(key) or self._played(key)
        return states[bisect_right(versions, version) - 1]

    def _played(self, key: str) -> tuple[list[int], list[Resident]]:
        """Play a resident's changes once; the register did not change while this object lives."""
        versions, states = [-1], [self.residents[key]]
        for version, update in self.changes.get(key, ()):
            if update.field != "seal":
                versions.append(version)
                states.append(changed_by(states[-1], update))
        self._states[key] = (versions, states)
        return versions, states

    def version_at(self, instant: datetime) -> int:
        """Return the version that held at an instant; versions count from 1 without gaps."""
        return bisect_right(self._made_at, instant)

    def versions(self, keys: Iterable[str], first: int, last: int) -> list[int]:
        """Return the versions from `first` to `last` at which these residents may differ: `first` and their changes."""
        theirs = (version for key in keys for version, _ in self.changes.get(key, ()))
        return sorted({first, *(version for version in theirs if first < version <= last)})

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
        return self._past.person(key, self._version)

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
        for version, update in self._past.changes.get(key, ()):
            if update.field == "seal" and version <= self._version:
                cancelled = update.value == "cancelled"
        entry, _ = seal_entry(person.seal, cancelled=cancelled)
        return entry
