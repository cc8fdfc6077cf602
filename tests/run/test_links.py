"""The links of a target file pass while a run goes on, and a mistake in the table is told before anything is done."""

from __future__ import annotations

import socket
import sys
import threading

import pytest

from harness.cli.playable import check_playable
from harness.errors import ConfigError, UsageError
from harness.journal import RunFolder
from harness.records.faults import AllowedFaults, Command, Link
from harness.records.target import Target
from harness.run.links import links


@pytest.fixture
def far_end():
    """The other part of the target: answers every connection with one word."""

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"register")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def lay_out(folder, listen, to):
    run = RunFolder.create(folder / "run")
    run.target.write_text(
        'name = "t"\nurl = "http://127.0.0.1:1"\n[faults]\nlinks_stay_s = 0\n'
        f'[[faults.link]]\nname = "db"\nlisten = "127.0.0.1:{listen}"\nto = "127.0.0.1:{to}"\n'
    )
    return run


def test_a_link_passes_while_a_run_goes_on(tmp_path, far_end):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = taken.getsockname()[1]
    with links(lay_out(tmp_path, listen, far_end)), socket.create_connection(("127.0.0.1", listen), 10) as near:
        assert near.recv(100) == b"register"


def test_an_address_that_is_taken_is_told_before_anything_is_played(tmp_path, far_end):
    says = r"link db of the target file: cannot listen at 127\.0\.0\.1"
    with pytest.raises(UsageError, match=says), links(lay_out(tmp_path, far_end, far_end)):
        pytest.fail("nothing could pass")


LINK = Link(name="db", listen="127.0.0.1:5701", to="127.0.0.1:5601")
RUNS = (sys.executable,)


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        (AllowedFaults(link=(LINK, LINK)), "two are called `db`"),
        (AllowedFaults(link=(LINK,), command=(Command(name="db", start=RUNS, undo=RUNS),)), "two are called `db`"),
        (AllowedFaults(command=(Command(name="n", start=("stop",), undo=RUNS),)), r"command\[0\].start.*`stop`"),
        (AllowedFaults(command=(Command(name="n", start=RUNS, undo=("/no/such",)),)), r"command\[0\].undo.*/no/such"),
    ],
)
def test_a_command_that_could_not_be_run_is_told_beforehand(faults, says, tmp_path):
    target = Target(name="t", url="http://127.0.0.1:1", faults=faults)
    with pytest.raises(ConfigError, match=says):
        check_playable(target, tmp_path / "target.toml")
