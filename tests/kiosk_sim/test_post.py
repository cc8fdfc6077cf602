"""The channel between master and workers: a message that was dropped on the way shows by the number of the next."""

from __future__ import annotations

import subprocess
import sys

# The engine patches a whole process on import: it is tested in one of its own.
SCRIPT = """
from types import SimpleNamespace
import gevent
from kiosk_sim.engine.messages import Ping, Pong
from kiosk_sim.engine.post import Post

class Channel:
    def __init__(self):
        self.listeners, self.sent = {}, []
    def register_message(self, kind, listener):
        self.listeners[kind] = listener
    def send_message(self, kind, data, to):
        self.sent.append((kind, data))

master, worker = Channel(), Channel()
receiving, sending = Post(master, (Pong,)), Post(worker, (Ping,))
for number in range(4):
    sending.send(Pong(worker=1, number=number, at_ns=9))
del worker.sent[2]  # the connection was down at that moment
for kind, data in [*worker.sent, ("honnin_pong", {"number": 5, "message": {"worker": "no"}})]:
    master.listeners[kind](environment=None, msg=SimpleNamespace(data=data, node_id="w"))
gevent.spawn(receiving.read, lambda letter: print(letter.message.number, letter.lost), print)
gevent.sleep(0.1)
"""


def test_a_lost_message_is_noticed_and_an_unreadable_one_is_none():
    said = subprocess.check_output([sys.executable, "-c", SCRIPT], text=True)
    assert said.splitlines() == ["0 0", "1 0", "3 1"]
