"""What the register may have held of a person at any time: the population and the updates that were played."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from harness.checks.history import NEVER, Update
from harness.records.history import UpdateResult
from harness.records.resident import Residency, Resident

_ALWAYS = -(2**62)
_SEAL_STATES = {"cancelled": "cancelled during the run", "registered": None}


class _Versions(Struct, frozen=True):
    """Version 0 is the population's; version i came by update i. Times in ns."""

    begun: tuple[int, ...]  # when it may first have been seen
    done: tuple[int, ...]  # when everyone had to see it
    states: tuple[tuple[Resident, ...], ...]  # more than one where an update is unresolved


class Register:
    """Possible states of every resident over the run."""

    def __init__(self, residents: Mapping[str, Resident], updates: Iterable[Update], reflection_ns: int = 0) -> None:
        """Join population and updates; `reflection_ns` is the target's documented time until a change shows."""
        self._residents = residents
        self._reflection_ns = reflection_ns
        by_resident: dict[str, list[Update]] = {}
        for update in updates:
            if update.result is not UpdateResult.FAILED and update.resident in residents:
                by_resident.setdefault(update.resident, []).append(update)
        self._versions = {key: _versions(residents[key], changes) for key, changes in by_resident.items()}

    @property
    def changed(self) -> frozenset[str]:
        """Keys of the residents that some update may have changed."""
        return frozenset(self._versions)

    def states(self, resident: str, from_ns: int, to_ns: int) -> tuple[Resident, ...]:
        """Return every state that was legal to read at some instant of [from_ns - reflection, to_ns].

        Empty for residents outside the population. The newest state comes last.
        """
        versions = self._versions.get(resident)
        if versions is None:
            known = self._residents.get(resident)
            return (known,) if known is not None else ()
        low = bisect_left(versions.done, from_ns - self._reflection_ns) - 1
        high = bisect_right(versions.begun, to_ns) - 1
        found: list[Resident] = []
        for states in versions.states[max(low, 0) : high + 1]:
            found += [s for s in states if s not in found]
        return tuple(found)

    def all_states(self, resident: str) -> tuple[Resident, ...]:
        """Return every state a resident may have had at any time."""
        return self.states(resident, _ALWAYS, -_ALWAYS)


def _versions(base: Resident, updates: list[Update]) -> _Versions:
    begun, done = [_ALWAYS], [_ALWAYS]
    states: list[tuple[Resident, ...]] = [(base,)]
    for update in sorted(updates, key=lambda u: (u.from_ns, u.update)):
        after = tuple(changed(s, update.field, update.value) for s in states[-1])
        unresolved = update.result is UpdateResult.UNRESOLVED or update.to_ns == NEVER
        begun.append(update.from_ns)
        done.append(max(done[-1], update.from_ns if unresolved else update.to_ns))
        states.append((*states[-1], *after) if unresolved else after)
    return _Versions(tuple(begun), tuple(done), tuple(states))


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
