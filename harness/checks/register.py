"""What the register may have held of a person at any time: the population and the updates that were played."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import pairwise
from math import prod
from typing import cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from harness.checks.history import NEVER, Update
from harness.checks.value_history import FOREVER, ValueHistory, Write
from harness.records.history import UpdateResult
from harness.records.resident import Residency, Resident

_ALWAYS = -(2**62)
_MOST_STATES = 1_000  # of one resident at a time; every document of theirs is judged against each
# Fields that decide what may be issued, or who is listed, and are printed nowhere.
_NO_TEXT = frozenset({"seal", "residency", "restricted", "gaiji_pending", "koseki_access", "household", "koseki"})
_SEAL_STATES = {"cancelled": "cancelled during the run", "registered": None}


Household = tuple[str | None, Residency]


class _Versions(Struct, frozen=True):
    """Version 0 is the population's; version i came by update i. Times in ns."""

    begun: tuple[int, ...]  # when it may first have been seen
    done: tuple[int, ...]  # when everyone had to see it
    states: tuple[tuple[Resident, ...], ...]  # more than one where an update is unresolved

    def at(self, from_ns: int, to_ns: int) -> tuple[Resident, ...]:
        low = bisect_left(self.done, from_ns) - 1
        high = bisect_right(self.begun, to_ns) - 1
        found: list[Resident] = []
        for states in self.states[max(low, 0) : high + 1]:
            found += [s for s in states if s not in found]
        return tuple(found)


class _Unordered(Struct, frozen=True):
    """Changes that overlap, or follow one of unknown outcome, which may still take effect after them."""

    base: Resident
    fields: dict[str, ValueHistory]  # of the texts that updates bring; None: as in the population

    def at(self, from_ns: int, to_ns: int) -> tuple[Resident, ...]:
        states = [self.base]
        for field, history in self.fields.items():
            values = history.all_legal(from_ns, to_ns)
            states = [s if v is None else changed(s, field, str(v)) for v in values for s in states]
        return tuple(states)


class Register:
    """Possible states of every resident over the run."""

    def __init__(self, residents: Mapping[str, Resident], updates: Iterable[Update], reflection_ns: int = 0) -> None:
        """Join population and updates; `reflection_ns` is the target's documented time until a change shows.

        Raises ValueError for a change that residents do not have, and for more changes of one of them in no known
        order than can be judged.
        """
        self._residents = residents
        self.reflection_ns = reflection_ns
        self._updates: dict[str, list[Update]] = {}
        for update in sorted(updates, key=lambda u: (u.from_ns, u.update)):
            if update.resident in residents:
                self._updates.setdefault(update.resident, []).append(update)
        done = {key: [u for u in of_one if not _failed(u)] for key, of_one in self._updates.items()}
        self._versions: dict[str, _Versions | _Unordered] = {
            key: (_versions if self.known_order(key) else _unordered)(residents[key], of_one)
            for key, of_one in done.items()
            if of_one
        }

    @property
    def changed(self) -> frozenset[str]:
        """Keys of the residents that some update may have changed."""
        return frozenset(self._versions)

    def states(self, resident: str, from_ns: int, to_ns: int) -> tuple[Resident, ...]:
        """Return every state that was legal to read at some instant of [from_ns - reflection, to_ns].

        Empty for residents outside the population. The newest state comes last. Where the order of a resident's changes
        is not known, each field may have any value that was legal for it, whatever the others have.
        """
        versions = self._versions.get(resident)
        if versions is None:
            known = self._residents.get(resident)
            return (known,) if known is not None else ()
        return versions.at(from_ns - self.reflection_ns, to_ns)

    @property
    def touched(self) -> frozenset[str]:
        """Keys of the residents whom somebody tried to change, with whatever outcome."""
        return frozenset(self._updates)

    def known_order(self, resident: str) -> bool:
        """Tell whether a resident's changes came one after the other, and nothing after one of unknown outcome."""
        done = [u for u in self._updates.get(resident, ()) if not _failed(u)]
        return all(not _unresolved(a) and a.to_ns <= b.from_ns for a, b in pairwise(done))

    def text_fields(self, resident: str) -> tuple[str, ...]:
        """Return the fields that stand as texts on paper and that somebody tried to change, each once."""
        fields = (u.field for u in self._updates.get(resident, ()))
        return tuple(dict.fromkeys(f for f in fields if f not in _NO_TEXT))

    def field_history(self, resident: str, field: str) -> ValueHistory:
        """Return what a text field of a resident held; None is unknown."""
        writes = (_write(u, u.value) for u in self._updates.get(resident, ()) if u.field == field)
        return ValueHistory(getattr(self._residents[resident], field), writes)

    def household_of(self, resident: str) -> Household:
        """Return the household that a resident belonged to when the run began, and as what."""
        one = self._residents[resident]
        return one.household, one.residency

    def listed_history(self, resident: str, household: Household) -> ValueHistory:
        """Return whether a copy of a whole household lists a resident; see `history_of`."""
        return self.history_of(resident, lambda state: (state.household, state.residency) == household)

    def history_of(self, resident: str, value_of: Callable[[Resident], Hashable]) -> ValueHistory:
        """Return what follows from a resident's state, e.g. whether a certificate may be issued.

        Changes that leave the value as it was are left out: no read could tell them. Only where the order is known.
        """
        state = self._residents[resident]
        value = initial = value_of(state)
        writes: list[Write] = []
        for update in self._updates.get(resident, ()):
            after = changed(state, update.field, update.value)
            if value_of(after) != value:
                writes.append(_write(update, value_of(after)))
            if not _failed(update):
                state, value = after, value_of(after)
        return ValueHistory(initial, writes)

    def all_states(self, resident: str) -> tuple[Resident, ...]:
        """Return every state a resident may have had at any time."""
        return self.states(resident, _ALWAYS, -_ALWAYS)


def _versions(base: Resident, updates: list[Update]) -> _Versions:
    begun, done = [_ALWAYS], [_ALWAYS]
    states: list[tuple[Resident, ...]] = [(base,)]
    for update in sorted(updates, key=lambda u: (u.from_ns, u.update)):
        after = tuple(changed(s, update.field, update.value) for s in states[-1])
        unresolved = _unresolved(update)
        begun.append(update.from_ns)
        done.append(max(done[-1], update.from_ns if unresolved else update.to_ns))
        states.append((*states[-1], *after) if unresolved else after)
    return _Versions(tuple(begun), tuple(done), tuple(states))


def _unordered(base: Resident, updates: list[Update]) -> _Unordered:
    fields = {
        field: ValueHistory(None, (_write(u, u.value) for u in updates if u.field == field))
        for field in dict.fromkeys(u.field for u in updates)
    }
    for update in updates:
        changed(base, update.field, update.value)
    if (states := prod(map(len, fields.values()))) > _MOST_STATES:
        raise ValueError(
            f"{len(updates)} changes of resident {base.key} overlap or follow one of unknown outcome: {states} states "
            "are possible; give fewer of them, or when each began and ended"
        )
    return _Unordered(base, fields)


def _write(update: Update, value: Hashable) -> Write:
    end_ns = FOREVER if _unresolved(update) else update.to_ns
    return Write(update.update, value, update.from_ns, end_ns, _failed(update))


def _failed(update: Update) -> bool:
    return update.result is UpdateResult.FAILED


def _unresolved(update: Update) -> bool:
    return update.result is UpdateResult.UNRESOLVED or update.to_ns == NEVER


def changed(resident: Resident, field: str, value: str) -> Resident:
    """Return the resident after a register update (see PlannedUpdate for the fields).

    Raises ValueError for a field that residents do not have.
    """
    if field == "seal":
        if value not in _SEAL_STATES:
            raise ValueError(f"seal cannot become {value!r}; allowed: {', '.join(_SEAL_STATES)}")
        if resident.seal is None:
            return resident
        return replace(resident, seal=replace(resident.seal, cancelled_on=_SEAL_STATES[value]))
    if field not in Resident.__struct_fields__:
        raise ValueError(f"residents have no field {field!r}")
    convert = _CONVERT.get(field, _text)
    return replace(resident, **{field: convert(value)})


def _text(value: str) -> object:
    return value


def _truth(value: str) -> object:
    return msgspec.json.decode(value.lower(), type=bool)


_CONVERT = cast(
    Mapping[str, Callable[[str], object]],
    {"residency": Residency, "restricted": _truth, "gaiji_pending": _truth},
)
