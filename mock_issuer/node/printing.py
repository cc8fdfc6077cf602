"""The print stage of a node: order, print server, outbox. The reader holding the order takes the next image.

Images carry job numbers but no names, as in the systems this stands for: who gets which follows from the order.
"""

from __future__ import annotations

import hashlib
import itertools
import queue
import shutil
import threading
import time
from pathlib import Path

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.parts import PrintBusy, PrintFailed, PrintTimeout
from mock_issuer.node.order import PrintOrder, Ticket
from mock_issuer.node.outbox import Image, Outbox
from mock_issuer.settings import Timing
from mock_issuer.spool import Spool

_FURTHER_SHEET = 0.4  # a second sheet takes this part of the first one's time
# A turn is used only if this part of one sheet's print time is left; an optimistic guess, as of a system that does not
# know its documents' sheets. With less left, printing would be begun in vain and no application would get through.
_WORTH_BEGINNING = 0.8


class PrintServer:
    """Prepares one image after the other in a thread of its own. Its time is a stand-in for printer and 偽造防止."""

    def __init__(self, spool: Spool, outbox: Outbox, print_ms: float) -> None:
        """Begin to work."""
        self._spool = spool
        self._outbox = outbox
        self.sheet_s = print_ms / 1000.0
        self._numbers = itertools.count(1)
        self._waiting: queue.SimpleQueue[tuple[int, str, int, Behaviour]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._wanted: set[int] = set()
        threading.Thread(target=self._work, name="print-server", daemon=True).start()

    def submit(self, key: str, copy: int, behaviour: Behaviour) -> int:
        """Ask for the image of a stored document and return the job's number."""
        job = next(self._numbers)
        with self._lock:
            self._wanted.add(job)
        self._spool.queue(job, key, copy)
        self._waiting.put((job, key, copy, behaviour))
        return job

    def withdraw(self, job: int) -> None:
        """Take a job back: its image is thrown away, made or not."""
        with self._lock:
            self._wanted.discard(job)
            self._outbox.remove(job)
        self._spool.unqueue(job)

    def _work(self) -> None:
        while True:
            job, key, copy, behaviour = self._waiting.get()
            document = self._image(key, copy, behaviour)
            with self._lock:  # against withdraw: an image is thrown away or put out, never both
                if job in self._wanted:
                    self._wanted.discard(job)
                    self._outbox.put(job, document, behaviour.publish)
            self._spool.unqueue(job)

    def _image(self, key: str, copy: int, behaviour: Behaviour) -> bytes | None:
        try:
            document, pages = self._spool.get(key, copy, behaviour)
        except FileNotFoundError:
            return None
        hashlib.sha256(document).digest()  # stands for the anti-forgery data; the document itself stays as it is
        time.sleep(self.sheet_s * behaviour.sheet_factor * (1 + _FURTHER_SHEET * (pages - 1)))
        return document


class PrintStage:
    """One node's way from the store to the reader."""

    def __init__(self, spool: Spool, folder: Path, timing: Timing, behaviour: Behaviour | None = None) -> None:
        """Open the outbox in `folder` and start the print server.

        Images and jobs of an earlier life of the node are thrown away: nobody waits for them any more.
        """
        left = spool.left_in_queue()
        shutil.rmtree(folder, ignore_errors=True)
        self._limit_s = timing.print_limit_s
        self._longest_line = timing.print_line
        self._worth_s = timing.print_ms / 1000.0 * _WORTH_BEGINNING
        self._order = PrintOrder()
        self._outbox = Outbox(folder)
        self._server = PrintServer(spool, self._outbox, timing.print_ms)
        for key, copy in left if behaviour and behaviour.replays_queue else ():
            self._server.submit(key, copy, behaviour or Behaviour())

    @property
    def waiting(self) -> int:
        """Return how many wait for print, the one being printed included."""
        return len(self._order)

    def fetch(self, key: str, copy: int, behaviour: Behaviour) -> Path:
        """Return the print image of a document as a file that is the caller's.

        Raises PrintTimeout once the wait passes the limit, PrintFailed if the document is gone, PrintBusy at once if
        the line is too long.
        """
        if self.waiting >= (behaviour.print_line or self._longest_line):
            raise PrintBusy
        until = time.monotonic() + (behaviour.print_limit_s or self._limit_s)
        ticket = self._order.join()
        try:
            if not self._order.wait_turn(ticket, until - self._worth_s):
                raise PrintTimeout
            job = self._server.submit(key, copy, behaviour)
            image = self._reply(job, until, behaviour)
            if image is None:
                return behaviour.on_print_expiry(_Expired(self._server, self._order, self._outbox, ticket, job))
            return file_of(image)
        finally:
            self._order.leave(ticket, behaviour.next_in_line)

    def _reply(self, job: int, until: float, behaviour: Behaviour) -> Image | None:
        """Take the image of a job; what lies there of jobs that nobody waits for any more is thrown away."""
        while (image := self._outbox.take(until)) is not None and not behaviour.answers_job(image.job, job):
            if image.file:
                image.file.unlink(missing_ok=True)
        return image


class _Expired:
    """A print wait past its limit (defects.parts.ExpiredPrint)."""

    def __init__(self, server: PrintServer, order: PrintOrder, outbox: Outbox, ticket: Ticket, job: int) -> None:
        self._server = server
        self._order = order
        self._outbox = outbox
        self._ticket = ticket
        self._job = job

    def withdraw(self) -> None:
        self._server.withdraw(self._job)

    def release_order(self) -> None:
        self._order.leave(self._ticket)

    def take_next(self, sheets: float) -> Path | None:
        image = self._outbox.take(time.monotonic() + sheets * self._server.sheet_s)
        return file_of(image) if image else None


def file_of(image: Image) -> Path:
    """Return an image's file. Raises PrintFailed where the print server had none."""
    if image.file is None:
        raise PrintFailed
    return image.file
