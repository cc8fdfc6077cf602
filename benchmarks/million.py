"""A campaign of many applications: compiled, played against a simulated target with its journal, and counted.

The plan is one of arrivals, compiled as `honnin run` does; every application is played by the kiosks' own performer
over a driver without a network (two sends and a document each), journaled and stored as in a run; then journal and
store are read and all is counted: exposure, final classes and both identities.

Run: python benchmarks/million.py [--applications 10000 100000 1000000]

Each size in a process of its own. Seconds are of one processor; those per 100,000 applications tell the growth.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections import deque
from datetime import date
from pathlib import Path

from sizes import measure_each

from harness.campaign import compile_plan, read_plan, write_plan
from harness.campaign.scenario import Mix, Scenario
from harness.checks.documents import Documents, condense
from harness.checks.gather import gather
from harness.journal import DocumentStore, DocumentWriter, RunFolder, SegmentWriter, read_history
from harness.judge.accounting import Sources, account_applications, account_deliveries
from harness.judge.classes import final_classes
from harness.judge.exposure import measure_exposure
from harness.population import make_population
from harness.records.history import BatchEnded, BatchStarted, Ending
from harness.records.ownership import DocumentOwnership, PageOwnership, PageVerdict
from harness.records.plan import Step
from harness.records.reading import ReadingStatus
from harness.records.target import Client, Target
from kiosk_sim.drivers.canned import CannedTransport
from kiosk_sim.drivers.perform import Performer
from kiosk_sim.drivers.routing import Routing
from kiosk_sim.played import read_played
from kiosk_sim.playlog import PlayLog
from kiosk_sim.targets.actions import Answered, Deliver, End, Send
from kiosk_sim.targets.basic import BasicAdapter

RESIDENTS = 5_000
PER_SECOND = 20.0
TARGET = Target(name="simulated", url="http://127.0.0.1:9", adapter="simulated", client=Client.CENTRE)


class SimulatedAdapter(BasicAdapter):
    """Applies and collects."""

    def issue(self, order):
        yield Send(method="POST", path="/applications", body=order.card.encode(), step=Step.APPLY)
        answer = yield Send(method="GET", path=f"/documents/{order.card}", step=Step.COLLECT, document=True)
        yield Deliver(body=answer.body, copy=1, issue_number=answer.header("x-issue-number"))
        return End(ending=Ending.DELIVERED, charged=True, acknowledged=True)


class Simulated:
    """Answers with a new document each time."""

    def __init__(self) -> None:
        self._issued = 0

    def answer(self, request):
        if request.method == "POST":
            return Answered(status=201, headers=(), body=b"{}")
        self._issued += 1
        number = f"{self._issued:08d}"
        body = f"document {number} of {request.path}".encode()
        return Answered(status=200, headers=(("x-issue-number", number), ("x-node-id", "n1")), body=body)


class Stages:
    """Prints what each stage cost."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._began_s = self._since_s = time.process_time()
        self._told: list[str] = []

    def over(self, name: str) -> None:
        """End a stage."""
        now_s = time.process_time()
        self._told.append(f"{name} {now_s - self._since_s:.1f} s, {peak_mb()} MB")
        self._since_s = now_s

    def tell(self, outcome: str) -> None:
        """Print all stages, and seconds and memory per 100,000 applications."""
        total_s, hundreds = time.process_time() - self._began_s, self._size / 100_000
        print(f"{self._size:>9,} applications: {'; '.join(self._told)}; {outcome}")
        print(f"{'':>10}all in {total_s:.1f} s CPU, {total_s / hundreds:.1f} s per 100,000; peak {peak_mb()} MB")


def peak_mb() -> int:
    """Return this process's peak memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Measure each size."""
    measure_each(measure, "applications", __doc__, 10_000, 40_000, 160_000)


def measure(size: int) -> None:
    """Plan, play and count one size."""
    population = make_population(1, RESIDENTS)
    stages = Stages(size)
    with tempfile.TemporaryDirectory() as scratch:
        folder = RunFolder.create(Path(scratch) / "run")
        phase = Mix(phase="P7", title_ja="", title_en="", per_second=PER_SECOND, seconds=size / PER_SECOND)
        scenario = Scenario(name="million", title_ja="", title_en="", phase=(phase,))
        header, batches = compile_plan(scenario, population, TARGET, 1, lambda key: f"C{key}", date(2026, 4, 1))
        write_plan(folder.plan, header, batches)
        del batches
        stages.over("planned")
        play(folder)
        stages.over("played and journaled")
        read_played(folder)
        stages.over("read by the next player")
        counted = count(folder)
        stages.over("counted")
        stages.tell(counted)


def play(folder: RunFolder) -> None:
    """Play the plan, one application after the other."""
    log = PlayLog(SegmentWriter(folder, "engine-1", "run"), DocumentWriter(folder, "engine-1"))
    transport = CannedTransport(Simulated().answer)
    transport.left = deque(maxlen=1)  # it would keep every request
    performer = Performer(
        target=TARGET,
        adapter=SimulatedAdapter(TARGET),
        routing=Routing(TARGET),
        transport=transport,
        log=log,
    )
    for batch in read_plan(folder.plan)[1]:
        log.write(BatchStarted(batch=batch.batch, phase=batch.phase, kind=batch.kind, at_ns=time.monotonic_ns()))
        for planned in batch.applications:
            performer.issue(planned, batch)
        log.write(BatchEnded(batch=batch.batch, at_ns=time.monotonic_ns()))
    log.close()


def count(folder: RunFolder) -> str:
    """Count everything; return what came of it."""
    view = gather((entry.writer, entry.sequence, entry.record) for entry in read_history(folder))
    store = DocumentStore(folder)
    stored = set(store.digests())
    documents = Documents((d.delivery, condense(own(d))) for d in view.deliveries)
    planned = {a.application for batch in read_plan(folder.plan)[1] for a in batch.applications}
    sources = Sources(planned=planned, stored=stored, stored_entries=store.entries, read=stored, ledger_offered=False)
    classes = final_classes(view, documents, ())
    exposure = measure_exposure(view, documents)
    both = account_applications(view, sources, classes), account_deliveries(view, sources, documents)
    closing = all(identity.closes for identity in both)
    return f"{exposure.applications:,} counted, both identities close: {closing}"


def own(delivery) -> DocumentOwnership:
    """Return the reading of one page that is the applicant's own."""
    page = PageOwnership(page=1, verdict=PageVerdict.OWN, issue_number=delivery.issue_number, counter=(1, 1))
    return DocumentOwnership(
        application=delivery.application,
        delivery=delivery.delivery,
        digest=delivery.digest,
        status=ReadingStatus.READ,
        pages=(page,),
    )


if __name__ == "__main__":
    main()
