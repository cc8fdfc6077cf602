"""A run folder to be played by the players' own programs, and what came of it."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import TypeVar

import bare
import msgspec

from harness.config import read_json_lines
from harness.journal import DocumentStore, RunFolder, read_history
from harness.records.certificates import Certificate, Options
from harness.records.history import ApplicationEnded, Delivery
from harness.records.plan import Batch, BatchKind, Driver, Phase, PlannedApplication
from kiosk_sim.cards import CardRecord, load_cards

T = TypeVar("T")
PLAYERS = [("quiet", Driver.QUIET), ("engine", Driver.ENGINE)]


def sequence(*applications: PlannedApplication, name: str = "B1", **more: object) -> Batch:
    return Batch(batch=name, phase="P1", kind=BatchKind.SEQUENCE, applications=applications, **more)  # type: ignore[arg-type]


def burst(*applications: PlannedApplication, name: str = "B1", **more: object) -> Batch:
    return Batch(batch=name, phase="P1", kind=BatchKind.BURST, applications=applications, **more)  # type: ignore[arg-type]


class Run:
    """A run folder to be played, and what came of it."""

    def __init__(self, folder: RunFolder, cards: Path) -> None:
        self.folder = folder
        self._cards = {card.resident: card.serial for card in map(load_cards(cards).by_serial, _serials(cards))}
        self._count = 0

    def application(self, resident: int, kiosk: str = "", **more: object) -> PlannedApplication:
        self._count += 1
        key = f"R{resident:05d}"
        fields: dict[str, object] = {
            "application": f"A{self._count:06d}",
            "resident": key,
            "card": self._cards.get(key, "0"),
            "certificate": Certificate.JUMINHYO,
            "options": Options(),
            "kiosk": kiosk or f"K{self._count}",
            "store": "S1",
        }
        return PlannedApplication(**(fields | more))

    def plan(self, *batches: Batch, driver: Driver = Driver.ENGINE, **more: object) -> None:
        phases = {b.phase for b in batches}
        header = bare.plan_header(
            phases=tuple(
                Phase(phase=p, title_ja=p, title_en=p, driver=driver, **more)  # type: ignore[arg-type]
                for p in sorted(phases)
            ),
            batches=len(batches),
            applications=sum(len(b.applications) for b in batches),
        )
        lines = [msgspec.json.encode(record) + b"\n" for record in (header, *batches)]
        self.folder.plan.write_bytes(b"".join(lines))

    def start(self, program: str, *arguments: str, limit_bytes: int = 0) -> subprocess.Popen[str]:
        """Start a player; `limit_bytes` is the largest file it may write."""

        def limit() -> None:
            if limit_bytes:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

        return subprocess.Popen(
            [sys.executable, "-m", f"kiosk_sim.{program}", "--run", str(self.folder.path), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limit,  # noqa: PLW1509  nothing is locked in this thread when it forks
        )

    def play(self, program: str, *arguments: str, **more: int) -> int:
        """Run a player to its end; return its exit code."""
        child = self.start(program, *arguments, **more)
        self.output, self.errors = child.communicate(timeout=60)
        return child.returncode

    def records(self, kind: type[T]) -> list[T]:
        """Return all journaled records of a kind."""
        return [e.record for e in read_history(self.folder) if isinstance(e.record, kind)]

    def endings(self) -> dict[str, ApplicationEnded]:
        return {e.application: e for e in self.records(ApplicationEnded)}

    def documents(self) -> dict[str, bytes]:
        """Return the delivered documents by delivery."""
        store = DocumentStore(self.folder)
        return {d.delivery: store.get(d.digest) for d in self.records(Delivery)}


def _serials(cards: Path) -> list[str]:
    return [record.serial for record in read_json_lines(cards / "cards.jsonl", CardRecord)]
