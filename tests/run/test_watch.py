"""The watch hands documents to the readers without ever holding the kiosks back, and tells how far reading is behind."""

import time

import pytest

from harness.journal import DocumentWriter, RunFolder, SegmentWriter
from harness.reading.store import load_readings
from harness.records.history import Delivery
from harness.run import watch as watching
from harness.run.watch import Watch

DOCUMENTS = 100


@pytest.fixture
def folder(tmp_path):
    return RunFolder.create(tmp_path / "run")


@pytest.fixture
def arrived(folder):
    """Let so many documents arrive at once, more than the readers are handed at a time."""
    bodies, segment = DocumentWriter(folder, "kiosks"), SegmentWriter(folder, "kiosks", "run")
    for number in range(DOCUMENTS):
        body = b"no PDF %d" % number
        digest = bodies.put(body)
        for copy in (1, 2):
            segment.append(
                Delivery(
                    delivery=f"D{number}-{copy}",
                    application=f"A{number}",
                    kiosk="K01",
                    digest=digest,
                    bytes=len(body),
                    at_ns=time.monotonic_ns(),
                    copy=copy,
                )
            )
    segment.close()
    bodies.close()


def test_the_same_bytes_are_read_once_however_often_they_arrive(folder, arrived):
    watch = Watch(folder, readers=1)
    watch.start()
    watch.finish(lambda: False)
    assert watch.failure == ""
    assert (watch.read, watch.to_read, watch.waiting) == (DOCUMENTS, DOCUMENTS, 0)
    assert len(load_readings(folder)) == DOCUMENTS


def test_what_waits_and_the_greatest_lag_are_told(folder, arrived):
    watch = Watch(folder, readers=1)
    watch.start()
    seen = []
    watch.finish(lambda: seen.append((watch.waiting, watch.lag_s)))
    assert watch.most_waiting > watching._AT_READERS
    assert watch.longest_lag_s >= max(lag for _, lag in seen) > 0
    assert watch.lag_s == 0


def test_what_a_hurried_user_leaves_unread_is_told(folder, arrived):
    watch = Watch(folder, readers=1)
    watch.start()
    watch.finish(lambda: True)
    assert watch.waiting == DOCUMENTS - watch.read > 0
    assert watch.longest_lag_s > 0
