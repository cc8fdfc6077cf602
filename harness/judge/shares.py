"""Judges a run's documents in shares, one forked process each: they share the index of owners copy-on-write.

The index cannot be pickled and takes seconds and hundreds of megabytes to build. What each document is does not depend
on who judges it: the same documents come back, in the same order, from one process or from many.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, pairwise
from typing import IO

import msgspec
from msgspec import Struct

from harness.reading.frames import LENGTH
from harness.records.ownership import DocumentOwnership

_LEAST = 200  # documents in a share; forking and handing back costs some tens of milliseconds
_AT_A_TIME = 100  # documents handed back together
_NOT_AFTER = ("gevent", "pypdfium2")  # a fork of a process that loaded one of these hangs or crashes


class Judged(Struct, frozen=True, kw_only=True):
    """Some documents of a share, judged, in their order."""

    documents: list[tuple[str, DocumentOwnership]] = []  # delivery id first
    crashes: dict[str, int] = {}
    places: int = 0  # deliveries that were looked at
    last: bool = False


JudgeShare = Callable[[Sequence[int]], Iterator[Judged]]  # places of deliveries, judged some at a time
_decoder = msgspec.msgpack.Decoder(Judged)


def cores() -> int:
    """Return how many processes this machine runs at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def judge_in_shares(judge: JudgeShare, count: int, processes: int, progress: Callable[[int], None]) -> list[Judged]:
    """Judge `count` deliveries in at most so many processes; `progress` is told how many are done.

    A share whose process dies is judged again by this one. Forks nothing on other systems than Linux, nor where
    PDFium or gevent is loaded.
    """
    shares = [range(count)]
    if processes > 1 and _may_fork() and count >= 2 * _LEAST:
        processes = min(processes, count // _LEAST)
        cuts = [count * number // processes for number in range(processes + 1)]
        shares = [range(a, b) for a, b in pairwise(cuts)]
    with _nothing_to_collect():
        children = [_Child(judge, share) for share in shares[1:]]
        try:
            return _together(judge, shares, children, progress)
        finally:
            for child in children:
                child.end()


def _together(
    judge: JudgeShare, shares: Sequence[range], children: Sequence[_Child], progress: Callable[[int], None]
) -> list[Judged]:
    """Judge the first share here and take what the children hand over meanwhile, so that none waits for its pipe."""
    done = 0
    judged: list[list[Judged]] = [[] for _ in shares]
    for part in judge(shares[0]):
        judged[0].append(part)
        for child in children:
            child.take()
        done += part.places
        progress(done + sum(child.places for child in children))
    for number, child in enumerate(children, 1):
        while child.take(wait=True):
            progress(done + sum(one.places for one in children))
        if not child.whole:
            child.judged, child.places = list(judge(shares[number])), len(shares[number])
        judged[number] = child.judged
        progress(done + sum(one.places for one in children))
    return [part for share in judged for part in share]


class _Child:
    """One forked process and what it has handed over."""

    def __init__(self, judge: JudgeShare, share: Sequence[int]) -> None:
        self.judged: list[Judged] = []
        self.places = 0
        self.whole = False
        self._got = bytearray()
        reading, writing = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(reading)
            _serve(judge, share, os.fdopen(writing, "wb"))
        os.close(writing)
        os.set_blocking(reading, False)
        self._pipe = reading

    def take(self, *, wait: bool = False) -> bool:
        """Take what has come; False once nothing more will."""
        if self._pid == 0:
            return False
        if wait:
            with selectors.DefaultSelector() as selector:
                selector.register(self._pipe, selectors.EVENT_READ)
                selector.select()
        try:
            while piece := os.read(self._pipe, 1 << 20):
                self._got += piece
                self._decode()
        except BlockingIOError:
            return True
        self.end()
        return False

    def _decode(self) -> None:
        while len(self._got) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._got)
            if len(self._got) < LENGTH.size + length:
                return
            part = _decoder.decode(self._got[LENGTH.size : LENGTH.size + length])
            del self._got[: LENGTH.size + length]
            self.judged.append(part)
            self.places += part.places
            self.whole = part.last

    def end(self) -> None:
        """End the process, if it has not; harmless when repeated."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            os.close(self._pipe)
            self._pid = 0


def _serve(judge: JudgeShare, share: Sequence[int], out: IO[bytes]) -> None:
    """Judge a share in the forked process, and leave it without anything that its parent would do at its end."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair, which ends its children
        for part in chain(judge(share), [Judged(last=True)]):
            payload = msgspec.msgpack.encode(part)
            out.write(LENGTH.pack(len(payload)) + payload)
            out.flush()
        code = 0
    finally:
        os._exit(code)


def in_parts(judge_one: Callable[[int, Counter[str]], tuple[str, DocumentOwnership] | None]) -> JudgeShare:
    """Return a function that judges a share, by one that judges the delivery at a place and counts what it crashed on.

    None stands for a delivery that is not judged.
    """

    def judge(places: Sequence[int]) -> Iterator[Judged]:
        for start in range(0, len(places), _AT_A_TIME):
            some = places[start : start + _AT_A_TIME]
            crashes: Counter[str] = Counter()
            documents = [one for place in some if (one := judge_one(place, crashes)) is not None]
            yield Judged(documents=documents, crashes=dict(crashes), places=len(some))

    return judge


def _may_fork() -> bool:
    return sys.platform == "linux" and not any(name in sys.modules for name in _NOT_AFTER)


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Spare what was built from being searched for garbage: a fifth of the time, and pages that children share."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
