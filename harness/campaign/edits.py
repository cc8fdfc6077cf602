"""What of somebody's entry in the register is changed and changed back: two items that stand in different places.

One item alone is of one state, old or new. Whether a document mixes two states shows only where both stand on it, and
only where the register never held the two together: so there are several values of each.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from harness.campaign.author import Author
from harness.records.certificates import Certificate
from harness.records.plan import Relation
from harness.records.resident import Resident

_ENDINGS = (
    "アイウエオカ"  # so many values: whoever waits for long may rightly be printed any of them, and all are tried
)
_SPACE = re.compile(r"(\s+)")
_ENTRIES = ("name", "residency", "former_name", "restricted", "householder")
_STATES = {"residency": ("deceased", "resident"), "restricted": ("true", "false")}  # after, and undone


class Edit(NamedTuple):
    """A field of one resident, what it may be changed to, and what undoes that."""

    resident: str
    field: str
    new: tuple[str, ...]
    old: str


def move(author: Author, key: str) -> tuple[Edit, ...]:
    """Return a move (転居) to places of its own; empty where no address is known."""
    who, block = author.cast.residents[key], author.rng.randrange(1, 99)
    new = tuple(f"{who.municipality}新町{number}丁目{block}番" for number in range(1, len(_ENDINGS) + 1))
    return (Edit(key, "address", new, who.address),) if who.address else ()


def spelling(author: Author, key: str) -> tuple[Edit, ...]:
    """Return a correction of the name's furigana; empty where none is known."""
    kana = author.cast.residents[key].kana
    return (Edit(key, "kana", tuple(f"{kana}{ending}" for ending in _ENDINGS), kana),) if kana else ()


def entry(author: Author, number: int) -> Edit | None:
    """Return the `number`-th change of another kind: name, former name, householder, death, protection, in turn.

    None where nobody who may be issued a certificate of residence has such an entry.
    """
    kind = _ENTRIES[number % len(_ENTRIES)]
    for _ in author.cast.residents:
        key = author.cast.next(Certificate.JUMINHYO)
        who = author.cast.residents[key]
        if kind in _STATES:
            new, old = _STATES[kind]
            return Edit(key, kind, (new,), old)
        if new := _renamed(who, kind):
            return Edit(key, kind, (new,), getattr(who, kind))
    return None


def of_family(author: Author, number: int) -> tuple[str, Edit] | None:
    """Return somebody, and the `number`-th change of a member of their household: furigana and name in turn.

    None where no two who may be issued a certificate of residence live together.
    """
    for edits_of in (_renaming, spelling) if number % 2 else (spelling,):
        for _ in author.cast.residents:
            key = author.cast.next(Certificate.JUMINHYO)
            reader, edits = author.cast.partner(key, Relation.HOUSEHOLD, Certificate.JUMINHYO), edits_of(author, key)
            if reader and edits:
                return reader, edits[0]
    return None


def _renaming(author: Author, key: str) -> tuple[Edit, ...]:
    who = author.cast.residents[key]
    return (Edit(key, "name", (new,), who.name or ""),) if (new := _renamed(who, "name")) else ()


def _renamed(who: Resident, field: str) -> str:
    """Return another value for a field that holds a name, "" where nothing is known of it, or it is a householder's.

    A householder's name stands on the family's certificates as well: theirs are other entries.
    """
    known: str | None = getattr(who, field)
    if known is None or who.nationality or who.householder in {None, who.name}:
        return ""
    if field == "former_name":
        return f"{known or _SPACE.split(who.name or '')[0]}旧"
    surname, *rest = _SPACE.split(known, maxsplit=1)
    return f"{surname}改{''.join(rest)}" if rest else ""


def again_and_again(author: Author, keys: Collection[str], count: int) -> list[tuple[str, str, str]]:
    """Return about `count` updates (resident, field, value): moves and spellings of all in turn, over and over.

    In the end everything is as before.
    """
    edits = [edit for of in (move, spelling) for key in keys for edit in of(author, key)][: count // 2]
    rounds = count // len(edits) - 1 if edits else 0
    changes = [(e.resident, e.field, e.new[number % len(e.new)]) for number in range(rounds) for e in edits]
    return [*changes, *((e.resident, e.field, e.old) for e in edits)]
