"""The same players work against a second, unlike target: SOAP, the centre's pool, serials only, polling."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pypdfium2
import pytest

from harness.records.certificates import Certificate, Options, Scope
from harness.records.history import ApplicationStarted, Delivery, Ending, NodeSeen, SendIntent
from harness.records.plan import AbortHow, Batch, BatchKind, PlannedAbort, Step
from harness.records.resident import Residency, Resident

pytestmark = pytest.mark.slow
SOAP = Path(__file__).parent.parent / "soap_target"
PEOPLE = 24


def resident(number):
    return Resident(
        key=f"R{number:05d}",
        municipality="架空県見本市",
        household=f"H{(number + 1) // 2:05d}",
        name=f"見本　{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地'[number - 1]}太",
        kana="ミホン",
        born_on=f"19{40 + number}-04-{number:02d}",
        sex="男",
        relation="世帯主" if number % 2 else "子",
        address=f"架空県見本市中央{number}丁目1番",
        residency=Residency.MOVED_OUT if number == PEOPLE else Residency.RESIDENT,
        cards=(str(9_000_000 + number),),
    )


@pytest.fixture
def soap(tmp_path, run_against):
    """Start the SOAP target; return a function that lays out a run against it."""
    people = tmp_path / "people"
    people.mkdir()
    lines = [msgspec.json.encode(resident(n)) + b"\n" for n in range(1, PEOPLE + 1)]
    (people / "residents.jsonl").write_bytes(b"".join(lines))
    children = []

    def start(*options):
        ready = tmp_path / "soap.json"
        places = ["--population", str(people), "--state", str(tmp_path / "soap"), "--ready-file", str(ready)]
        command = [sys.executable, str(SOAP / "server.py"), *places, *options]
        children.append(subprocess.Popen(command, stdin=subprocess.PIPE))
        by = time.monotonic() + 20.0
        while not ready.exists():
            assert time.monotonic() < by, "the SOAP target did not start within 20 s"
            time.sleep(0.02)
        head = 'adapter = "soap_adapter:SoapAdapter"\nclient = "centre"\nconnections = 4\n'
        head = head.replace("ledger = true", "")
        run = run_against(
            json.loads(ready.read_text())["url"], f'poll_ms = 20.0\n[extra]\nadapter_path = "{SOAP}"\n', head
        )
        text = run.folder.target.read_text().replace("ledger = true", "ledger = false")
        run.folder.target.write_text(text.replace("updates = true", "updates = false"))
        return run

    yield start
    for child in children:
        child.stdin.close()
        child.wait(10)


def application(run, number, **more):
    return run.application(number, card=str(9_000_000 + number), **more)


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def test_a_visit_by_serial_is_polled_delivered_and_concluded(soap):
    run = soap()
    run.plan(Batch(batch="B1", phase="P1", kind=BatchKind.SEQUENCE, applications=(application(run, 1),)))
    assert run.play("probe") == 0, run.errors
    assert run.play("quiet", "--phase", "P1") == 0, run.errors
    end = run.endings()["A000001"]
    assert (end.ending, end.copies, end.acknowledged, end.charged) == (Ending.DELIVERED, 1, True, None)
    (delivery,) = run.records(Delivery)
    assert delivery.request_id == end.request_id
    assert delivery.issue_number
    assert "見本　甲太" in text_of(run.documents()["A000001/d1"]).replace(" ", "　")
    steps = [i.step for i in run.records(SendIntent) if i.application]
    assert steps[0] is Step.APPLY
    assert steps[-1] is Step.ACKNOWLEDGE
    assert set(steps[1:-1]) == {Step.COLLECT}
    assert [(n.node, n.build) for n in run.records(NodeSeen)] == [("soap", "soap-1.4")]


def test_copies_refusals_and_cancellation(soap):
    run = soap()
    applications = (
        application(run, 1, options=Options(copies=2, scope=Scope.ALL)),
        application(run, PEOPLE),
        application(run, 3, certificate=Certificate.INKAN),
        application(run, 4, abort=PlannedAbort(step=Step.COLLECT, how=AbortHow.CANCEL)),
        application(run, 5, certificate=Certificate.KOSEKI),
    )
    run.plan(Batch(batch="B1", phase="P1", kind=BatchKind.SEQUENCE, applications=applications))
    assert run.play("quiet", "--phase", "P1") == 0, run.errors
    ends = [(e.ending, e.code, e.copies) for e in run.endings().values()]
    assert ends == [
        (Ending.DELIVERED, "", 2),
        (Ending.REFUSED, "102", 0),
        (Ending.REFUSED, "104", 0),
        (Ending.ABORTED, "cancelled", 0),
        (Ending.REFUSED, "not_offered", 0),
    ]


def bursts(run, rounds):
    batches = []
    for number in range(rounds):
        people = [application(run, 1 + (2 * n + number) % (PEOPLE - 1), kiosk=f"K{n}") for n in range(6)]
        name = f"B{number:03d}"
        batches.append(Batch(batch=name, phase="P1", kind=BatchKind.BURST, applications=tuple(people)))
    run.plan(*batches)


def misdelivered(run):
    """Return the applications whose document does not show their own resident."""
    wrong = []
    started = {s.application: s for s in run.records(ApplicationStarted)}
    for delivery, pdf in run.documents().items():
        name = delivery.partition("/")[0]
        own = resident(int(started[name].resident[1:])).name
        if own.replace("　", "") not in text_of(pdf).replace(" ", "").replace("　", ""):
            wrong.append(name)
    return wrong


def test_bursts_through_the_centres_pool_bring_everybody_their_own(soap):
    run = soap()
    bursts(run, 10)
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert {e.ending for e in run.endings().values()} == {Ending.DELIVERED}
    assert misdelivered(run) == []
    connections = {i.connection for i in run.records(SendIntent)}
    assert len(connections) == 4


def test_the_switched_on_swap_brings_people_others_documents(soap):
    run = soap("--swap")
    bursts(run, 25)
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert misdelivered(run)


def test_alone_the_swap_never_shows(soap):
    run = soap("--swap")
    applications = tuple(application(run, n) for n in range(1, 11))
    run.plan(Batch(batch="B1", phase="P1", kind=BatchKind.SEQUENCE, applications=applications))
    assert run.play("quiet", "--phase", "P1") == 0, run.errors
    assert misdelivered(run) == []
