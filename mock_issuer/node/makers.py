"""The making pool of a node: a dispatcher and a few workers; the worker that became free last is used first.

Documents are made by these threads whatever the number of kiosks that wait, as in a server with a pool of print
makers. Warm workers first: in quiet times one of them does everything.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

from mock_issuer.defects.switches import Switches
from mock_issuer.node.applications import Application, Request

Work = Callable[[str, Request], Application]
WORKERS = 8  # more than the typesetter's compilers: some wait for the register or the disk
_NAME = "maker"


class _Task:
    """An application to be made and where its outcome goes."""

    def __init__(self, name: str, request: Request, work: Work) -> None:
        self.name = name
        self.request = request
        self.work = work
        self.outcome: Future[Application] = Future()


class _Worker:
    """One thread that makes what it is handed, one after the other."""

    def __init__(self, number: int, free: queue.LifoQueue[_Worker]) -> None:
        self._free = free
        self._handed: queue.SimpleQueue[tuple[_Task, Callable[[], Request]]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=f"{_NAME}-{number}", daemon=True).start()

    def hand(self, task: _Task, request: Callable[[], Request]) -> None:
        """Make a task, of the request that `request` returns when the work begins."""
        self._handed.put((task, request))

    def _run(self) -> None:
        while True:
            task, request = self._handed.get()
            try:
                task.outcome.set_result(task.work(task.name, request()))
            except BaseException as e:  # noqa: BLE001 - whoever waits for the outcome gets it
                task.outcome.set_exception(e)
            self._free.put(self)


class Makers:
    """Makes applications in the pool."""

    def __init__(self, switches: Switches, workers: int = WORKERS) -> None:
        """Start dispatcher and workers."""
        self._switches = switches
        self._waiting: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._free: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._task: _Task | None = None
        for number in range(workers, 0, -1):
            self._free.put(_Worker(number, self._free))
        threading.Thread(target=self._dispatch, name="dispatcher", daemon=True).start()

    def make(self, name: str, request: Request, work: Work) -> Application:
        """Let a worker make an application of its name and request, and return it. Raises what the work raises."""
        task = _Task(name, request, work)
        self._waiting.put(task)
        return task.outcome.result()

    def newest_request(self) -> Request:
        """Return the request that the dispatcher holds now: the newest, not that of any worker."""
        assert self._task is not None
        return self._task.request

    def _dispatch(self) -> None:
        while True:
            self._task = task = self._waiting.get()
            worker = self._free.get()
            worker.hand(task, self._switches.behaviour.bind(self, task.request))
