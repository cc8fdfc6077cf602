"""The rows of applications and deliveries under construction: each record of the journal fills some of their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar, cast

from harness.checks.history import NEVER, Application, Delivered
from harness.checks.links import Links
from harness.checks.table import Table
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

H = TypeVar("H", bound=Hashable)


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
        self._sends: dict[str, tuple[str, Step]] = {}
        self._known: dict[Hashable, Hashable] = {}
        cells = self.applications.cells  # written to once for nearly every record
        self._sent, self._answers, self._applied_ns = cells("sends"), cells("answers"), cells("applied_ns")
        self._collect_from_ns, self._collect_to_ns = cells("collect_from_ns"), cells("collect_to_ns")
        self._collect_answer, self._names = cells("collect_answer"), cells("application")

    def one(self, value: H) -> H:
        """Return the one object kept for equal values: ids and options repeat in many records."""
        return cast(H, self._known.setdefault(value, value))

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Sends without an outcome."""
        return tuple(sorted(self._sends))

    def begin(self, writer: str, record: ApplicationStarted) -> None:
        """Add an application's row."""
        one = self.one
        if record.application in self.places:
            self.oddities.append(f"application {record.application} was started twice")
            return
        row = Application(
            application=record.application,
            batch=one(record.batch),
            phase=one(record.phase),
            resident=one(record.resident),
            card=one(record.card),
            certificate=record.certificate,
            options=one(record.options),
            kiosk=one(record.kiosk),
            store=one(record.store),
            node=one(record.node),
            abort=one(record.abort),
            probe=record.probe,
            writer=writer,
            started_ns=record.at_ns,
            planned_ns=record.planned_ns or NEVER,
        )
        self.places[row.application] = self.applications.append(row)

    def send(self, writer: str, record: SendIntent) -> None:
        """Note a send that is about to leave."""
        self.intents[writer] += 1
        self._sends[record.send] = (record.application, record.step)
        place = self.places.get(record.application, NEVER)
        if place != NEVER:
            self._sent[place] += 1

    def answer(self, writer: str, record: SendOutcome) -> None:
        """Join a send with what came of it."""
        self.outcomes[writer] += 1
        sent = self._sends.pop(record.send, None)
        if sent is None:
            self.oddities.append(f"send {record.send} has an outcome without an intent, or two outcomes")
            return
        application, step = sent
        place = self.places.get(application, NEVER)
        if place == NEVER:
            return
        if record.answer is Answer.WITHDRAWN:  # no request: the application is still to come
            self._sent[place] -= 1
            return
        self._answers[place] += 1
        if step is Step.AUTHENTICATE:
            self.applications.put(place, "authenticated", record.status)
        elif step is Step.APPLY:
            self.applications.put(place, "server_date", self.one(_header(record, "date")))
            if self._applied_ns[place] == NEVER:
                self._applied_ns[place] = record.left_ns or record.at_ns
        elif step is Step.CANCEL:
            self.applications.put(place, "cancelled", record.status)
        elif step is Step.COLLECT:
            self._collected(place, record)

    def _collected(self, place: int, record: SendOutcome) -> None:
        if self._collect_from_ns[place] == NEVER:
            self._collect_from_ns[place] = record.left_ns or record.at_ns
        self._collect_to_ns[place] = record.at_ns
        self._collect_answer[place] = record.answer

    def deliver(self, writer: str, record: Delivery) -> None:
        """Add a delivery's row; its application is joined at the end."""
        one = self.one
        self.deliveries.append(
            Delivered(
                delivery=record.delivery,
                application=record.application,
                place=NEVER,
                kiosk=one(record.kiosk),
                digest=record.digest,
                bytes=record.bytes,
                at_ns=record.at_ns,
                content_type=one(record.content_type),
                copy=record.copy,
                issue_number=record.issue_number,
                request_id=record.request_id,
                node=one(record.node),
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
        if self.applications.integers("ended_ns")[place] != NEVER:
            self.oddities.append(f"application {record.application} ended twice")
            return True
        put = self.applications.put
        put(place, "ended_ns", record.at_ns)
        put(place, "ending", record.ending)
        put(place, "code", self.one(record.code))
        put(place, "reason", self.one(record.reason))
        put(place, "request_id", record.request_id)
        put(place, "copies", record.copies)
        put(place, "charged", record.charged)
        put(place, "acknowledged", record.acknowledged)
        if record.node:
            put(place, "node", self.one(record.node))
        return True

    def settle(self, record: Settlement) -> bool:
        """Join an application with what was found out about it afterwards; what is known stays known."""
        place = self.places.get(record.application, NEVER)
        if place == NEVER:
            return False
        if record.settled is SettledAs.UNKNOWN and self.applications[place].settled is not None:
            return True
        self.applications.put(place, "settled", record.settled)
        self.applications.put(place, "settled_by", self.one(record.source))
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
