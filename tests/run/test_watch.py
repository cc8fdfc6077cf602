"""The watch hands documents to the readers without holding the kiosks back, and tells how far reading is behind."""

import time

import pytest

from harness.baseline.folder import BaselineFolder
from harness.journal import DocumentWriter, RunFolder, SegmentWriter
from harness.reading.document import read_document
from harness.reading.limits import ReaderLimits
from harness.reading.store import ReadingWriter, load_readings
from harness.records.baseline import BASELINE_VERSION, BaselineEntry, Learned, Trust
from harness.records.certificates import Certificate, Options
from harness.records.history import ApplicationStarted, Delivery
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


def sheet(made):
    """Return an empty page, made at a time."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Producer(Sheets)/CreationDate(%s)>>" % made,
    ]
    body, table = b"%PDF-1.7\n", b""
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    trailer = b"trailer\n<</Size 5/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 5\n0000000000 65535 f \n" + table + trailer


def test_a_document_is_read_by_its_likeness_to_the_baseline_of_its_application(folder):
    first, now = sheet(b"D:20261122090000"), sheet(b"D:20261123090000")
    asked = {"resident": "R00001", "certificate": Certificate.TAX, "options": Options()}
    place = BaselineFolder(folder)
    learned = Learned(version=BASELINE_VERSION, baseline="b", population_digest="", target="", tokens=(), days=())
    (place.path / "documents").mkdir(parents=True)
    (place.path / "readings").mkdir()
    bodies = DocumentWriter(place.documents, "first")
    digest = bodies.put(first)
    bodies.close()
    issue = {"applications": ("B1",), "digests": (digest,), "issued_on": ("2026-11-22",), "trust": Trust.REGISTER}
    place.write([BaselineEntry(**asked, **issue)], learned)
    read = ReadingWriter(place.documents, "first")
    read.append(read_document(digest, first, ReaderLimits()))
    read.close()
    bodies, segment = DocumentWriter(folder, "kiosks"), SegmentWriter(folder, "kiosks", "run")
    segment.append(
        ApplicationStarted(
            application="A1", batch="B", phase="P", card="1", kiosk="K", store="S", at_ns=time.monotonic_ns(), **asked
        )
    )
    delivered = bodies.put(now)
    segment.append(
        Delivery(
            delivery="D1", application="A1", kiosk="K", digest=delivered, bytes=len(now), at_ns=time.monotonic_ns()
        )
    )
    segment.close()
    bodies.close()
    watch = Watch(folder, readers=1)
    watch.start()
    watch.finish(lambda: False)
    reading = load_readings(folder)[delivered]
    assert reading.reader.endswith(f"by likeness to {digest[:12]}")
    assert "D:20261123090000" in reading.residue
