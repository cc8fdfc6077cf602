"""What can be played for the score: the clean issuer, its known defects and its controls, and what each must show."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from harness.config import load_toml
from harness.errors import UsageError
from harness.records.findings import Anomaly

CLEAN = "clean"
_RACES_SEEDS = 5  # chance decides who meets whom: one run is no figure
_CONTROL_SEEDS = 5


class Kind(StrEnum):
    """What a subject is."""

    DEFECT = "defect"
    CONTROL = "control"  # correct in another way: whatever is found is a false alarm
    EXTERNAL = "external"  # somebody else's issuer; only its owner knows what is wrong with it


class Defect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A known defect of the reference issuer."""

    switch: str  # as written for the issuer: D02, D25@n2, D19:ttl=2
    shows: tuple[Anomaly, ...]
    own: str = ""  # scenario of its published incident, or of what else it needs
    seeds: int = _RACES_SEEDS
    in_log: bool = True
    killed: bool = False  # its nodes may be killed, and are started again
    beyond_ja: str = ""  # why go-live cannot bring it about
    beyond_en: str = ""


class Control(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correct issuer of another kind."""

    switch: str
    together: tuple[str, ...] = ()  # further controls that are on at the same time
    reflection_s: float = 0.0  # that the target file has to allow


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    defect: tuple[Defect, ...]
    control: tuple[Control, ...]
    subsets: dict[str, tuple[str, ...]]


class Subject(Struct, frozen=True, kw_only=True):
    """One issuer to be played against."""

    name: str  # D02, D25@n2, clean, gaps-in-numbers, or an opaque label
    kind: Kind
    shows: tuple[Anomaly, ...] = ()  # of which any is right; empty: any finding at all
    own: str = ""  # a scenario of its own, besides the one that is scored
    seeds: int = _CONTROL_SEEDS
    in_log: bool = True  # the issuer's own log tells whether it came about
    serve: tuple[str, ...] = ()  # options of the reference issuer
    killed: bool = False
    beyond_ja: str = ""
    beyond_en: str = ""
    reflection_s: float = 0.0


def subjects() -> tuple[Subject, ...]:
    """Return everything that comes with honnin: the clean issuer first, then defects, then controls."""
    zoo = _read()
    clean = Subject(name=CLEAN, kind=Kind.CONTROL)
    defects = (
        Subject(
            name=d.switch,
            kind=Kind.DEFECT,
            shows=d.shows,
            own=d.own,
            seeds=d.seeds,
            in_log=d.in_log,
            serve=("--defect", d.switch, *(("--revive-nodes",) if d.killed else ())),
            killed=d.killed,
            beyond_ja=d.beyond_ja,
            beyond_en=d.beyond_en,
        )
        for d in zoo.defect
    )
    controls = (
        Subject(
            name=c.switch,
            kind=Kind.CONTROL,
            serve=tuple(word for switch in (c.switch, *c.together) for word in ("--control", switch)),
            reflection_s=c.reflection_s,
        )
        for c in zoo.control
    )
    return (clean, *defects, *controls)


def out_of_reach(scenario: str) -> dict[str, Subject]:
    """Return, by name, the defects that a scenario cannot bring about, each of which says what would."""
    return {s.name: s for s in subjects() if s.beyond_en and s.own != scenario}


def chosen(names: tuple[str, ...], subset: str = "") -> tuple[Subject, ...]:
    """Return the subjects of these names and this subset, all without either; raise UsageError for unknown ones.

    A defect may be named without its node: D25 for D25@n2.
    """
    everything, sets = subjects(), _read().subsets
    if subset and subset not in sets:
        raise UsageError(f"no subset {subset!r}; there are: {', '.join(sets)}")
    wanted = (*names, *sets.get(subset, ()))
    known = {s.name.partition("@")[0]: s for s in everything} | {s.name: s for s in everything}
    if unknown := [name for name in wanted if name not in known]:
        raise UsageError(f"nothing is called {', '.join(unknown)}; there are: {', '.join(s.name for s in everything)}")
    return tuple(dict.fromkeys(known[name] for name in wanted)) if wanted else everything


def _read() -> _File:
    return load_toml(Path(str(files("harness.score").joinpath("zoo.toml"))), _File)
