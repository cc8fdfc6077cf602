"""The reader process: `python -m harness.reading.worker`. Takes requests on stdin, answers on stdout, one at a time.

It bounds its own memory, leaves no core dumps, steps back behind everyone else and ends itself when a document
takes too long even if its supervisor is gone: a hostile document costs this process, nothing more.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from typing import TYPE_CHECKING, BinaryIO

from harness.lifeline import step_back
from harness.reading.frames import (
    DrawReply,
    DrawRequest,
    ReadReply,
    ReadRequest,
    Ready,
    Reply,
    Request,
    encode,
    read_request,
)

if TYPE_CHECKING:
    from harness.records.reading import Reading

_NICENESS = 10  # kiosks and their timing go first
_OVERTIME_S = 2.0  # the supervisor's limit by the clock comes first; this one is for the case that it died
_MEMORY_ARGUMENT = 1


def main() -> None:
    """Serve requests until stdin ends. The one argument is the address-space limit in MB."""
    _bound(int(sys.argv[_MEMORY_ARGUMENT]))
    requests, replies = _take_streams()
    from harness.reading.document import READER  # after the limits: loading PDFium must obey them too

    replies.write(encode(Ready(reader=READER)))
    replies.flush()
    while (request := read_request(requests)) is not None:
        signal.setitimer(signal.ITIMER_PROF, request.limits.cpu_s)
        signal.setitimer(signal.ITIMER_REAL, request.limits.wall_s + _OVERTIME_S)
        reply = _answer(request)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        replies.write(encode(reply))
        replies.flush()


def _bound(memory_mb: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 1024 * 1024,) * 2)
    step_back(_NICENESS)
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)  # ends the process even inside PDFium
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's affair


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return the request and reply streams; anything a library prints goes to stderr instead."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, replies


def _answer(request: Request) -> Reply:
    from harness.reading.document import READER, draw_page, read_document
    from harness.records.reading import Reading, ReadingStatus

    try:
        if isinstance(request, DrawRequest):
            return DrawReply(png=draw_page(request.body, request.page, request.dpi, request.passwords))
        like = _by_likeness(request, READER)
        return ReadReply(reading=like or read_document(request.digest, request.body, request.limits, request.passwords))
    except MemoryError:
        reason = f"reading it needs more than {request.limits.memory_mb} MB"
    except ValueError as e:
        reason = str(e)
    if isinstance(request, ReadRequest):
        status = ReadingStatus.OVER_LIMIT if "needs more than" in reason else ReadingStatus.CORRUPT
        return ReadReply(reading=Reading(digest=request.digest, status=status, reason=reason, reader=READER))
    return DrawReply(reason=reason)


def _by_likeness(request: ReadRequest, reader: str) -> Reading | None:
    """Return the reading of a document that is like one that this very reader read, None where it is not."""
    base = request.base_reading
    if base is None or base.reader != reader or len(request.body) > request.limits.document_bytes:
        return None
    from harness.reading.likeness import read_by_likeness

    return read_by_likeness(request.digest, request.body, request.base, base)


if __name__ == "__main__":
    main()
