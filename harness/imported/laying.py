"""Lays an imported history out as a run folder, with the plan that it itself implies; reads its documents."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from harness.campaign.scenario import Scenario, Solo
from harness.imported.file import Import
from harness.imported.journal import PHASE, batch_of, first_ns, write_history
from harness.journal import RunFolder
from harness.records.plan import (
    PLAN_VERSION,
    Batch,
    BatchKind,
    Driver,
    Phase,
    PlanHeader,
    PlannedApplication,
)
from harness.run.prepare import JST, Request, lay_out
from harness.run.watch import read_all

TITLE = ("他の道具による記録", "recorded by something else")
SCENARIO = Scenario(
    name="import",
    title_ja=TITLE[0],
    title_en=TITLE[1],
    phase=(Solo(phase=PHASE, title_ja=TITLE[0], title_en=TITLE[1]),),
    acceptance=False,
)


def lay_import(request: Request, given: Import, readers: int | None = None) -> RunFolder:
    """Return the run folder of an imported history, its documents read. Raises UsageError, DiskFull."""
    began_ns = first_ns(given)
    on = datetime.fromtimestamp(began_ns / 1e9, UTC).astimezone(JST).date()
    request = replace(request, kind="import", started_wall_ns=began_ns)
    batches = _batches(given)
    folder = lay_out(request, _header(request, given, batches), batches, on)
    write_history(folder, given)
    read_all(folder, readers)
    return folder


def _batches(given: Import) -> list[Batch]:
    members: dict[str, list[PlannedApplication]] = {}
    bursts = {batch_of(one) for one in given.applications if one.burst}
    for one in given.applications:
        planned = PlannedApplication(
            application=one.id,
            resident=one.resident,
            card=one.card,
            certificate=one.certificate,
            options=one.options,
            kiosk=one.kiosk,
            store=one.store,
        )
        members.setdefault(batch_of(one), []).append(planned)
    return [
        Batch(
            batch=batch,
            phase=PHASE,
            kind=BatchKind.BURST if batch in bursts else BatchKind.SEQUENCE,
            applications=tuple(together),
            purpose="import",
        )
        for batch, together in members.items()
    ]


def _header(request: Request, given: Import, batches: list[Batch]) -> PlanHeader:
    return PlanHeader(
        version=PLAN_VERSION,
        scenario=SCENARIO.name,
        scenario_digest="",
        seed=0,
        population_digest=request.population.digest,
        target=request.target.name,
        phases=(Phase(phase=PHASE, title_ja=TITLE[0], title_en=TITLE[1], driver=Driver.QUIET),),
        batches=len(batches),
        applications=len(given.applications),
        updates=len(given.updates),
        residents=len({one.resident for one in given.applications}),
        kiosks=tuple(sorted({one.kiosk for one in given.applications})),
        nodes=tuple(n.id for n in request.target.nodes),
        title_ja=TITLE[0],
        title_en=TITLE[1],
        description_ja=f"記録: {given.header.recorder}",
        description_en=f"recorder: {given.header.recorder}",
        acceptance=False,
    )
