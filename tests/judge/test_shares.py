"""Documents are judged in forked shares: the same documents in the same order, whatever becomes of a process."""

import os
import signal

import pytest

from harness.judge import shares
from harness.judge.shares import in_parts, judge_in_shares
from harness.records.ownership import DocumentOwnership
from harness.records.reading import ReadingStatus

COUNT = 1000
PARENT = os.getpid()


@pytest.fixture(autouse=True)
def forking(monkeypatch):
    """Fork although other tests may have loaded PDFium here: nothing in these shares calls it."""
    monkeypatch.setattr(shares, "_NOT_AFTER", ())


def judged(place, crashes):
    if place % 100 == 7:
        crashes["seven"] += 1
        return None
    pid = str(os.getpid())
    return f"D{place}", DocumentOwnership(application=f"A{place}", delivery="", digest=pid, status=ReadingStatus.READ)


def told(parts):
    return [(name, d.application) for part in parts for name, d in part.documents]


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_every_number_of_processes_gives_the_same_documents_in_the_same_order(processes):
    done = []
    parts = judge_in_shares(in_parts(judged), COUNT, processes, done.append)
    assert told(parts) == [(f"D{n}", f"A{n}") for n in range(COUNT) if n % 100 != 7]
    assert sum(part.crashes.get("seven", 0) for part in parts) == COUNT / 100
    assert sum(part.places for part in parts) == COUNT == done[-1]
    assert len({d.digest for part in parts for _, d in part.documents}) == processes


def test_the_share_of_a_process_that_dies_is_judged_again():
    def dying(place, crashes):
        if place == COUNT - 10 and os.getpid() != PARENT:
            os.kill(os.getpid(), signal.SIGKILL)
        return judged(place, crashes)

    done = []
    parts = judge_in_shares(in_parts(dying), COUNT, 2, done.append)
    assert done[-1] == COUNT
    assert told(parts) == [(f"D{n}", f"A{n}") for n in range(COUNT) if n % 100 != 7]


def test_a_process_that_meets_an_error_leaves_nothing_of_its_own_behind(capfd):
    def failing(place, crashes):
        if place == COUNT - 10 and os.getpid() != PARENT:
            raise SystemExit("in the forked process")
        return judged(place, crashes)

    parts = judge_in_shares(in_parts(failing), COUNT, 2, lambda done: None)
    assert len(told(parts)) == COUNT - COUNT / 100
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_ends_the_forked_processes(monkeypatch):
    fork, forked = os.fork, []

    def noted():
        forked.append(fork())
        return forked[-1]

    def impatient(done):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fork", noted)
    with pytest.raises(KeyboardInterrupt):
        judge_in_shares(in_parts(judged), COUNT, 2, impatient)
    assert len(forked) == 1
    with pytest.raises(ChildProcessError):
        os.waitpid(forked[0], os.WNOHANG)


def test_few_documents_are_judged_by_one_process():
    parts = judge_in_shares(in_parts(judged), 50, 2, lambda done: None)
    assert {d.digest for part in parts for _, d in part.documents} == {str(os.getpid())}


@pytest.mark.parametrize("loaded", ["gevent", "pypdfium2"])
def test_nothing_is_forked_where_pdfium_or_gevent_is_loaded(monkeypatch, loaded):
    monkeypatch.setattr(shares, "_NOT_AFTER", (loaded,))
    monkeypatch.setitem(shares.sys.modules, loaded, object())
    parts = judge_in_shares(in_parts(judged), COUNT, 2, lambda done: None)
    assert {d.digest for part in parts for _, d in part.documents} == {str(os.getpid())}
