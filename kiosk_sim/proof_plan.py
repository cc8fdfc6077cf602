"""The self-proof's plan: many kiosks at once and one at a time, through every manner of the counting endpoint."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import msgspec

import harness
from harness.journal import RunFolder
from harness.journal.run_folder import write_whole
from harness.records.certificates import Certificate, Options
from harness.records.manifest import MANIFEST_VERSION, Manifest
from harness.records.plan import (
    PLAN_VERSION,
    Batch,
    BatchKind,
    Driver,
    Phase,
    PlanHeader,
    PlannedApplication,
    Step,
    Withhold,
)
from harness.records.target import Target
from kiosk_sim.counting import Manner

ENGINE_PHASE, QUIET_PHASE = "E", "Q"
_BURST = 24  # kiosks released together
_ROWS = 8  # kiosks that go through all manners in a row, one customer after the other
_HASTY = 8  # kiosks of the burst that is dismissed while it is held, and comes again
_ROW = (Manner.ECHO, Manner.IDLE, Manner.UNREAD, Manner.DEAF, Manner.TORN, Manner.REDIRECT, Manner.ECHO)

# The limits only end what hangs: a generator's fault shows in the counts, and a slow machine is no fault. The hold is
# long, so that the endpoint loses its patience first even there.
_TARGET = """\
name = "self-proof"
url = "http://127.0.0.1:{echo}"
adapter = "echo"
client = "{client}"
connections = {connections}
{nodes}
[limits]
connect_s = 60.0
answer_s = 60.0
document_s = 60.0
settle_s = 0.0
[burst]
hold_ms = 300.0
longest_hold_ms = 5000.0
"""


def lay_out(proof: RunFolder, ports: Mapping[str, int], target: Target) -> None:
    """Write target, plan and manifest of the proof: same standpoint and pool size as the real target's."""
    nodes = ", ".join(f'{{ id = "{manner}", url = "http://127.0.0.1:{port}" }}' for manner, port in ports.items())
    text = _TARGET.format(
        echo=ports[Manner.ECHO],
        client=target.client.value,
        connections=target.connections,
        nodes=f"nodes = [{nodes}]",
    )
    write_whole(proof.target, text.encode())
    batches = [*_engine_batches(), *_quiet_batches()]
    lines = [msgspec.json.encode(record) + b"\n" for record in (_header(batches), *batches)]
    write_whole(proof.plan, b"".join(lines))
    write_whole(proof.manifest, msgspec.json.encode(_manifest(proof)))


def _engine_batches() -> Iterable[Batch]:
    burst = [_application("e", number, f"P{number:03d}", Manner.ECHO) for number in range(_BURST)]
    numbers = itertools.count(_BURST)
    rows = [_application("e", next(numbers), f"P{kiosk:03d}", manner) for manner in _ROW for kiosk in range(_ROWS)]
    hasty = [_application("e", next(numbers), f"P{kiosk:03d}", Manner.HASTY) for kiosk in range(_HASTY)]
    yield _batch("E1", ENGINE_PHASE, BatchKind.BURST, burst)
    yield _batch("E2", ENGINE_PHASE, BatchKind.CLOSED, rows)
    yield msgspec.structs.replace(_batch("E3", ENGINE_PHASE, BatchKind.BURST, hasty), withhold=Withhold.HEADER)


def _quiet_batches() -> Iterable[Batch]:
    row = [_application("q", number, f"Q{number % 2}", manner) for number, manner in enumerate(_ROW)]
    yield _batch("Q1", QUIET_PHASE, BatchKind.SEQUENCE, row)


def _application(prefix: str, number: int, kiosk: str, manner: Manner) -> PlannedApplication:
    return PlannedApplication(
        application=f"{prefix}{number:04d}",
        resident=f"{prefix}-person-{number:04d}",
        card=f"{prefix}-card-{number:04d}",
        certificate=Certificate.JUMINHYO,
        options=Options(),
        kiosk=kiosk,
        store="proof",
        node=manner.value,
    )


def _batch(name: str, phase: str, kind: BatchKind, applications: list[PlannedApplication]) -> Batch:
    return Batch(batch=name, phase=phase, kind=kind, applications=tuple(applications), sync_step=Step.APPLY)


def _header(batches: list[Batch]) -> PlanHeader:
    applications = [a for b in batches for a in b.applications]
    return PlanHeader(
        version=PLAN_VERSION,
        scenario="self-proof",
        scenario_digest="",
        seed=0,
        population_digest="",
        target="self-proof",
        phases=(_phase(ENGINE_PHASE, Driver.ENGINE), _phase(QUIET_PHASE, Driver.QUIET)),
        batches=len(batches),
        applications=len(applications),
        updates=0,
        residents=len({a.resident for a in applications}),
        kiosks=tuple(sorted({a.kiosk for a in applications})),
        nodes=tuple(Manner),
    )


def _phase(name: str, driver: Driver) -> Phase:
    return Phase(phase=name, title_ja="自己証明", title_en="self-proof", driver=driver, users=_BURST)


def _manifest(proof: RunFolder) -> Manifest:
    return Manifest(
        version=MANIFEST_VERSION,
        run=proof.path.name,
        honnin=harness.__version__,
        scenario="self-proof",
        scenario_digest="",
        target="self-proof",
        target_digest="",
        plan_digest="",
        population_digest="",
        started_wall_ns=0,
    )
