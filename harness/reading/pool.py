"""Reads documents in several limited processes at once, without ever losing the run to one of them.

One thread and one pipe per process. (A ProcessPoolExecutor breaks as a whole when one process aborts and cannot
stop one that hangs.) A full backlog holds `submit` back, and `lag` shows how far reading is behind.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from harness.reading.frames import DrawReply, DrawRequest, ReadReply, ReadRequest, Reply, Request
from harness.reading.limits import ReaderLimits
from harness.reading.reader import ReaderGone, ReaderProcess
from harness.records.reading import Reading, ReadingStatus

_BACKLOG = 64  # documents waiting; at 10 MB each still bounded memory


class _Job(Struct, frozen=True):
    request: Request
    done: Future[Reading | DrawReply]


class ReaderPool:
    """A fixed number of reader processes, each replaced when it dies or is late. Thread-safe; close it."""

    def __init__(
        self,
        processes: int = 2,
        *,
        limits: ReaderLimits | None = None,
        passwords: tuple[str, ...] = (),
        backlog: int = _BACKLOG,
    ) -> None:
        """Start `processes` serving threads; their processes start with the first document."""
        self._limits = limits or ReaderLimits()
        self._passwords = passwords
        self._jobs: queue.Queue[_Job | None] = queue.Queue(backlog)
        self._finished: queue.SimpleQueue[Future[Reading | DrawReply]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._submitted: set[str] = set()
        self._taken = 0  # results already yielded
        self._done = 0
        self.replaced = 0  # readers that died or were ended
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(processes)]
        for thread in self._threads:
            thread.start()

    def submit(self, digest: str, body: bytes, base: tuple[bytes, Reading] | None = None) -> bool:
        """Hand over a document; wait while the backlog is full. False where this digest was handed over before.

        `base` is a document that this one may be like, with its reading.
        """
        with self._lock:
            if digest in self._submitted:
                return False
            self._submitted.add(digest)
        request = ReadRequest(digest=digest, body=body, limits=self._limits, passwords=self._passwords)
        if base is not None:
            request = replace(request, base=base[0], base_reading=base[1])
        done: Future[Reading | DrawReply] = Future()
        done.add_done_callback(self._finish)
        self._jobs.put(_Job(request, done))
        return True

    def results(self) -> Iterator[Reading]:
        """Yield each reading once, in order of completion, until everything handed over so far has been yielded.

        Raises GeneratorFault where reader processes cannot start at all.
        """
        while self._taken < len(self._submitted):
            yield self._take(self._finished.get())

    def finished(self) -> Iterator[Reading]:
        """Yield the readings that are ready now, without waiting."""
        while True:
            try:
                done = self._finished.get_nowait()
            except queue.Empty:
                return
            yield self._take(done)

    def draw(self, body: bytes, page: int, dpi: int = 110) -> bytes:
        """Return page `page` (from 1) as PNG; raise ValueError saying why where it cannot be drawn."""
        request = DrawRequest(body=body, page=page, dpi=dpi, limits=self._limits, passwords=self._passwords)
        done: Future[Reading | DrawReply] = Future()
        self._jobs.put(_Job(request, done))
        drawn = done.result()
        if not isinstance(drawn, DrawReply) or drawn.reason:
            raise ValueError(drawn.reason)
        return drawn.png

    @property
    def lag(self) -> int:
        """Documents handed over and not yet read."""
        return len(self._submitted) - self._done

    def close(self) -> None:
        """End all processes once the documents handed over are read."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; after an exception without reading what still waits."""
        if kind is not None:
            self._drop_waiting()
        self.close()

    def _drop_waiting(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job.done.cancel()

    def _finish(self, done: Future[Reading | DrawReply]) -> None:
        with self._lock:
            self._done += 1
        self._finished.put(done)

    def _take(self, done: Future[Reading | DrawReply]) -> Reading:
        self._taken += 1
        reading = done.result()
        assert isinstance(reading, Reading)
        return reading

    def _serve(self) -> None:
        reader = ReaderProcess(self._limits)
        try:
            while (job := self._jobs.get()) is not None:
                try:
                    job.done.set_result(self._one(reader, job.request))
                except Exception as e:  # noqa: BLE001 - the reader boundary: the caller of results() gets it
                    job.done.set_exception(e)
        finally:
            reader.close()

    def _one(self, reader: ReaderProcess, request: Request) -> Reading | DrawReply:
        try:
            reply = self._ask(reader, request)
        except ReaderGone as gone:
            return _unanswered(request, gone)
        if isinstance(reply, ReadReply):
            return reply.reading
        assert isinstance(reply, DrawReply)
        return reply

    def _ask(self, reader: ReaderProcess, request: Request, *, again: bool = False) -> Reply:
        """Ask; once more where the process died before it took any of the request: that is not the document's doing."""
        try:
            return reader.ask(request)
        except ReaderGone as gone:
            with self._lock:
                self.replaced += 1
            if again or not gone.untouched:
                raise
        return self._ask(reader, request, again=True)


def _unanswered(request: Request, gone: ReaderGone) -> Reading | DrawReply:
    if isinstance(request, DrawRequest):
        return DrawReply(reason=str(gone))
    status = ReadingStatus.OVER_LIMIT if gone.late else ReadingStatus.READER_DIED
    return Reading(digest=request.digest, status=status, reason=str(gone))
