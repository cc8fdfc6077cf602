"""One reader process seen from its supervisor: a pipe, a deadline for every answer, and replacement when it fails."""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import termios
import time
from typing import IO

import msgspec

from harness.errors import GeneratorFault
from harness.lifeline import start
from harness.reading.frames import LENGTH, LONGEST, Ready, Reply, Request, decode_reply, encode
from harness.reading.limits import ReaderLimits

_MODULE = "harness.reading.worker"
_START_S = 30.0  # a cold machine loads Python and PDFium in 0.3 to 3 s
_CHUNK = 1 << 16
_STDERR_TOLD = 500
_INT_BYTES = 4  # a C int, in which FIONREAD gives its answer


class ReaderGone(Exception):
    """The reader did not answer; it has been ended."""

    def __init__(self, reason: str, *, late: bool, untouched: bool) -> None:
        """Keep why, whether it was its time that ran out, and whether it died before it took any of the request."""
        super().__init__(reason)
        self.late = late
        self.untouched = untouched


class ReaderProcess:
    """Starts lazily, answers one request at a time, starts anew after a failure. Use from one thread only."""

    def __init__(self, limits: ReaderLimits) -> None:
        """Remember the limits; nothing is started yet."""
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this object
        self._sent = 0  # bytes of the request handed to the pipe
        self.starts = 0
        self.name = ""

    def ask(self, request: Request) -> Reply:
        """Return the reply; raise ReaderGone where the process dies or exceeds the request's time."""
        process = self._running()
        deadline = time.monotonic() + request.limits.wall_s
        try:
            self._send(process, encode(request), deadline)
            return self._receive(process, deadline)
        except (TimeoutError, EOFError, OSError, msgspec.DecodeError) as e:
            silent = isinstance(e, TimeoutError)
            untouched = not silent and self._sent == _left_in(process.stdin)
            code = self._end()
            why = _waited_for(request) if silent else _died(code, request, untouched=untouched)
            raise ReaderGone(why, late=silent or code == -signal.SIGPROF, untouched=untouched) from None

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

    def _send(self, process: subprocess.Popen[bytes], frame: bytes, deadline: float) -> None:
        assert process.stdin is not None
        pipe = process.stdin.fileno()
        self._sent = 0
        while self._sent < len(frame):
            _await(pipe, selectors.EVENT_WRITE, deadline)
            self._sent += os.write(pipe, memoryview(frame)[self._sent :][: 16 * _CHUNK])

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


def _left_in(pipe: IO[bytes] | None) -> int:
    """Return how many bytes written to a pipe were never taken out of it; -1 where the system does not tell."""
    assert pipe is not None
    try:
        return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(_INT_BYTES)), sys.byteorder)
    except OSError:
        return -1


def _waited_for(request: Request) -> str:
    return f"no answer within {request.limits.wall_s:g} s"


def _died(code: int, request: Request, *, untouched: bool) -> str:
    if code == -signal.SIGPROF:
        return f"it takes longer than {request.limits.cpu_s:g} s of processor time"
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    if untouched:
        return f"the reader process ended {how} before it took the document; look for what ends processes here"
    limit = f", probably at its limit of {request.limits.memory_mb} MB" if code < 0 else ""
    return f"the reader process ended {how}{limit}"
