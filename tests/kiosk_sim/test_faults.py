"""Faults from outside take hold, are journaled, and are undone whatever becomes of the player."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time

import pytest

from harness.journal import RunFolder
from harness.records.faults import AllowedFaults, Command, Link, LinkFault, PlannedFault
from harness.records.history import BatchEnded, Ending, FaultEnded, FaultStarted
from harness.records.plan import Batch, BatchKind
from kiosk_sim.faults.inflict import Inflictor
from kiosk_sim.faults.orders import Arm, line, link_file, undone_file


def script(path, body):
    """Make an executable of a few lines of Python."""
    path.write_text(f"#!{sys.executable}\n{body}")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def marks(tmp_path):
    """A command that leaves a mark, and its undoing."""
    for what in ("start", "undo"):
        script(tmp_path / what, f"open({str(tmp_path / 'marks')!r}, 'a').write('{what} ')")
    command = Command(name="node", start=(str(tmp_path / "start"),), undo=(str(tmp_path / "undo"),), longest_s=20.0)

    def left():
        file = tmp_path / "marks"
        return file.read_text().split() if file.exists() else []

    return command, left


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


class Linked:
    """A link program before an echoing server, and the inflictor that knows it."""

    def __init__(self, folder, server, until):
        self.folder, self.port, self.records = folder, free_port(), []
        where = f"127.0.0.1:{self.port}"
        allowed = AllowedFaults(link=(Link(name="db", listen=where, to=f"127.0.0.1:{server.port}"),))
        self.inflictor = Inflictor(folder, allowed, self.records.append)
        link_file(folder, "db").parent.mkdir()
        options = ("--listen", where, "--to", allowed.link[0].to, "--ready-file", str(link_file(folder, "db")))
        command = [sys.executable, "-m", "kiosk_sim.faults.link", *options, "--stays-s", "60"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)
        until(link_file(folder, "db").exists)

    def ask(self, connection=None, size=5):
        """Return how long an echo of `size` bytes takes, in s."""
        with contextlib.ExitStack() as stack:
            sock = connection or stack.enter_context(self.connect())
            began = time.monotonic()
            sock.sendall(b"x" * size)
            left = size
            while left:
                received = sock.recv(65536)
                if not received:
                    raise ConnectionResetError
                left -= len(received)
            return time.monotonic() - began

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), 10.0)

    def inflict(self, how, while_it_lasts, **more):
        planned = PlannedFault(fault="F0001", on="db", how=how, lasts_ms=20_000.0, **more)
        return self.inflictor.inflict(planned, "B1", lambda _: while_it_lasts())


@pytest.fixture
def linked(tmp_path, serve, until):
    def echo(peer):
        while data := peer.socket.recv(65536):
            peer.write(data)

    link = Linked(RunFolder.create(tmp_path / "run"), serve(echo), until)
    yield link
    link.process.kill()
    link.process.communicate()


def test_a_link_passes_delays_and_passes_again(linked):
    took = []
    with linked.connect() as kept:
        linked.ask(kept)
        ended = linked.inflict(LinkFault.DELAY, lambda: took.append(linked.ask(kept)), delay_ms=500.0, jitter_ms=20.0)
        after = linked.ask(kept)
    assert took[0] >= 1.0 > after
    assert (ended.inflicted, ended.undone) == (True, True)
    assert ended.detail.startswith("1 connections, 0 of them ended, 10 bytes")
    started, told = linked.records
    assert isinstance(started, FaultStarted)
    assert told == ended
    assert started.at_ns <= ended.from_ns <= ended.at_ns <= started.by_ns


def test_a_link_with_little_bandwidth_takes_longer_for_more(linked):
    took = []
    linked.inflict(LinkFault.BANDWIDTH, lambda: took.append(linked.ask(size=10_000)), bytes_per_s=20_000.0)
    assert took[0] >= 0.4  # half a second but for the pause after the last of ten pieces


@pytest.mark.parametrize("how", [LinkFault.RESET, LinkFault.DOWN])
def test_a_link_ends_connections_and_only_while_it_is_down_new_ones(linked, how):
    with linked.connect() as kept:
        linked.ask(kept)

        def meet():
            with pytest.raises(ConnectionError):
                linked.ask(kept)
            if how is LinkFault.RESET:
                linked.ask()
            else:
                with pytest.raises(ConnectionError):
                    linked.ask()

        ended = linked.inflict(how, meet)
    assert ended.inflicted
    assert ended.detail.startswith(f"2 connections, {1 if how is LinkFault.RESET else 2} of them ended")
    linked.ask()


def test_a_link_clears_itself_when_who_impaired_it_is_gone_or_the_run_is_over(linked, until):
    def clear():
        with contextlib.suppress(OSError):
            return linked.ask() < 5.0
        return False

    def die():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        linked.inflict(LinkFault.DOWN, die)
    until(clear)

    def end_of_run():
        linked.process.stdin.close()
        until(clear)

    linked.inflict(LinkFault.DOWN, end_of_run)


def test_a_link_obeys_nobody_without_the_runs_token(linked):
    place = json.loads(link_file(linked.folder, "db").read_bytes())
    assert link_file(linked.folder, "db").stat().st_mode & 0o077 == 0
    place["token"] = "guessed"
    link_file(linked.folder, "db").write_text(json.dumps(place))
    ended = linked.inflict(LinkFault.DOWN, linked.ask)
    assert (ended.inflicted, ended.reason) == (False, "the link refused: not of this run")


def test_nothing_is_done_that_the_target_file_does_not_allow(tmp_path):
    records = []
    inflictor = Inflictor(RunFolder.create(tmp_path / "run"), AllowedFaults(), records.append)
    for how in (None, LinkFault.DOWN):
        ended = inflictor.inflict(PlannedFault(fault="F1", on="db", how=how), "B1", lambda _: pytest.fail("it lasted"))
        assert (ended.inflicted, ended.undone) == (False, True)
    assert [type(r) for r in records] == [FaultEnded, FaultEnded]


def commanded(tmp_path, command, lasting, lasts_ms=50.0):
    records = []
    inflictor = Inflictor(RunFolder.create(tmp_path / "run"), AllowedFaults(command=(command,)), records.append)
    ended = inflictor.inflict(PlannedFault(fault="F0001", on="node", lasts_ms=lasts_ms), "B1", lasting)
    assert [type(r) for r in records] == [FaultStarted, FaultEnded]
    return ended


def test_a_command_is_undone_by_its_watchdog_and_by_nobody_else(tmp_path, marks):
    command, left = marks
    during = []
    ended = commanded(tmp_path, command, lambda _: during.extend(left()))
    assert (during, left()) == (["start"], ["start", "undo"])
    assert (ended.inflicted, ended.undone, ended.reason) == (True, True, "")


def test_a_command_that_fails_is_undone_all_the_same(tmp_path, marks):
    command, left = marks
    script(tmp_path / "start", "raise SystemExit(3)")
    ended = commanded(tmp_path, command, lambda _: pytest.fail("it lasted"))
    assert (ended.inflicted, ended.undone, left()) == (False, True, ["undo"])
    assert "exit code 3" in ended.reason


def test_an_undoing_that_fails_is_tried_again_and_told(tmp_path, marks):
    command, left = marks
    script(tmp_path / "undo", f"open({str(tmp_path / 'marks')!r}, 'a').write('tried '); raise SystemExit(1)")
    ended = commanded(tmp_path, command, lambda _: None)
    assert left() == ["start", "tried", "tried", "tried"]
    assert (ended.undone, "exit code 1" in ended.reason) == (False, True)


def test_the_deadline_undoes_what_the_player_forgets(tmp_path, marks, until):
    command, left = marks
    command = Command(name="node", start=command.start, undo=command.undo, longest_s=0.3)
    ended = commanded(tmp_path, command, lambda _: until(lambda: "undo" in left()))
    assert (ended.undone, ended.reason) == (True, "undone by the watchdog: deadline")
    assert left() == ["start", "undo"]


def test_a_player_killed_while_the_fault_is_being_started_has_it_undone_afterwards(tmp_path, until):
    """Undone at once, the fault would come about behind its undoing, and stay."""
    state, told = tmp_path / "state", tmp_path / "undone.jsonl"
    begin, go = tmp_path / "begin", tmp_path / "go"
    start = script(
        tmp_path / "start",
        "import pathlib, time\n"
        f"pathlib.Path({str(begin)!r}).touch()\n"
        f"while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\n"
        f"pathlib.Path({str(state)!r}).touch()\n",
    )
    undo = script(tmp_path / "undo", f"import pathlib\npathlib.Path({str(state)!r}).unlink(missing_ok=True)\n")
    arm = Arm(fault="F0001", start=(start,), undo=(undo,), within_s=60.0, command_s=30.0, told=str(told))
    watchdog = subprocess.Popen([sys.executable, "-m", "kiosk_sim.faults.watchdog"], stdin=subprocess.PIPE)
    watchdog.stdin.write(line(arm))
    watchdog.stdin.flush()
    until(begin.exists)
    watchdog.stdin.close()  # what becomes of it when the player is killed
    time.sleep(0.05)
    go.touch()
    assert watchdog.wait(timeout=30) == 0
    assert not state.exists()
    assert json.loads(told.read_text())["by"] == "the player is gone"


def table(command):
    argv = {what: json.dumps(getattr(command, what)) for what in ("start", "undo")}
    return f'[[faults.command]]\nname = "node"\nstart = {argv["start"]}\nundo = {argv["undo"]}\n'


def batch(run, **more):
    people = tuple(run.application(n, kiosk=f"K{n % 2}") for n in range(1, 7))
    return Batch(batch="B1", phase="P1", kind=BatchKind.CLOSED, applications=people, **more)


@pytest.mark.slow
def test_a_killed_player_leaves_nothing_behind_in_the_target(serve, issuer, run_against, marks, until):
    command, left = marks
    run = run_against(serve(issuer).url, table(command))
    run.plan(batch(run, faults=(PlannedFault(fault="F0001", on="node", lasts_ms=60_000.0),)))
    child = run.start("engine", "--phase", "P1")
    until(lambda: "start" in left())
    child.kill()
    child.communicate(timeout=20)
    until(lambda: "undo" in left())
    until(undone_file(run.folder).exists)
    told = json.loads(undone_file(run.folder).read_text())
    assert (told["fault"], told["by"], told["undone"]) == ("F0001", "the player is gone", True)
    assert len(run.records(FaultStarted)) == 1
    assert run.records(FaultEnded) == []


@pytest.mark.slow
def test_people_are_served_around_a_fault_and_its_failure_voids_the_batch(serve, issuer, run_against, marks):
    command, left = marks
    run = run_against(serve(issuer).url, table(command))
    planned = PlannedFault(fault="F0001", on="node", lasts_ms=100.0)
    run.plan(batch(run, faults=(planned, PlannedFault(fault="F0002", on="unknown", how=LinkFault.DOWN))))
    assert run.play("engine", "--phase", "P1") == 0, run.errors
    assert {e.ending for e in run.endings().values()} == {Ending.DELIVERED}
    assert left() == ["start", "undo"]
    assert {e.fault: (e.inflicted, e.undone) for e in run.records(FaultEnded)} == {
        "F0001": (True, True),
        "F0002": (False, True),
    }
    (ended,) = run.records(BatchEnded)
    assert ended.void == "F0002 not inflicted: the target file does not allow unknown"


@pytest.mark.slow
def test_what_is_not_undone_ends_the_run_and_is_told(serve, issuer, run_against, marks, tmp_path):
    command, _ = marks
    script(tmp_path / "undo", "raise SystemExit(1)")
    run = run_against(serve(issuer).url, table(command))
    run.plan(batch(run, faults=(PlannedFault(fault="F0001", on="node", lasts_ms=10.0),)))
    assert run.play("engine", "--phase", "P1") == 8
    assert "fault F0001 of node is not undone" in run.errors
