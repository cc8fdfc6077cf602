"""Waits for a node's answer and watches the client meanwhile: one who has hung up need not be waited for."""

from __future__ import annotations

import select
import socket
from enum import Enum, auto


class Came(Enum):
    """How a wait ended."""

    ANSWER = auto()
    CLIENT_GONE = auto()
    NOTHING = auto()  # within the time


_GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


def wait_for(node: socket.socket, client: socket.socket | None, within_s: float) -> Came:
    """Return what comes first: the node's answer, the client's hanging up, or the end of the time."""
    poll = select.poll()
    poll.register(node, select.POLLIN)
    if client is not None and client.fileno() >= 0:
        poll.register(client, _GONE)
    ready = {fd for fd, _ in poll.poll(within_s * 1000)}
    if node.fileno() in ready:
        return Came.ANSWER
    return Came.CLIENT_GONE if ready else Came.NOTHING
