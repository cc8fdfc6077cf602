"""The loop in which a burst's requests leave: nothing in it allocates, waits or can be interrupted by the collector.

One hand sends for everybody, because waking N greenlets that send for themselves spreads the departures about ten
times wider.
"""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kiosk_sim.drivers.channel import SendFailed
from kiosk_sim.drivers.charge import Charge

_BREATH_S = 0.001
_SPIN_NS = 2_000_000  # below this a sleep is too coarse: the last 2 ms before an instant are waited out busily


def salvo(charges: Sequence[Charge]) -> tuple[int, list[SendFailed | None]]:
    """Hand over the last part of every charge, one after the other; return the first instant (ns) and who failed.

    Each charge's `left_ns` is its departure. What the kernel had no room for is sent behind the others.
    """
    shots = [(charge.trigger(), charge.last) for charge in charges]
    sent: list[int | OSError] = []
    left: list[int] = []
    note, tell, clock = sent.append, left.append, time.monotonic_ns
    at_ns = clock()
    for send, last in shots:
        try:
            note(send(last))
        except OSError as e:
            note(e)
        tell(clock())
    return at_ns, [_departed(*one) for one in zip(charges, sent, left, strict=True)]


def _departed(charge: Charge, sent: int | OSError, left_ns: int) -> SendFailed | None:
    if isinstance(sent, int):
        charge.left(sent, left_ns)
    elif not isinstance(sent, BlockingIOError):
        return SendFailed(sent, 0)
    try:
        charge.finish()
    except SendFailed as e:
        return e
    return None


def wait_until(at_ns: int) -> None:
    """Return as soon as possible after the instant; others may run until shortly before it."""
    while (left_ns := at_ns - time.monotonic_ns()) > 0:
        if left_ns > _SPIN_NS:
            time.sleep((left_ns - _SPIN_NS) / 1e9)


def rest_until(at_ns: int) -> None:
    """Return after the instant, or some milliseconds before it; others may run."""
    if (left_ns := at_ns - time.monotonic_ns()) > 0:
        time.sleep(left_ns / 1e9)


def is_far(at_ns: int) -> bool:
    """Tell whether others can be let run before the instant."""
    return at_ns - time.monotonic_ns() > _SPIN_NS


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the machine's other programs out of a loop of few milliseconds.

    Where the system allows it (CAP_SYS_NICE, or a limit on real-time priority) nothing ordinary interrupts; elsewhere
    the loop at least begins with a fresh slice of the processor. On a busy machine that divides spreads by three.
    """
    before = _go_first()
    if before is None:
        _breathe()
        yield
        return
    try:
        yield
    finally:
        os.sched_setscheduler(0, *before)


def _go_first() -> tuple[int, os.sched_param] | None:
    """Take a real-time priority; return what to go back to, None where that is not allowed."""
    if not hasattr(os, "sched_setscheduler"):
        return None
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except OSError:
        return None
    return before


def _breathe() -> None:
    """Sleep outside of gevent's reach: nobody of this process runs meanwhile."""
    if hasattr(signal, "sigtimedwait"):
        signal.sigtimedwait((), _BREATH_S)


def may_go_first() -> bool:
    """Tell whether this process may keep others off its processor while it releases."""
    with undisturbed():
        return hasattr(os, "sched_getscheduler") and bool(os.sched_getscheduler(0) & os.SCHED_FIFO)


def freeze_heap() -> None:
    """Keep the collector from all that is there by now: a full run over it takes 40 ms, in which nobody is served."""
    gc.collect()
    gc.freeze()


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the garbage collector out: one run of it takes longer than a whole release."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
