"""The SOAP target's work: takes an order, makes its documents on a worker thread, keeps them until they are fetched.

Its issue log is the truth about it: for whose order each document was made, and to whose order it was handed over.
With `swap` the finished documents of an order are kept in one field of the service until the issue log is written,
and read back from there: whoever finishes in between has written his own into it (cf. CWE-488). Without it they stay
in a local variable. Everything else is the same.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import paper
from register import CODES, Refused, Register, seal_of, tax_of

_WORKERS = 4


@dataclass(frozen=True)
class Order:
    """What the centre asks for."""

    serial: str
    code: str
    household: bool
    members: tuple[str, ...]
    domicile: bool
    relation: bool
    year: int | None
    copies: int


@dataclass
class Job:
    """An accepted order."""

    receipt: str
    serial: str
    state: str = "WAIT"  # WAIT, DONE, PRINTED, CANCELLED
    documents: list[tuple[str, bytes]] = field(default_factory=list)  # (number, PDF)


class Bureau:
    """Accepts orders and keeps their documents."""

    def __init__(self, register: Register, log: Path, *, swap: bool) -> None:
        self._register = register
        self._swap = swap
        self._log = log.open("ab", buffering=0)
        self._numbers = itertools.count(1)
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="worker")
        self._finished: list[tuple[str, bytes]] = []

    def accept(self, order: Order) -> str:
        """Return the receipt number; raise Refused."""
        draw = self._drawing(order)
        with self._lock:
            receipt = f"U{next(self._numbers):06d}"
            self._jobs[receipt] = job = Job(receipt, order.serial)
        self._pool.submit(self._work, job, draw, order)
        return receipt

    def _drawing(self, order: Order):
        """Look up everything that the order needs; return what draws a copy by its number."""
        person = self._register.holder(order.serial)
        listed = self._register.listed(person, order.household, list(order.members))
        if not paper.prints(paper.texts(listed)):
            raise Refused("106", "a character cannot be printed")
        match CODES.get(order.code):
            case "juminhyo":
                return lambda number: paper.household(listed, number, domicile=order.domicile, relation=order.relation)
            case "inkan":
                seal = seal_of(person)
                return lambda number: paper.seal_certificate(person, seal, number)
            case "tax":
                tax = tax_of(person, order.year)
                return lambda number: paper.tax_certificate(person, tax, number)
        raise Refused("109", "no such certificate")

    def _work(self, job: Job, draw, order: Order) -> None:
        documents = []
        for _ in range(order.copies):
            number = self._number()
            documents.append((number, draw(number)))
        self._finished = documents
        self._write_log("made", job, documents)
        if self._swap:
            documents = self._finished
        with self._lock:
            job.documents = documents
            if job.state == "WAIT":
                job.state = "DONE"

    def _number(self) -> str:
        with self._lock:
            return f"{next(self._numbers):08d}"

    def _write_log(self, event: str, job: Job, documents: list[tuple[str, bytes]]) -> None:
        digests = [hashlib.sha256(body).hexdigest() for _, body in documents]
        entry = {"event": event, "receipt": job.receipt, "serial": job.serial, "digests": digests}
        self._log.write(json.dumps(entry).encode() + b"\n")
        os.fsync(self._log.fileno())

    def fetch(self, receipt: str) -> tuple[str, list[tuple[str, bytes]]]:
        """Return the state of a job and its documents once they are made."""
        with self._lock:
            job = self._jobs.get(receipt)
            if job is None:
                return "UNKNOWN", []
            state, documents = job.state, list(job.documents)
        if state != "DONE":
            return state, []
        self._write_log("handed", job, documents)
        return state, documents

    def conclude(self, receipt: str, *, printed: bool) -> str:
        """Take the notice that a job was printed, or given up; return a result code."""
        with self._lock:
            job = self._jobs.get(receipt)
            if job is None:
                return "201"
            job.state = "PRINTED" if printed else "CANCELLED"
            job.documents = []
            return "0"
