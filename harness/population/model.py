"""A population in memory: residents, their koseki, their households."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from harness.records.resident import Koseki, Resident

_HOUSEHOLDER = "世帯主"


@dataclass(frozen=True, kw_only=True)
class Population:
    """Test residents and family registers. Keys are sorted; nothing in it changes.

    `seed` is None for imported residents. `gaiji` says of each private-use character ("U+E000") what it stands for.
    """

    residents: Mapping[str, Resident]
    koseki: Mapping[str, Koseki]
    municipality: str
    seed: int | None = None
    gaiji: dict[str, str] = field(default_factory=dict)
    gaiji_font: bytes = field(default=b"", repr=False)

    def household(self, key: str) -> tuple[Resident, ...]:
        """Return the members of a household, householder first, then by key.

        `key` is a resident's key or a household's. Someone whose household is unknown, or who lives elsewhere, is
        returned alone. Raises KeyError for a key that is neither.
        """
        resident = self.residents.get(key)
        if resident is not None and resident.household is None:
            return (resident,)
        household = key if resident is None or resident.household is None else resident.household
        return tuple(self.residents[member] for member in self._households[household])

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over residents.jsonl and koseki.jsonl as `save` writes them."""
        sha = hashlib.sha256()
        for line in self.lines():
            sha.update(line)
        return sha.hexdigest()

    def lines(self) -> Iterable[bytes]:
        """Yield the lines of residents.jsonl, then those of koseki.jsonl."""
        yield from self.resident_lines()
        yield from self.koseki_lines()

    def resident_lines(self) -> Iterable[bytes]:
        """Yield one JSON line per resident, by key."""
        yield from (_ENCODER.encode(self.residents[key]) + b"\n" for key in sorted(self.residents))

    def koseki_lines(self) -> Iterable[bytes]:
        """Yield one JSON line per koseki, by key."""
        yield from (_ENCODER.encode(self.koseki[key]) + b"\n" for key in sorted(self.koseki))

    @cached_property
    def _households(self) -> dict[str, tuple[str, ...]]:
        """Keys of the members by household, householder first."""
        members: dict[str, list[tuple[bool, str]]] = {}
        for key in sorted(self.residents):
            resident = self.residents[key]
            if resident.household is not None:
                members.setdefault(resident.household, []).append((resident.relation != _HOUSEHOLDER, key))
        return {household: tuple(key for _, key in sorted(people)) for household, people in members.items()}


_ENCODER = msgspec.json.Encoder()
