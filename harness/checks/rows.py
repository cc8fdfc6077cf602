"""The rows of applications and deliveries under construction: each record of the journal fills some of their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from harness.checks.history import NEVER, Application, Delivered
from harness.checks.links import Links
from harness.checks.table import Table
from harness.records.faults import LineFault
from harness.records.history import (
    Answer,
    ApplicationEnded,
    ApplicationStarted,
    BatchReleased,
    Delivery,
    Held,
    SendIntent,
    SendOutcome,
    SettledAs,
    Settlement,
)
from harness.records.plan import Step


class Rows:
    """Applications, their sends, their documents. A method returns False where the first half is not there yet."""

    def __init__(self) -> None:
        """Start empty."""
        self.applications = Table(Application)
        self.deliveries = Table(Delivered)
        self.places: dict[str, int] = {}
        self.releases: list[tuple[str, tuple[int, ...]]] = []
        self.release_errors_ns: dict[str, int] = {}
        self.held: dict[str, tuple[Held, ...]] = {}
        self.oddities: list[str] = []
        self.intents: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.line_faults: Counter[tuple[LineFault, Step]] = Counter()
        self._sends: dict[str, SendIntent] = {}  # without an outcome so far
        self._known: dict[str, str] = {}
        self._delivered_for: dict[int, str] = {}  # by the row of an application without an end: its request, as told
        self._notes = {
            Step.AUTHENTICATE: self._authenticated,
            Step.APPLY: self._applied,
            Step.CANCEL: self._cancelled,
            Step.COLLECT: self._collected,
        }
        cells = self.applications.cells  # written to once for nearly every record
        self._applied_ns, self._ended_ns = cells("applied_ns"), cells("ended_ns")
        self._endings, self._nodes = cells("ending"), cells("node")
        self._requests, self._copies = cells("request_id"), cells("copies")
        self._charged, self._acknowledged = cells("charged"), cells("acknowledged")
        self._collect_from_ns, self._collect_to_ns = cells("collect_from_ns"), cells("collect_to_ns")
        self._names = cells("application")

    def one(self, name: str) -> str:
        """Return the one text kept for equal names of batches and writers, which many records repeat."""
        return self._known.setdefault(name, name)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Sends without an outcome."""
        return tuple(sorted(self._sends))

    def begin(self, writer: str, record: ApplicationStarted) -> None:
        """Add an application's row."""
        if record.application in self.places:
            self.oddities.append(f"application {record.application} was started twice")
            return
        row = Application(
            application=record.application,
            batch=self.one(record.batch),
            phase=record.phase,
            resident=record.resident,
            card=record.card,
            certificate=record.certificate,
            options=record.options,
            kiosk=record.kiosk,
            node=record.node,
            abort=record.abort,
            probe=record.probe,
            writer=writer,
            started_ns=record.at_ns,
            planned_ns=record.planned_ns or NEVER,
        )
        self.places[row.application] = self.applications.append(row)

    def send(self, writer: str, record: SendIntent) -> None:
        """Note a send that is about to leave."""
        self.intents[writer] += 1
        self._sends[record.send] = record

    def answer(self, writer: str, record: SendOutcome) -> None:
        """Join a send with what came of it."""
        self.outcomes[writer] += 1
        sent = self._sends.pop(record.send, None)
        if sent is None:
            self.oddities.append(f"send {record.send} has an outcome without an intent, or two outcomes")
            return
        if record.fault is not None:
            self.line_faults[record.fault, sent.step] += 1
        note = self._notes.get(sent.step)
        if note is None or record.answer is Answer.WITHDRAWN:  # no request: the application is still to come
            return
        place = self.places.get(sent.application, NEVER)
        if place != NEVER:
            note(place, record)

    def _authenticated(self, place: int, record: SendOutcome) -> None:
        self.applications.put(place, "authenticated", record.status)

    def _applied(self, place: int, record: SendOutcome) -> None:
        self.applications.put(place, "server_date", _header(record, "date"))
        if self._applied_ns[place] == NEVER:
            self._applied_ns[place] = record.left_ns or record.at_ns

    def _cancelled(self, place: int, record: SendOutcome) -> None:
        self.applications.put(place, "cancelled", record.status)

    def _collected(self, place: int, record: SendOutcome) -> None:
        if self._collect_from_ns[place] == NEVER:
            self._collect_from_ns[place] = record.left_ns or record.at_ns
        self._collect_to_ns[place] = record.at_ns

    def deliver(self, writer: str, record: Delivery) -> None:
        """Add a delivery's row; its application is joined at the end."""
        place = self.places.get(record.application, NEVER)
        if place != NEVER:
            self._delivered_for[place] = record.request_id
        self.deliveries.append(
            Delivered(
                delivery=record.delivery,
                application=record.application if place == NEVER else self._names[place],
                place=NEVER,
                kiosk=record.kiosk,
                digest=record.digest,
                bytes=record.bytes,
                at_ns=record.at_ns,
                copy=record.copy,
                issue_number=record.issue_number,
                request_id=record.request_id,
                complete=record.complete,
                late=record.late,
                writer=writer,
            )
        )

    def end(self, record: ApplicationEnded) -> bool:
        """Join an application with its ending."""
        place = self.places.get(record.application, NEVER)
        if place == NEVER:
            return False
        if self._ended_ns[place] != NEVER:
            self.oddities.append(f"application {record.application} ended twice")
            return True
        self._ended_ns[place], self._endings[place] = record.at_ns, record.ending
        told = self._delivered_for.pop(place, "")
        self._requests[place] = told if told == record.request_id else record.request_id  # one text, kept once
        self._copies[place] = record.copies
        self._charged[place], self._acknowledged[place] = record.charged, record.acknowledged
        if record.code or record.reason:
            self.applications.put(place, "code", record.code)
            self.applications.put(place, "reason", record.reason)
        if record.node:
            self._nodes[place] = record.node
        return True

    def settle(self, record: Settlement) -> bool:
        """Join an application with what was found out about it afterwards; what is known stays known."""
        place = self.places.get(record.application, NEVER)
        if place == NEVER:
            return False
        if record.settled is SettledAs.UNKNOWN and self.applications[place].settled is not None:
            return True
        self.applications.put(place, "settled", record.settled)
        self.applications.put(place, "settled_by", record.source)
        return True

    def release(self, record: BatchReleased) -> bool:
        """Join a burst's applications with their departures."""
        if any(a not in self.places for a in record.applications):
            return False
        self.releases.append((self.one(record.batch), record.left_ns))
        if record.held:
            self.held[self.one(record.batch)] = record.held
        if record.error_ns:
            self.release_errors_ns[self.one(record.batch)] = record.error_ns
        for application, left_ns in zip(record.applications, record.left_ns, strict=False):
            self.applications.put(self.places[application], "left_ns", left_ns)
        return True

    def deliveries_of(self) -> Links:
        """Join deliveries with their applications, in time; call once, when everything was taken.

        From here on a delivery's names are the very texts of its application's: kept once.
        """
        return Links(len(self.applications), self._joined(self.deliveries.rows_by("at_ns")))

    def _joined(self, rows: Iterable[int]) -> Iterator[tuple[int, int]]:
        cells, asked = self.deliveries.cells, self.applications.strings("request_id")
        names, places, requests = cells("application"), cells("place"), cells("request_id")
        for row in rows:
            place = self.places.get(names[row], NEVER)
            if place != NEVER:
                places[row], names[row] = place, self._names[place]
                requests[row] = asked[place] if requests[row] == asked[place] else requests[row]
                yield place, row


def _header(record: SendOutcome, name: str) -> str:
    return next((value for key, value in record.headers if key.lower() == name), "")
