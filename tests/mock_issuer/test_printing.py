"""The print stage serves in order, gives up what waited too long, and never mixes images when clean."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.correct import publish_whole
from mock_issuer.defects.parts import PrintBusy, PrintFailed, PrintTimeout
from mock_issuer.node.order import PrintOrder
from mock_issuer.node.outbox import Outbox
from mock_issuer.node.printing import PrintStage
from mock_issuer.settings import Timing
from mock_issuer.spool import Spool, new_spool


def stage_of(folder: Path, *, print_ms: float = 5.0, limit_s: float = 5.0, pages: int = 1) -> PrintStage:
    new_spool(folder / "spool")
    spool = Spool(folder / "spool", "n1")
    for number in range(40):
        spool.put(f"k{number}", 1, f"document {number}".encode(), application=f"a{number}", pages=pages)
    return PrintStage(spool, folder / "outbox", Timing(print_ms=print_ms, print_limit_s=limit_s))


def test_everyone_gets_the_image_of_their_own_key(tmp_path: Path) -> None:
    stage = stage_of(tmp_path)
    with ThreadPoolExecutor(40) as pool:
        files = list(pool.map(lambda n: stage.fetch(f"k{n}", 1, Behaviour()).read_bytes(), range(40)))
    assert files == [f"document {n}".encode() for n in range(40)]


def test_overload_times_out_in_bounded_time_and_mixes_nothing(tmp_path: Path) -> None:
    stage = stage_of(tmp_path, print_ms=20, limit_s=0.3)

    together = threading.Barrier(40)

    def fetch(number: int) -> bytes:
        together.wait(60)
        try:
            return stage.fetch(f"k{number}", 1, Behaviour()).read_bytes()
        except PrintTimeout:
            return b""

    with ThreadPoolExecutor(40) as pool:
        results = list(pool.map(fetch, range(40)))
    assert all(document in (b"", f"document {n}".encode()) for n, document in enumerate(results))
    assert results.count(b"") >= 10


def test_an_image_that_comes_after_the_limit_reaches_nobody_else(tmp_path: Path) -> None:
    stage = stage_of(tmp_path, print_ms=100, limit_s=0.15, pages=3)  # 180 ms: begun, but too slow
    with pytest.raises(PrintTimeout):
        stage.fetch("k1", 1, Behaviour())
    patient = Behaviour(print_limit_s=5.0)
    assert stage.fetch("k2", 1, patient).read_bytes() == b"document 2"
    assert list((tmp_path / "outbox").rglob("*.pdf")) == [tmp_path / "outbox" / "taken" / "00000002.pdf"]


def test_a_line_that_is_too_long_is_told_at_once(tmp_path: Path) -> None:
    new_spool(tmp_path / "spool")
    spool = Spool(tmp_path / "spool", "n1")
    spool.put("k", 1, b"document", application="a", pages=1)
    stage = PrintStage(spool, tmp_path / "outbox", Timing(print_ms=300, print_line=1))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(stage.fetch, "k", 1, Behaviour())
        until = time.monotonic() + 60
        while not stage.waiting:
            assert time.monotonic() < until
        with pytest.raises(PrintBusy):
            stage.fetch("k", 1, Behaviour())
        assert first.result(timeout=60).read_bytes() == b"document"


def test_further_sheets_take_longer(tmp_path: Path) -> None:
    stage = stage_of(tmp_path, print_ms=50, pages=4)
    began = time.monotonic()
    stage.fetch("k1", 1, Behaviour())
    assert time.monotonic() - began >= 0.105


def test_a_document_that_is_gone_is_told_and_the_line_goes_on(tmp_path: Path) -> None:
    stage = stage_of(tmp_path)
    with pytest.raises(PrintFailed):
        stage.fetch("missing", 1, Behaviour())
    assert stage.fetch("k3", 1, Behaviour()).read_bytes() == b"document 3"


def test_the_order_is_first_come_first_served() -> None:
    order, served = PrintOrder(), []
    first = order.join()
    tickets = [order.join() for _ in range(5)]

    def serve(number: int) -> None:
        assert order.wait_turn(tickets[number], time.monotonic() + 60)
        served.append(number)
        order.leave(tickets[number])

    threads = [threading.Thread(target=serve, args=(number,)) for number in (3, 1, 4, 0, 2)]
    for thread in threads:
        thread.start()
    order.leave(first)
    for thread in threads:
        thread.join(timeout=60)
    assert served == [0, 1, 2, 3, 4]
    assert len(order) == 0


def test_a_turn_that_does_not_come_is_told_in_time() -> None:
    order = PrintOrder()
    order.join()
    waiting = order.join()
    assert not order.wait_turn(waiting, time.monotonic() + 0.05)
    order.leave(waiting)
    order.leave(waiting)
    assert len(order) == 1


def test_a_withdrawn_job_leaves_no_file(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.put(1, b"one", publish_whole)
    outbox.put(2, b"two", publish_whole)
    outbox.remove(1)
    image = outbox.take(time.monotonic())
    assert image is not None
    assert (image.job, image.file) == (2, tmp_path / "taken" / "00000002.pdf")
    assert outbox.take(time.monotonic() + 0.01) is None
    assert not (tmp_path / "00000001.pdf").exists()
