"""Other ways to send N requests at once, for benchmarks/bursts.py; each is a program of its own.

Run: python burst_rivals.py WAY HOST PORT SIZES TRIALS MARK [CA], WAY one of event, threads, c, c-fifo; SIZES as
2,10,50. Requests go to /WAY-MARK/SIZE/TRIAL.
"""

from __future__ import annotations

import ctypes
import gc
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

BODY = b"x" * 200
BUSY_USERS, BUSY_WAIT_S = 10, 0.01
HOLD_S = 0.08
_C = """
#include <sys/socket.h>
void fire(int n, const int *fds, const char **last, const int *sizes) {
    for (int i = 0; i < n; i++) send(fds[i], last[i], sizes[i], MSG_DONTWAIT);
}
"""


def request(path: str) -> bytes:
    """Return a request of the size of honnin's."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(BODY)}\r\naccept: */*\r\n"
    return f"{head}accept-encoding: identity\r\nuser-agent: bench\r\n\r\n".encode() + BODY


class Warm:
    """A connection that was used once."""

    def __init__(self, host: str, port: int, ca: str) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = _context(ca).wrap_bio(self._incoming, self._outgoing, server_hostname=host) if ca else None
        while self._tls is not None:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.socket.sendall(self._outgoing.read())
                self._incoming.write(self.socket.recv(65536))
        self.socket.sendall(self.sealed(request("/warm")))
        time.sleep(0.001)
        self.socket.recv(65536)

    def end(self) -> None:
        """Close once the receiver has read everything: it closes first."""
        self.socket.shutdown(socket.SHUT_WR)
        while self.socket.recv(65536):
            pass
        self.socket.close()

    def sealed(self, plain: bytes) -> bytes:
        """Return what the wire carries for `plain`."""
        if self._tls is None:
            return plain
        self._tls.write(plain)
        return self._outgoing.read()


def _context(ca: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


def threads(host: str, port: int, ca: str, size: int, path: str) -> None:
    """One thread each, warm connections, a barrier, whole requests."""
    warm = [Warm(host, port, ca) for _ in range(size)]
    sealed = [one.sealed(request(path)) for one in warm]
    barrier = threading.Barrier(size)

    def run(number: int) -> None:
        barrier.wait()
        warm[number].socket.sendall(sealed[number])

    running = [threading.Thread(target=run, args=(number,)) for number in range(size)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    for one in warm:
        one.end()


def c_loop(host: str, port: int, ca: str, size: int, path: str, library: ctypes.CDLL, *, first: bool) -> None:
    """The limit: last bytes withheld as honnin does, released by a loop in C; with `first` at real-time priority."""
    warm = [Warm(host, port, ca) for _ in range(size)]
    sealed = [one.sealed(request(path)) for one in warm]
    tail = 1 if ca else 1 + len(BODY)
    for one, whole in zip(warm, sealed, strict=True):
        one.socket.sendall(whole[:-tail])
    last = (ctypes.c_char_p * size)(*(whole[-tail:] for whole in sealed))
    sizes = (ctypes.c_int * size)(*[tail] * size)
    numbers = (ctypes.c_int * size)(*(one.socket.fileno() for one in warm))
    time.sleep(HOLD_S)
    gc.disable()
    if first:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    library.fire(size, numbers, last, sizes)
    if first:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    gc.enable()
    for one in warm:
        one.end()


def compiled(folder: str) -> ctypes.CDLL | None:
    """Compile the loop; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, library = Path(folder) / "fire.c", Path(folder) / "fire.so"
    source.write_text(_C)
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    return ctypes.CDLL(str(library))


def event(host: str, port: int, ca: str, sizes: list[int], trials: int, mark: str) -> None:
    """Locust's own: FastHttpUser greenlets that an Event wakes, while other users are busy."""
    import gevent
    from gevent.event import Event
    from locust import FastHttpUser, constant, task
    from locust.env import Environment

    class Busy(FastHttpUser):
        host = ""
        wait_time = constant(BUSY_WAIT_S)

        @task
        def send(self) -> None:
            self.client.post("/busy", data=BODY)

    Busy.host = f"{'https' if ca else 'http'}://{host}:{port}"
    environment = Environment(user_classes=[Busy])
    runner = environment.create_local_runner()
    runner.start(BUSY_USERS, spawn_rate=BUSY_USERS)
    gevent.sleep(0.5)

    def one(user: Busy, ready: list[int], go: Event, path: str) -> None:
        user.client.post("/warm", data=BODY)
        ready.append(1)
        go.wait()
        user.client.post(path, data=BODY)

    for trial in range(trials):
        for size in sizes:
            go, ready = Event(), []
            users = [Busy(environment) for _ in range(size)]
            running = [gevent.spawn(one, user, ready, go, f"/event-{mark}/{size}/{trial}") for user in users]
            while len(ready) < size:
                gevent.sleep(0.005)
            gevent.sleep(HOLD_S)
            go.set()
            gevent.joinall(running)
            for user in users:
                user.client.client.close()
    runner.quit()


def main() -> None:
    """Do all trials of one way."""
    way, host, port, sizes, trials, mark, *more = sys.argv[1:]
    ca, wanted = more[0] if more else "", [int(size) for size in sizes.split(",")]
    if way == "event":
        event(host, int(port), ca, wanted, int(trials), mark)
        return
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(folder) if way.startswith("c") else None
        for trial in range(int(trials)):
            for size in wanted:
                path = f"/{way}-{mark}/{size}/{trial}"
                if way == "threads":
                    threads(host, int(port), ca, size, path)
                elif library is not None:
                    c_loop(host, int(port), ca, size, path, library, first=way == "c-fifo")


if __name__ == "__main__":
    main()
