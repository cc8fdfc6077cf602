"""Makes a baseline of a baseline run: learns what is volatile, keeps the documents that nothing speaks against."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from harness.baseline.issued import Issued, by_key
from harness.baseline.learning import FamilyOf, learn_tokens
from harness.baseline.mutual import unstable
from harness.baseline.oracle import Agreement, BaselineOracle
from harness.baseline.shelf import shelve
from harness.baseline.tellers import Related
from harness.records.baseline import BASELINE_VERSION, BaselineEntry, Learned, Trust


def learn(
    issued: Sequence[Issued],
    items: Mapping[str, tuple[str, ...]],
    related: Related,
    *,
    run: str,
    population: str,
    target: str,
) -> BaselineOracle:
    """Return the oracle of a baseline run's own documents, what is volatile on them learned from them."""
    everything = frozenset(item for mine in items.values() for item in mine)
    learned = Learned(
        version=BASELINE_VERSION,
        baseline=run,
        population_digest=population,
        target=target,
        tokens=learn_tokens(issued, everything, _families(issued, related)),
        days=tuple(sorted({one.moment.ended.date().isoformat() for one in issued})),
    )
    oracle = BaselineOracle(shelve(issued, learned, items, related))
    loose = unstable(oracle, issued)
    return BaselineOracle(shelve(issued, replace(learned, unstable=loose), items, related)) if loose else oracle


def _families(issued: Sequence[Issued], related: Related) -> FamilyOf:
    """Return the function that gives of every resident the first one they are related to."""
    first: dict[str, str] = {}
    for resident in sorted({one.key.resident for one in issued}):
        first[resident] = next((f for f in first.values() if related(resident, f)), resident)
    return lambda resident: first.get(resident, resident)


def entries_of(
    oracle: BaselineOracle, issued: Sequence[Issued], registered: Collection[str], refuted: Collection[str]
) -> tuple[BaselineEntry, ...]:
    """Return the entries of a baseline.

    `registered` are the deliveries that the register oracle found nothing against, `refuted` those with a grave
    finding or a defect, which are left out.
    """
    entries = []
    for key, same in sorted(by_key(issued).items(), key=lambda pair: (pair[1][0].application, pair[1][0].digest)):
        good = [one for one in same if one.delivery not in refuted]
        if good:
            entries.append(
                BaselineEntry(
                    resident=key.resident,
                    certificate=key.certificate,
                    options=key.options,
                    applications=tuple(one.application for one in good),
                    digests=tuple(one.digest for one in good),
                    issued_on=tuple(one.moment.ended.date().isoformat() for one in good),
                    trust=_trust(oracle, good, registered),
                )
            )
    return tuple(entries)


def _trust(oracle: BaselineOracle, good: Sequence[Issued], registered: Collection[str]) -> Trust:
    if all(one.delivery in registered for one in good):
        return Trust.REGISTER
    first = good[0]
    agree = (oracle.against([first], one.key, one.pages, one.moment).agreement for one in good[1:])
    return Trust.TWIN if len(good) > 1 and all(a is Agreement.EQUAL for a in agree) else Trust.SINGLE
