"""Lays out run folders of a target whose documents are one picture per page: a baseline, and runs compared with it."""

import hashlib
from pathlib import Path

import msgspec
from run_folders import manifest, plan_header, planned, sha

from harness.baseline.folder import bring
from harness.campaign import write_plan
from harness.journal import DocumentWriter, RunFolder
from harness.journal.segments import frame
from harness.population import Population, save
from harness.reading.document import read_document
from harness.reading.limits import ReaderLimits
from harness.reading.store import ReadingWriter
from harness.records.history import Delivery
from harness.records.plan import Batch, BatchKind, Driver, Phase
from harness.records.resident import Resident

PEOPLE = ("taka", "hashigo", "mori", "saki", "nabe", "watanabe")  # the first two, and the last two, are twins
BIRTHS = {"taka": "1980-04-12", "hashigo": "1980-04-12", "saki": "1990-11-03", "tatsu": "1990-11-08"}


class ImageRun:
    """One run of a target: hand documents out, then lay the folder."""

    def __init__(self, histories, tools, path, profile="none"):
        """`histories` is the module of the tests of checks, `tools` what the tests of pictures draw with."""
        self.history, self.tools, self.path, self.profile = histories.History(), tools, Path(path), profile
        self.histories = histories
        self.bodies = {}
        self.printed = 0

    def hand(self, who, printed=None, *, number="", **form):
        """Hand `who` a document on which `printed` stands, everything in its own second; return the application."""
        told, number = number, len(self.history.residents)
        name = f"A{number:06}"
        self.history.asks(name, who, number * 0.5, number * 0.5 + 0.4, batch=f"B{number:05}")
        self.history.batch(f"B{number:05}", BatchKind.SEQUENCE, at=number * 0.5, end=number * 0.5 + 0.45)
        body = printed if isinstance(printed, bytes) else self._paper(printed or who, **form)
        self._deliver(name, body, number, told or f"N{number}")
        return name

    def _paper(self, printed, **form):
        self.printed += 7
        person = self.tools.people[printed] if isinstance(printed, str) else printed
        drawn = self.tools.reportlab(self.tools.lines(person, f"{100 + self.printed:06}"))
        return self.tools.copied(drawn, **{"dpi": 100, "form": "1-bit", **form})

    def _deliver(self, name, body, number, told):
        digest = hashlib.sha256(body).hexdigest()
        self.bodies[digest] = body
        self.history.add(
            Delivery(
                delivery=f"D{number:04}",
                application=name,
                kiosk="K001",
                digest=digest,
                bytes=len(body),
                at_ns=self.histories.ns(number * 0.5 + 0.3),
                copy=1,
                issue_number=told,
                request_id=f"q{name}",
                node="n1",
                complete=True,
                late=False,
            )
        )

    def lay(self, baseline=None, kind="run"):
        """Write the folder, documents read by the reader; `baseline` is a folder to compare with. Return its path."""
        folder = RunFolder.create(self.path)
        people = {
            who: Resident(
                key=who,
                municipality="架空県見本市",
                household=f"H{who}",
                name=name,
                address=address,
                born_on=BIRTHS.get(who, "1970-01-01"),
            )
            for who, (name, _, address) in self.tools.people.items()
            if who in PEOPLE
        }
        save(Population(residents=people, koseki={}, municipality="架空県見本市"), folder.population)
        folder.target.write_text(f'name = "t"\nurl = "http://127.0.0.1:1"\nprofile = "{self.profile}"\n')
        (folder.path / "cards.jsonl").write_bytes(b"")
        population = sha(folder.population / "residents.jsonl", folder.population / "koseki.jsonl")
        self._plan(folder, population)
        brought = bring(RunFolder(baseline), folder) if baseline else ""
        started = self.histories.WALL_S * 10**9
        more = {"run": self.path.name, "scenario": "pictures", "started_wall_ns": started}
        told = manifest(folder, population, kind=kind, baseline=brought, **more)
        folder.manifest.write_bytes(msgspec.json.encode(told))
        self._documents(folder)
        segment = b"".join(frame(n, r) for n, r in enumerate(self.history.whole()))
        folder.segment(self.history.writer).write_bytes(segment)
        return folder.path

    def _plan(self, folder, population):
        batches = [
            Batch(batch=f"B{n:05}", phase="P1", kind=BatchKind.SEQUENCE, applications=(planned(a, who),))
            for n, (a, who) in enumerate(self.history.residents.items())
        ]
        phase = Phase(phase="P1", title_ja="画像", title_en="Pictures", driver=Driver.QUIET)
        asked, people = len(batches), len(self.tools.people)
        header = plan_header("pictures", phase, population, batches=asked, applications=asked, residents=people)
        write_plan(folder.plan, header, batches)

    def _documents(self, folder):
        store, readings = DocumentWriter(folder, self.history.writer), ReadingWriter(folder, "reader-1")
        for digest, body in self.bodies.items():
            assert store.put(body) == digest
            readings.append(read_document(digest, body, ReaderLimits()))
        readings.close()
        store.close()
