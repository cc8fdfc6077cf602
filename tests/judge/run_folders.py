"""Lays a hand-written history out as a complete run folder. Documents hold "owner number" instead of a PDF."""

import hashlib

import bare
import msgspec

from harness.campaign import write_plan
from harness.journal import DocumentWriter, RunFolder
from harness.journal.segments import frame
from harness.population import Population, save
from harness.reading.store import ReadingWriter
from harness.records.certificates import Certificate, Options
from harness.records.ownership import DocumentOwnership, PageVerdict
from harness.records.plan import Batch, BatchKind, Driver, Phase, PlannedApplication
from harness.records.reading import PageRead, Reading, ReadingStatus
from harness.records.resident import Resident, Seal

PEOPLE = ("R1", "R2", "R3", "R4")
SEAL = Seal(number="S1", registered_on="2020-01-01", diameter_mm=12.0, png_base64="")


class KeyOracle:
    """Stands in for the register oracle: every page's text is its owner's key, then its issue number."""

    made = None  # the builder of histories

    def __init__(self, population, profile, register, horizon_ns):
        """Take what the register oracle takes."""

    def judge(self, reading, one):
        """Judge by the keys on the pages; the key "crash" shows what a mistake of the oracle does."""
        facts = [(p.number, *p.text.split()) for p in reading.pages]
        if any(owner == "crash" for _, owner, _ in facts):
            raise RuntimeError("a checker's own mistake")
        pages = tuple(
            self.made.own_page(one.resident, page=n, verdict=PageVerdict.UNREAD)
            if owner == "unread"
            else self.made.own_page(owner, page=n, number=number)
            if owner == one.resident
            else self.made.foreign_page(owner, page=n, number=number)
            for n, owner, number in facts
        )
        return DocumentOwnership(
            application=one.application, delivery="", digest=reading.digest, status=reading.status, pages=pages
        )


class RunOnDisk:
    """One burst of four people, and the folder that a run of it leaves."""

    def __init__(self, history, path):
        self.history = history
        self.path = path
        self.bodies = []

    def play(self, owners=PEOPLE):
        """Let everyone ask; the document each receives is the one of `owners`."""
        for number, (resident, owner) in enumerate(zip(PEOPLE, owners, strict=True)):
            name = f"A{number}"
            body = f"{owner} {100 + PEOPLE.index(owner) if owner in PEOPLE else 0}"
            self.history.asks(name, resident, number, number + 5, card=f"c{resident}")
            self.history.gets(name, body=body, number=name)
            self.bodies.append(body)
        self.history.batch("B00001", left=(0.0,) * 4, applications=("A0", "A1", "A2", "A3"))

    def lay(self, records=None, cards=()):
        """Write the folder; `records` instead of those of a complete run. Returns its path."""
        folder = RunFolder.create(self.path)
        people = {k: Resident(key=k, municipality="架空県見本市", household=f"H{k}", seal=SEAL) for k in PEOPLE}
        save(Population(residents=people, koseki={}, municipality="架空県見本市"), folder.population)
        folder.target.write_text('name = "t"\nurl = "http://127.0.0.1:1"\n')
        population = sha(folder.population / "residents.jsonl", folder.population / "koseki.jsonl")
        self._plan(folder, population)
        (folder.path / "cards.jsonl").write_bytes(b"".join(msgspec.json.encode(c) + b"\n" for c in cards))
        folder.manifest.write_bytes(msgspec.json.encode(manifest(folder, population)))
        self._documents(folder)
        segment = b"".join(frame(n, r) for n, r in enumerate(records or self.history.whole()))
        folder.segment(self.history.writer).write_bytes(segment)
        return folder.path

    def _plan(self, folder, population):
        applications = tuple(planned(a, r) for a, r in self.history.residents.items())
        batch = Batch(batch="B00001", phase="P1", kind=BatchKind.BURST, applications=applications)
        phase = Phase(phase="P1", title_ja="同時", title_en="Bursts", driver=Driver.ENGINE)
        header = plan_header("smoke", phase, population, batches=1, applications=len(applications), residents=4)
        write_plan(folder.plan, header, [batch])

    def _documents(self, folder):
        store, readings = DocumentWriter(folder, self.history.writer), ReadingWriter(folder, "reader-1")
        digests = {store.put(body.encode()): body for body in self.bodies}
        for digest, body in digests.items():
            page = PageRead(number=1, text=body)
            readings.append(Reading(digest=digest, status=ReadingStatus.READ, pages=(page,)))
        readings.close()
        store.close()


def sha(*files):
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def planned(application, resident):
    return PlannedApplication(
        application=application,
        resident=resident,
        card=f"c{resident}",
        certificate=Certificate.JUMINHYO,
        options=Options(),
        kiosk="K001",
        store="S001",
    )


def plan_header(scenario, phase, population, **more):
    told = {"scenario": scenario, "population_digest": population, "phases": (phase,), "kiosks": ("K001",)}
    return bare.plan_header(**told, **more)


def manifest(folder, population, **more):
    told = {
        "target_digest": sha(folder.target),
        "plan_digest": sha(folder.plan),
        "population_digest": population,
        "started_wall_ns": 1_743_557_400_000_000_000,
        "cards": "cards.jsonl",
    }
    return bare.manifest(**told | more)
