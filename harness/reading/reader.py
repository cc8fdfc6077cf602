"""One reader process seen from its supervisor: a pipe, a deadline for every answer, and replacement when it fails."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
import time
from typing import IO

import msgspec

from harness.errors import GeneratorFault
from harness.lifeline import start
from harness.reading.frames import LENGTH, LONGEST, Ready, Reply, Request, decode_reply, encode
from harness.reading.limits import ReaderLimits

_MODULE = "harness.reading.worker"
_START_S = 30.0  # a cold machine loads Python and PDFium in 0.3 to 3 s
_GRACE_S = 0.5  # above the document's own limit: hand-over of a large body
_CHUNK = 1 << 16
_STDERR_TOLD = 500


class ReaderGone(Exception):
    """The reader did not answer; it has been ended."""

    def __init__(self, reason: str, *, late: bool) -> None:
        """Keep why, and whether it was its time that ran out."""
        super().__init__(reason)
        self.late = late


class ReaderProcess:
    """Starts lazily, answers one request at a time, starts anew after a failure. Use from one thread only."""

    def __init__(self, limits: ReaderLimits) -> None:
        """Remember the limits; nothing is started yet."""
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this object
        self.starts = 0
        self.name = ""

    def ask(self, request: Request) -> Reply:
        """Return the reply; raise ReaderGone where the process dies or exceeds the request's time."""
        process = self._running()
        deadline = time.monotonic() + request.limits.seconds + _GRACE_S
        try:
            self._send(process, encode(request), deadline)
            return self._receive(process, deadline)
        except (TimeoutError, EOFError, OSError, msgspec.DecodeError) as e:
            late = isinstance(e, TimeoutError)
            ended = self._end()
            raise ReaderGone(_why(ended, request, late=late), late=late) from None

    def close(self) -> None:
        """End the process; harmless when repeated."""
        if self._process is not None:
            self._end()
        self._said.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = self._start()
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        """Start the process and wait for its greeting; raise GeneratorFault where it cannot start at all."""
        self._said.truncate(0)
        process = start(
            _MODULE,
            str(self._limits.memory_mb),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            # numerical libraries reserve address space per thread, which the limit counts
            environment={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        self.starts += 1
        self._process = process
        assert process.stdin is not None and process.stdout is not None
        os.set_blocking(process.stdin.fileno(), False)
        try:
            greeting = self._receive(process, time.monotonic() + _START_S)
        except (TimeoutError, EOFError, OSError) as e:
            code = self._end()
            raise GeneratorFault(
                f"the reader process cannot start ({type(e).__name__}, exit {code}): {self._told()}. "
                "Check the installation with `python -m harness.reading.worker 768`"
            ) from None
        self.name = greeting.reader if isinstance(greeting, Ready) else ""
        return process

    def _told(self) -> str:
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace").strip()[-_STDERR_TOLD:] or "it said nothing"

    @staticmethod
    def _send(process: subprocess.Popen[bytes], frame: bytes, deadline: float) -> None:
        assert process.stdin is not None
        pipe = process.stdin.fileno()
        left = memoryview(frame)
        while left:
            _await(pipe, selectors.EVENT_WRITE, deadline)
            left = left[os.write(pipe, left[: 16 * _CHUNK]) :]

    @staticmethod
    def _receive(process: subprocess.Popen[bytes], deadline: float) -> Reply:
        assert process.stdout is not None
        pipe = process.stdout.fileno()
        (length,) = LENGTH.unpack(_read_exactly(pipe, LENGTH.size, deadline))
        if length > LONGEST:
            raise EOFError
        return decode_reply(_read_exactly(pipe, length, deadline))

    def _end(self) -> int:
        """Kill and reap the process; return its exit code as it was, or minus the signal that ended it."""
        process, self._process = self._process, None
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        try:
            return process.wait(timeout=0.05)  # one that died by itself tells how
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _await(pipe: int, event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            raise TimeoutError


def _read_exactly(pipe: int, count: int, deadline: float) -> bytearray:
    got = bytearray()
    while len(got) < count:
        _await(pipe, selectors.EVENT_READ, deadline)
        piece = os.read(pipe, min(_CHUNK, count - len(got)))
        if not piece:
            raise EOFError
        got += piece
    return got


def _why(code: int, request: Request, *, late: bool) -> str:
    if late:
        return f"it takes longer than {request.limits.seconds:g} s"
    if code < 0:
        name = signal.Signals(-code).name
        return f"the reader process ended by {name}, probably at its limit of {request.limits.memory_mb} MB"
    return f"the reader process ended with exit code {code}"
