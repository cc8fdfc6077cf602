"""Shares a page out among the people it lists, so that a value is compared with the right person's."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from harness.reading.labelled import Labelled
from harness.reading.profile import Per
from harness.reading.wanted import Wanted

_SHORT = 2  # 男, 子: too common to tell people apart


def person_regions(
    values: Sequence[Labelled], by_label: Mapping[str, Sequence[Wanted]], agree: Callable[[Labelled, Wanted], bool]
) -> list[tuple[int, str]]:
    """Return (start, person) of the parts of the page that surely are one listed person's, "" where none is sure.

    A part begins at a name beside its label and ends before the next. It is a person's where items that only this
    person has stand beside their labels, and hardly any that only another has: one of them may be the wrong item.
    A part with a label more often than one person has such items is two people's, drawn row by row.
    """
    labels = {label for label, items in by_label.items() if any(w.identity and w.per is Per.PERSON for w in items)}
    starts = [v.start for v in values if v.label in labels]
    votes: list[Counter[str]] = [Counter() for _ in starts]
    standing: list[Counter[str]] = [Counter() for _ in starts]
    most = {label: _most_of_one(items) for label, items in by_label.items()}
    for found in values:
        part = bisect_right(starts, found.start) - 1
        if part < 0:
            continue
        standing[part][found.label] += 1
        items = [w for w in by_label.get(found.label, ()) if w.per is Per.PERSON and _telling(w)]
        persons = {w.person for w in items if agree(found, w)}
        if len(persons) == 1:
            votes[part].update(persons)
    interleaved = [any(count > most.get(label, count) for label, count in part.items()) for part in standing]
    return [
        (start, "" if mixed else _elected(vote)) for start, vote, mixed in zip(starts, votes, interleaved, strict=True)
    ]


def _most_of_one(items: Sequence[Wanted]) -> int:
    """Return how many of a label's items one person has at most; items of the whole document count for each."""
    of_person = Counter(w.person for w in items if w.per is Per.PERSON)
    return max(of_person.values(), default=0) + sum(1 for w in items if w.per is not Per.PERSON)


def _telling(wanted: Wanted) -> bool:
    return wanted.day is not None or any(len(t) > _SHORT for t in wanted.texts)


def _elected(votes: Counter[str]) -> str:
    """Return the person whose part it is: two items or more, and twice as many as speak for all others."""
    if not votes:
        return ""
    ((person, most),) = votes.most_common(1)
    return person if most >= 2 and most >= 2 * (votes.total() - most) else ""
