"""People who are to be refused (交付不可): dealt out by reason, so that a frequent reason does not hide a rare one.

Most who may not be issued anything are children; drawn evenly from among all, nobody else would ever be asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from datetime import date

from harness.population.issuable import REASONS, refusals
from harness.records.certificates import Certificate
from harness.records.resident import Resident
from harness.records.rules import Rules

_PEOPLE_A_CASE = 12  # more would only need more card keys; a phase seldom refuses more people than that at once


class TurnedAway:
    """Hands out people to be refused, each reason in its turn. Deterministic for the order of people and calls."""

    def __init__(
        self,
        people: Sequence[Resident],
        kinds: Sequence[Certificate],
        on: date,
        rules: Rules,
        preferred: Collection[str],
    ) -> None:
        """Choose among `people` for each reason and certificate of `kinds`; those `preferred` are in the run anyway."""
        found: dict[tuple[str, Certificate], list[tuple[int, bool, bool, str]]] = {}
        for person in people:
            for certificate in kinds:
                reasons = tuple(refusals(person, certificate, on, rules))
                if reasons:
                    # A person with one reason only shows whether that reason is looked at; so does a tax record.
                    untaxed = certificate is Certificate.TAX and not person.taxes
                    rank = (len(reasons), untaxed, person.key not in preferred, person.key)
                    found.setdefault((reasons[0], certificate), []).append(rank)
        self._people = {
            (reason, certificate): _best(found[reason, certificate])
            for reason in REASONS
            for certificate in kinds
            if (reason, certificate) in found
        }
        self._turns = deque(reason for reason in REASONS if any(reason == of for of, _ in self._people))

    @property
    def cases(self) -> tuple[tuple[str, Certificate], ...]:
        """Every (reason, certificate) for which there is somebody, in the order of `REASONS`."""
        return tuple(self._people)

    @property
    def keys(self) -> frozenset[str]:
        """Keys of all who may be handed out."""
        return frozenset(key for people in self._people.values() for key in people)

    def next(self, certificate: Certificate, besides: Collection[str], reason: str | None = None) -> str | None:
        """Return somebody not among `besides` to be refused `certificate` for `reason` (None: the next in turn).

        None where there is no such person.
        """
        for turn in list(self._turns) if reason is None else [reason]:
            people = self._people.get((turn, certificate), deque())
            for key in people:
                if key not in besides:
                    people.remove(key)
                    people.append(key)
                    self._turns.remove(turn)
                    self._turns.append(turn)
                    return key
        return None


def _best(ranked: list[tuple[int, bool, bool, str]]) -> deque[str]:
    """Return the people of the best rank, in the order in which they were found."""
    fewest, untaxed, *_ = min(ranked)
    best = [rank for rank in ranked if rank[:2] == (fewest, untaxed)]
    best.sort(key=lambda rank: rank[2])  # stable: those in the run anyway first
    return deque(key for *_, key in best[:_PEOPLE_A_CASE])
