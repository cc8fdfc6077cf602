"""Broken and hostile files cost one document each, told with a reason; the pool goes on."""

import hashlib
import io
import os
import signal
import threading
import time
import zlib

import pikepdf
import psutil
import pytest

from harness.reading.document import read_document
from harness.reading.limits import ReaderLimits
from harness.reading.pool import ReaderPool
from harness.records.reading import ReadingStatus

LIMITS = ReaderLimits(cpu_s=3.0, memory_mb=512)


def digest(body):
    return hashlib.sha256(body).hexdigest()


@pytest.fixture(scope="module")
def own(request):
    written, draw = request.getfixturevalue("written"), request.getfixturevalue("draw")
    return draw(written("alone"))


@pytest.fixture(scope="module")
def pool():
    with ReaderPool(1, limits=LIMITS) as pool:
        yield pool


def read(pool, body):
    assert pool.submit(digest(body), body)
    (reading,) = pool.results()
    return reading


def _pages(count):
    pdf = pikepdf.new()
    for _ in range(count):
        pdf.add_blank_page()
    return _bytes(pdf)


def _bytes(pdf):
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def _with_content(content, **entries):
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(200, 200))
    page.Contents = pdf.make_stream(content)
    for key, value in entries.items():
        page[f"/{key}"] = value(pdf) if callable(value) else value
    return _bytes(pdf)


def _form_that_draws_itself(pdf):
    form = pdf.make_stream(b"/F Do /F Do")
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox = [0, 0, 100, 100]
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
    return pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))


def _deflate_bomb():
    """A content stream deflated twice that unfolds to 2 GB of drawing operators."""
    once = zlib.compress(b"0 0 m 9 9 l S " * 10_000_000, 9)
    inner = zlib.compress(once, 9)
    content = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    content += b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    content += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents[4 0 R 4 0 R 4 0 R]>>endobj\n"
    head = f"4 0 obj<</Length {len(inner)}/Filter[/FlateDecode/FlateDecode]>>stream\n".encode()
    return content + head + inner + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", ReadingStatus.NOT_PDF, "empty"),
        (b"<!DOCTYPE html><html><body>500</body></html>", ReadingStatus.NOT_PDF, "HTML page"),
        (b"\xef\xbb\xbf\n<html><head><title>Error</title>", ReadingStatus.NOT_PDF, "HTML page"),
        (b'{"code":"BUSY"}', ReadingStatus.NOT_PDF, "JSON"),
        (b"<?xml version='1.0'?><soap:Envelope/>", ReadingStatus.NOT_PDF, "XML"),
        (b"PK\x03\x04....", ReadingStatus.NOT_PDF, "ZIP"),
        (b"\x00\x01\x02 nothing", ReadingStatus.NOT_PDF, "starts with"),
        (b"x" * 11_000_000, ReadingStatus.OVER_LIMIT, "11,000,000 bytes"),
        (b"%PDF-1.7\nthis is all", ReadingStatus.CORRUPT, "cannot open"),
        (_pages(300), ReadingStatus.OVER_LIMIT, "300 pages; the limit is 20"),
    ],
    ids=["empty", "html", "html after a mark", "json", "xml", "zip", "other", "large", "header only", "300 pages"],
)
def test_what_is_no_readable_certificate_is_told_plainly(body, status, reason):
    reading = read_document(digest(body), body, LIMITS)
    assert reading.status is status
    assert reason in reading.reason
    assert reading.pages == ()


def test_a_truncated_document_is_corrupt_or_its_text_is_gone(own):
    for share in (0.2, 0.5, 0.9, 0.99):
        body = own[: int(len(own) * share)]
        reading = read_document(digest(body), body, LIMITS)
        assert reading.status is ReadingStatus.CORRUPT or reading.marks.eofs == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: _with_content(b"/F Do", Resources=_form_that_draws_itself),
        _deflate_bomb,
        lambda: _with_content(b"q " * 400_000 + b"0 0 m " * 400_000),
        lambda: _with_content(b"BT /Nil 1 Tf (x) Tj ET " * 50_000),
    ],
    ids=["form that draws itself", "deflate bomb", "content bomb", "text without fonts"],
)
def test_bombs_end_within_the_limits_and_the_pool_goes_on(pool, own, make):
    bomb = make()
    reading = read(pool, bomb)
    assert reading.digest == digest(bomb)
    own_again = own + b"\n" + os.urandom(8).hex().encode()
    after = read(pool, own_again)
    assert after.status is ReadingStatus.READ
    assert "村上" in after.pages[0].text


def test_a_document_that_works_a_reader_too_long_is_given_up_and_its_processor_time_told(own):
    with ReaderPool(1, limits=ReaderLimits(cpu_s=0.02)) as pool:
        reading = read(pool, _with_content(b"q " * 400_000 + b"0 0 m " * 400_000))
        assert reading.status is ReadingStatus.OVER_LIMIT
        assert reading.reason == "it takes longer than 0.02 s of processor time"
        assert pool.replaced == 1


def test_random_damage_never_stops_the_pool(pool, own):
    import random

    dice = random.Random(20)
    for _ in range(60):
        damaged = bytearray(own)
        for _ in range(dice.choice((1, 10, 200))):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        reading = read(pool, bytes(damaged) + dice.randbytes(8))
        assert reading.status in set(ReadingStatus)


def test_a_reader_that_hangs_is_replaced_and_its_document_is_told(own):
    others = _children()
    with ReaderPool(1, limits=ReaderLimits(wall_s=3.0)) as pool:
        assert read(pool, own).status is ReadingStatus.READ
        (process,) = _children() - others
        os.kill(process, signal.SIGSTOP)
        reading = read(pool, own + b"\n1")
        assert (reading.status, reading.reason) == (ReadingStatus.OVER_LIMIT, "no answer within 3 s")
        assert pool.replaced == 1
        assert read(pool, own + b"\n2").status is ReadingStatus.READ
    assert _children() == others


@pytest.mark.parametrize("stopped", [False, True], ids=["before it was asked", "with the request still in its pipe"])
def test_a_reader_that_was_killed_while_idle_costs_no_document(own, stopped):
    with ReaderPool(1, limits=LIMITS) as pool:
        others = _children()
        assert read(pool, own).status is ReadingStatus.READ
        (process,) = _children() - others
        os.kill(process, signal.SIGSTOP if stopped else signal.SIGKILL)
        while stopped and psutil.Process(process).status() != psutil.STATUS_STOPPED:
            time.sleep(0.005)  # a signal on its way: until then it may still take what comes
        killing = threading.Timer(0.5 if stopped else 0, os.kill, (process, signal.SIGKILL))
        killing.start() if stopped else psutil.wait_procs([psutil.Process(process)], timeout=0.2)
        assert read(pool, own + b"\n1").status is ReadingStatus.READ
        assert pool.replaced == 1


DYING_READER = """
import os, signal, sys
from harness.reading.frames import Ready, encode
sys.stdout.buffer.write(encode(Ready(reader="dying")))
sys.stdout.buffer.flush()
with open("STARTS", "a") as starts:
    starts.write("x")
os.read(0, TAKES) if TAKES else None
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("takes", "starts", "reason"),
    [(0, 2, "SIGKILL before it took the document"), (1, 1, "its limit"), (9_000_000, 1, "its limit")],
    ids=["nothing", "one byte", "all there is"],
)
def test_a_document_that_kills_its_reader_is_tried_once_and_told(own, tmp_path, monkeypatch, takes, starts, reason):
    """A reader that dies without a look at the document twice says nothing about the document either: it is unread."""
    code = DYING_READER.replace("STARTS", str(tmp_path / "starts")).replace("TAKES", str(takes))
    (tmp_path / "dying_reader.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("harness.reading.reader._MODULE", "dying_reader")
    with ReaderPool(1, limits=LIMITS) as pool:
        reading = read(pool, own)
        assert pool.replaced == starts
    assert (reading.status, reading.digest) == (ReadingStatus.READER_DIED, digest(own))
    assert reason in reading.reason
    assert (tmp_path / "starts").read_text() == "x" * starts


def _children():
    return {p.pid for p in psutil.Process().children() if "harness.reading.worker" in " ".join(p.cmdline())}


def test_the_same_bytes_are_read_once_and_lag_is_visible(own):
    with ReaderPool(2, limits=LIMITS) as pool:
        assert pool.submit(digest(own), own)
        assert not pool.submit(digest(own), own)
        others = [own + f"\n{i}".encode() for i in range(20)]
        for body in others:
            assert pool.submit(digest(body), body)
        assert 0 <= pool.lag <= 21
        readings = list(pool.results())
        assert {r.digest for r in readings} == {digest(b) for b in (own, *others)}
        assert pool.lag == 0
        assert list(pool.results()) == []


def test_a_page_is_drawn_as_a_picture(pool, own):
    png = pool.draw(own, 1, 100)
    assert png.startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="1 pages, not 2"):
        pool.draw(own, 2)
    with pytest.raises(ValueError, match="cannot open"):
        pool.draw(b"%PDF-1.4 no", 1)


def test_a_given_password_opens_what_the_empty_one_does_not(own):
    with pikepdf.open(io.BytesIO(own)) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="himitsu", R=6))
    body = out.getvalue()
    with ReaderPool(1, limits=LIMITS, passwords=("himitsu",)) as pool:
        assert read(pool, body).status is ReadingStatus.READ
    with ReaderPool(1, limits=LIMITS) as pool:
        reading = read(pool, body)
        assert reading.status is ReadingStatus.ENCRYPTED
        assert "himitsu" not in repr(reading)


def test_secrets_and_contents_are_not_in_reprs(own):
    from harness.reading.frames import ReadRequest

    request = ReadRequest(digest=digest(own), body=own, limits=LIMITS, passwords=("himitsu",))
    assert "himitsu" not in repr(request)
    assert len(repr(request)) < 80
