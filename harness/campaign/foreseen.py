"""Counts of a plan what the standard procedure asks for, so that `honnin plan` can say beforehand what is lacking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from harness.assurance.foreseen import Foreseen, Planned, foresee
from harness.campaign.forecast import Forecast
from harness.campaign.scenario import procedure_file
from harness.campaign.steering import SOLO_SHARE
from harness.records.plan import Batch
from harness.records.target import Target


def foreseen_of(seen: Forecast, batches: Iterable[Batch], target: Target, *, baseline: bool) -> Foreseen | None:
    """Compare a plan with the level that its scenario is made for; None of a scenario that is made for none.

    `seen` is its forecast; `baseline`: it will be compared with one. Raises ConfigError as `foresee`.
    """
    header = seen.header
    if header.assure.level is None or not header.acceptance:
        return None
    counts, certificates, phases = _counted(batches)
    strata = {(one.group, one.name): one.count for one in seen.strata}
    counts |= {
        "residents": header.residents,
        "bursts": seen.trials,
        "updates": header.updates,
        "within_second_pairs": strata.get(("second", "within"), 0),
        "across_second_pairs": strata.get(("second", "across"), 0),
    }
    planned = Planned(
        phases=frozenset(phase.kind for phase in header.phases if phase.phase in phases),
        certificates=certificates,
        counts=counts,
        confidence=seen.confidence,
        target=target,
        baseline=baseline,
    )
    return foresee(procedure_file(), header.assure.level, planned)


def _counted(batches: Iterable[Batch]) -> tuple[dict[str, int], frozenset[str], frozenset[str]]:
    """Return counts by the procedure's names, the certificates asked for, and the phases that have batches.

    Of the pairs whose gap is decided while the campaign runs, those count that will be steered even where nothing was
    seen: by how long one visit alone takes.
    """
    counts: Counter[str] = Counter(same_kiosk_successions=0, after_abort=0)
    certificates, phases, slots = set(), set(), 0
    gave_up: dict[str, bool] = {}  # by kiosk, of the last who stood there
    for batch in batches:
        phases.add(batch.phase)
        slots += batch.slot is not None and len(batch.main) > 1 and batch.phase_ms is None
        for one in batch.applications:
            certificates.add(one.certificate.value)
            counts["same_kiosk_successions"] += one.kiosk in gave_up
            counts["after_abort"] += gave_up.get(one.kiosk, False)
            gave_up[one.kiosk] = one.abort is not None
    counts["steered_pairs"] = int(slots * SOLO_SHARE)
    return dict(counts), frozenset(certificates), frozenset(phases)
