"""The cast (配役): which residents a plan may use, for what, and who takes the stage next.

Every resident is handed out in a shuffled round, so that reuse is even and as late as the number of people allows.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from datetime import date

from msgspec.structs import replace

from harness.campaign.relations import Relations
from harness.campaign.turned_away import TurnedAway
from harness.errors import UsageError
from harness.population.issuable import refusal
from harness.records.certificates import Certificate, Options, Scope
from harness.records.plan import Relation
from harness.records.resident import Resident
from harness.records.rules import DEFAULT_RULES, Rules

Choices = Mapping[tuple[str, Certificate], tuple[Options, ...]]  # of a resident for a certificate
_IN_COPIES = frozenset({Certificate.JUMINHYO, Certificate.KISAIJIKO})
_OF_KOSEKI = frozenset({Certificate.KOSEKI, Certificate.FUHYO})
_SHARE_OF_COPIES = 0.05
_DRAWN_FROM = 12  # of the longest rested: groups differ from round to round, and nobody comes back at once


class Cast:
    """Hands out residents. Deterministic for a given generator and order of calls."""

    def __init__(
        self,
        residents: Collection[Resident],
        rng: random.Random,
        on: date,
        limit: int = 0,
        without: Collection[str] = (),
        kinds: Collection[Certificate] = tuple(Certificate),
        choices: Choices | None = None,
        rules: Rules = DEFAULT_RULES,
    ) -> None:
        """Take at most `limit` residents (0: all) but none of `without`; people refused all `kinds` are kept apart.

        `rules` decide who is refused. Where `choices` has options for a resident and certificate, they choose among
        those only.
        """
        self._choices, self._limited = choices or {}, limit > 0
        people = sorted((r for r in residents if r.key not in without), key=lambda r: r.key)
        rng.shuffle(people)
        self.residents = {r.key: r for r in people}
        self._rng = rng
        without_record = _without_tax_record(people)
        may = {
            r.key: tuple(
                c
                for c in Certificate
                if c in kinds
                and not refusal(r, c, on, rules)
                and not (c is Certificate.TAX and r.key in without_record)
            )
            for r in people
        }
        ordinary = [r.key for r in people if may[r.key]]
        self._may = may
        self._met = set[str]()  # namesakes who have met
        self._round = deque(ordinary[:limit] if limit else ordinary)
        if not self._round:
            raise UsageError(
                f"nobody in this population may be issued any of: {', '.join(kinds)}; check residency and dates"
            )
        self._turned_away = TurnedAway(people, [c for c in Certificate if c in kinds], on, rules, set(self._round))
        everybody = self.residents.values()
        self._sizes = Counter(group for r in everybody for group in (r.household, r.koseki) if group)
        self._relations = Relations(self.residents[key] for key in self._round)

    @property
    def ordinary(self) -> tuple[str, ...]:
        """Keys of those to whom at least one of the kinds may be issued."""
        return tuple(self._round)

    def next(self, certificate: Certificate | None = None, besides: Collection[str] = ()) -> str:
        """Return the resident who waited longest, may be issued `certificate`, and is not among `besides`.

        Raises UsageError naming the certificate where there is no such person.
        """
        found = self._first(lambda key: key not in besides and (certificate is None or certificate in self._may[key]))
        if found is None:
            what = certificate or "any certificate"
            raise UsageError(
                f"the population has too few residents who may be issued {what} for {len(besides) + 1} at once; "
                "enlarge it, or lower kiosks and burst sizes in the scenario"
            )
        return found

    def next_for(
        self, certificate: Certificate, kinds: Collection[Certificate], besides: Collection[str]
    ) -> tuple[str, Certificate] | None:
        """Return a free resident and `certificate`, else anyone free and one of `kinds` for them, else None."""
        key = self._first(lambda k: k not in besides and certificate in self._may[k])
        if key is not None:
            return key, certificate
        key = self._first(lambda k: k not in besides and not set(kinds).isdisjoint(self._may[k]))
        return None if key is None else (key, self._rng.choice([c for c in self._may[key] if c in kinds]))

    def pair(
        self, relation: Relation, first: Certificate, second: Certificate, besides: Collection[str] = ()
    ) -> tuple[str, str] | None:
        """Return two people who stand so to each other and may be issued these; None where there are none."""
        if relation is Relation.STRANGERS:
            one = self._first(lambda key: key not in besides and first in self._may[key])
            near = self._relations.near(one) if one else frozenset()
            other = self._first(lambda key: key not in near and key not in besides and second in self._may[key])
            return (one, other) if one and other else None

        def fitting(key: str) -> list[str]:
            if key in besides or first not in self._may[key]:
                return []
            partners = self._relations.partners(key, relation)
            return [p for p in partners if p not in besides and second in self._may.get(p, ())]

        def namesakes(key: str) -> list[str]:
            alike = () if key in self._met else self._relations.namesakes(key)
            return [p for p in fitting(key) if p in alike] if alike else []

        # Two of one name and birthday are few, and easily taken for each other: they meet before anybody else is drawn.
        if relation is Relation.SAME_BIRTHDAY and (one := self._first(lambda key: bool(namesakes(key)))):
            other = self._rng.choice(namesakes(one))
            self._met |= {one, other}
            return one, other
        one = self._first(lambda key: bool(fitting(key)))
        return (one, self._rng.choice(fitting(one))) if one else None

    def partner(self, key: str, relation: Relation, certificate: Certificate) -> str | None:
        """Return somebody who stands so to `key` and may be issued `certificate`; None where there is nobody."""
        return next((p for p in self._relations.partners(key, relation) if certificate in self._may.get(p, ())), None)

    def possible(self, relation: Relation) -> frozenset[tuple[Certificate, Certificate]]:
        """Return which two certificates two people who stand so to each other may be issued."""
        if relation is Relation.STRANGERS:
            kinds = {self._may[key] for key in self._round}
            together = {(mine, theirs) for mine in kinds for theirs in kinds}
        else:
            together = {
                (self._may[key], self._may[other])
                for key in self._round
                for other in self._relations.partners(key, relation)
            }
        return frozenset((one, other) for mine, theirs in together for one in mine for other in theirs)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all who may be handed out, sorted: those above and those to be refused."""
        return tuple(sorted({*self._round, *self._turned_away.keys}))

    @property
    def everybody(self) -> tuple[str, ...]:
        """Keys of all residents, sorted, those who are refused everything included; with a limit, those handed out."""
        return self.keys if self._limited else tuple(sorted(self.residents))

    def cases(self, kinds: Collection[Certificate]) -> tuple[tuple[str, Certificate], ...]:
        """Return every (reason, certificate) among `kinds` for which somebody here may not be issued it."""
        return tuple(case for case in self._turned_away.cases if case[1] in kinds)

    def refused(self, certificate: Certificate, besides: Collection[str] = (), reason: str | None = None) -> str | None:
        """Return somebody not among `besides` who may not be issued `certificate`, None where there is no such person.

        The reason is `reason`, else the one that was tried least lately.
        """
        return self._turned_away.next(certificate, besides, reason)

    def may(self, key: str) -> tuple[Certificate, ...]:
        """Return what may be issued to a resident."""
        return self._may[key]

    def options(self, key: str, certificate: Certificate) -> Options:
        """Draw options that this resident may choose for `certificate`."""
        draw = self._rng.random
        resident = self.residents[key]
        if known := self._choices.get((key, certificate)):
            chosen = self._rng.choice(known)
            return replace(chosen, copies=2) if certificate in _IN_COPIES and draw() < _SHARE_OF_COPIES else chosen
        if certificate in {Certificate.JUMINHYO, Certificate.KISAIJIKO}:
            scope = Scope.ALL if draw() < 0.5 else Scope.SELF
            return Options(
                scope=scope, honseki=draw() < 0.4, relation=draw() < 0.5, copies=2 if draw() < _SHARE_OF_COPIES else 1
            )
        if certificate in {Certificate.KOSEKI, Certificate.FUHYO}:
            return Options(scope=Scope.ALL if draw() < 0.7 else Scope.SELF)
        if certificate is Certificate.TAX and resident.taxes:
            return Options(tax_year=self._rng.choice(resident.taxes).year)
        return Options()

    def every_choice(self, key: str, certificate: Certificate, *, known: bool = False) -> tuple[Options, ...]:
        """Return all options that `options` may draw for this resident, in one copy each, in a fixed order.

        With `known` those alone that the baseline has, where it has any.
        """
        if known and (choices := self._choices.get((key, certificate))):
            return choices
        if certificate in _IN_COPIES:
            asked = itertools.product((Scope.SELF, Scope.ALL), (False, True), (False, True))
            return tuple(Options(scope=scope, honseki=honseki, relation=relation) for scope, honseki, relation in asked)
        if certificate in _OF_KOSEKI:
            return tuple(Options(scope=scope) for scope in (Scope.SELF, Scope.ALL))
        years = self.residents[key].taxes if certificate is Certificate.TAX else ()
        return tuple(Options(tax_year=tax.year) for tax in years) or (Options(),)

    def listed(self, key: str, certificate: Certificate) -> int:
        """Return how many people of this population a full copy lists: it grows by pages with them."""
        one = self.residents[key]
        group = one.koseki if certificate in _OF_KOSEKI else one.household
        return self._sizes[group] if group else 1

    def _first(self, fits: Callable[[str], bool]) -> str | None:
        """Draw one of the longest rested who fit: in turn the same few would meet again and again, and nobody else."""
        drawn_from = max(1, min(_DRAWN_FROM, len(self._round) // 4))
        rested = list(itertools.islice(filter(fits, self._round), drawn_from))
        if not rested:
            return None
        key = self._rng.choice(rested)
        self._round.remove(key)
        self._round.append(key)
        return key


def _without_tax_record(people: Collection[Resident]) -> frozenset[str]:
    """Return of whom no tax year is known where one is of others: whether they may have a certificate nobody knows."""
    taxed = {r.key for r in people if r.taxes}
    return frozenset(r.key for r in people if r.key not in taxed) if taxed else frozenset()
