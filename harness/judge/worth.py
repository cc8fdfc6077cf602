"""What a run is worth beside its verdict: the standard procedure, the load it was to carry, the runs before it."""

from __future__ import annotations

from msgspec import Struct

from harness.assurance.load import told_load
from harness.assurance.procedure import Carried, compare
from harness.assurance.tries import told_tries
from harness.checks.history import HistoryView
from harness.journal.ledger import standing_of
from harness.judge.inputs import Inputs
from harness.judge.verdict import Basis
from harness.records.generator import Achieved
from harness.records.history import Ending
from harness.records.procedure import PROCEDURE_FILE
from harness.records.verdict import Conformance, Exposure, NodeBuild, Outcome, People, Reason


class Worth(Struct, frozen=True, kw_only=True):
    """What stands in the verdict; nothing of it decides."""

    conformance: Conformance | None = None
    load: Reason | None = None
    tries: Reason | None = None


def worth_of(
    inputs: Inputs,
    basis: Basis,
    outcome: Outcome,
    exposure: Exposure,
    people: People,
    nodes: tuple[NodeBuild, ...],
    achieved: Achieved,
) -> Worth:
    """Compare a run with the procedure in its folder, its load with the target's, and place it in the ledger.

    Without a procedure (a folder of an older version) there is no conformance. Baselines, follow-ups and imports are
    no tries. Raises ConfigError where the procedure cannot be read.
    """
    carried = Carried(
        outcome=outcome,
        kind=inputs.manifest.kind,
        acceptance=inputs.header.acceptance,
        assure=inputs.header.assure,
        phases=frozenset(kind for phase, kind in basis.plan.kinds.items() if basis.view.phases.get(phase, False)),
        exposure=exposure,
        people=people,
        scope=basis.scope,
        controls=basis.controls,
        nodes=nodes,
        served=_served(basis.view),
        target=inputs.target,
        baseline=basis.baseline,
    )
    file = inputs.folder.path / PROCEDURE_FILE
    conformance = compare(file, carried) if file.exists() else None
    tries = told_tries(standing_of(inputs.folder), outcome) if inputs.manifest.kind == "run" else None
    return Worth(conformance=conformance, load=told_load(inputs.target.load, achieved.lateness), tries=tries)


def _served(view: HistoryView) -> frozenset[str]:
    applications = view.applications
    asked = zip(applications.strings("certificate"), applications.column("ending"), strict=True)
    return frozenset(certificate for certificate, ending in asked if ending is Ending.DELIVERED)
