"""What workers elsewhere are handed and hand over: pinned, authenticated, resumed after cuts, proven by digests."""

from __future__ import annotations

import contextlib
import os
import socket
import threading

import httpx
import pytest
from msgspec.structs import replace

import harness
from harness.errors import HonninError, UsageError
from harness.handover.carrier import Carrier
from harness.handover.client import HandoverClient, Refused, Unreachable, pinned
from harness.handover.desk import Desk
from harness.handover.intake import Intake
from harness.handover.invitation import invite, make_credentials, read_invitation
from harness.handover.messages import WIRE_VERSION, Errand, Join, PhaseDone, Proven
from harness.handover.server import HandoverServer
from harness.journal import RunFolder
from harness.run.worker import RemoteWorker

PATIENCE_S = 20.0


class Site:
    """A run's server, and workers' ends of it."""

    def __init__(self, folder, numbers=(1, 2), credentials=None):
        self.folder = RunFolder.create(folder / "run")
        self.credentials = credentials or make_credentials("run")
        self.clients = []
        self.intake = Intake(self.folder)
        contents = lambda place, workers: {"plan.jsonl": b"plan", "cards/1.pem": b"%d" % place}  # noqa: E731
        self.desk = Desk("run", numbers, contents, self.intake)
        self.server = HandoverServer("127.0.0.1", 0, self.credentials, self.desk)
        self.path = folder / "invitation.json"
        self.invitation = invite(self.path, "run", self.server.port, self.credentials)

    def client(self, port=0, patience_s=PATIENCE_S):
        invited = read_invitation(self.path)
        self.clients.append(HandoverClient("127.0.0.1", replace(invited, port=port or invited.port), patience_s))
        return self.clients[-1]

    def close(self):
        for client in self.clients:
            client.close()
        self.server.close()

    def joined(self, **more):
        client = self.client(**more)
        client.join(join())
        return client


def join(once="a"):
    return Join(version=WIRE_VERSION, honnin=harness.__version__, host="h", pid=1, once=once)


@pytest.fixture
def site(tmp_path):
    """Serve a run that expects two workers."""
    made = Site(tmp_path)
    yield made
    made.close()


def worker_folder(path, **files):
    folder = RunFolder.create(path)
    for name, body in files.items():
        (folder.segment if name.startswith("s") else folder.pack)(f"engine-P1-w1-{name}").write_bytes(body)
    return folder


def test_the_invitation_is_its_owners_alone_and_shows_no_token(site):
    assert site.path.stat().st_mode & 0o077 == 0
    assert site.credentials.token not in repr(site.invitation) + repr(site.credentials)


def test_nothing_is_told_or_taken_without_the_runs_token(site):
    site.joined()
    with httpx.Client(verify=pinned(site.invitation.certificate), trust_env=False) as http:
        url = f"https://127.0.0.1:{site.server.port}/v1/workers"
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            assert http.get(f"{url}/1/parcels", headers=headers).status_code == 401
            segment = f"{url}/1/files/segments%2Fengine-P1-w1-1.journal?offset=0"
            assert http.post(segment, headers=headers).status_code == 401
    assert not site.folder.segments()


def test_a_worker_with_the_token_of_another_run_is_told_so_at_once(site):
    stranger = HandoverClient("127.0.0.1", replace(site.invitation, token="x" * 43), patience_s=30.0)
    with contextlib.closing(stranger), pytest.raises(Refused, match="wrong token"):
        stranger.join(join())


def test_a_server_with_another_certificate_is_never_told_the_token(tmp_path, site):
    (tmp_path / "other").mkdir()
    other = Site(tmp_path / "other")
    with pytest.raises(Refused, match="certificate"):
        site.client(port=other.server.port).join(join())
    other.close()
    assert not other.desk.guests


def test_workers_get_numbers_once_and_files_of_their_own(site):
    first, second = site.client(), site.client()
    assert first.join(join("a")).worker == 1
    assert first.join(join("a")).worker == 1  # the answer was lost and it asked again
    assert second.join(join("b")).worker == 2
    assert [second.fetch(p) for p in second.parcels()] == [b"plan", b"1"]
    with pytest.raises(Refused, match="expects 2 workers"):
        site.client().join(join("c"))


def test_a_worker_that_may_not_load_the_target_gives_its_place_back_and_leaves_no_file(site, tmp_path):
    def refuse(folder):
        raise UsageError("this host was not confirmed")

    for _ in range(2):
        worker = RemoteWorker("127.0.0.1", site.invitation, tmp_path / "work", 5.0, lambda what, told: None)
        with contextlib.closing(worker), pytest.raises(UsageError, match="not confirmed"):
            worker.run(refuse, lambda: False)
    assert not list((tmp_path / "work").iterdir())
    assert site.client().join(join()).worker == 1


def test_a_worker_that_was_lost_to_the_master_keeps_its_journal_but_no_card(site, tmp_path, monkeypatch):
    """However it ends: the master may be gone before the worker has handed anything over."""

    def lose(self, folder, joined, stop):
        folder.segment("engine-P1-w1-1").write_bytes(b"what was played")
        raise Unreachable("gone")

    monkeypatch.setattr(RemoteWorker, "_be_ready", lambda self, folder: None)
    monkeypatch.setattr(RemoteWorker, "_follow", lose)
    worker = RemoteWorker("127.0.0.1", site.invitation, tmp_path / "work", 5.0, lambda what, told: None)
    with contextlib.closing(worker), pytest.raises(Unreachable):
        worker.run(lambda folder: None, lambda: False)
    (folder,) = (tmp_path / "work").iterdir()
    assert [path.name for path in (folder / "segments").iterdir()] == ["engine-P1-w1-1.journal"]
    assert not (folder / "cards").exists()


def test_another_version_of_honnin_is_refused(site):
    with pytest.raises(Refused, match="use one version"):
        site.client().join(replace(join(), honnin="9.9"))
    assert not site.desk.guests


def test_errands_and_proofs_are_told(site):
    client = site.joined()
    client.proven(Proven(passed=True, checks=()))
    assert site.desk.proofs[1].passed
    site.desk.order(Errand(number=0, what="play", phase="P2", port=7))
    errand = client.errand_after(0)
    assert (errand.number, errand.what, errand.phase, errand.port) == (1, "play", "P2", 7)
    client.done(PhaseDone(phase="P2", exit_code=0))
    assert site.desk.done[1, "P2"].exit_code == 0


def test_files_arrive_whole_while_they_grow(site, tmp_path):
    folder = worker_folder(tmp_path / "w", s1=b"begin\n", d1=b"doc")
    carrier = Carrier(folder, site.joined(), set())
    carrier.start()
    with folder.segment("engine-P1-w1-s1").open("ab") as segment:
        for _ in range(50):
            segment.write(os.urandom(60_000))
    assert carrier.finish() == ("documents/engine-P1-w1-d1.pack", "segments/engine-P1-w1-s1.journal")
    for mine, theirs in zip(
        (*folder.segments(), *folder.packs()), (*site.folder.segments(), *site.folder.packs()), strict=True
    ):
        assert theirs.read_bytes() == mine.read_bytes()


def test_no_segment_arrives_before_the_documents_it_tells_of(site, tmp_path):
    folder = worker_folder(tmp_path / "w", s1=b"delivery", d1=b"document")
    client, order = site.joined(), []
    append = client.append
    client.append = lambda name, *rest: order.append(name.partition("/")[0]) or append(name, *rest)
    carrier = Carrier(folder, client, set())
    carrier.start()
    carrier.finish()
    assert order == ["documents", "segments"]


class CuttingProxy:
    """Passes bytes on and cuts each connection after so many from the client."""

    def __init__(self, to_port, after):
        self._to_port, self._after = to_port, after
        self.cuts = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self._socket.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to_port))
            threading.Thread(target=self._pass, args=(far, near, None), daemon=True).start()
            threading.Thread(target=self._pass, args=(near, far, self._after), daemon=True).start()

    def _pass(self, source, sink, most):
        passed = 0
        try:
            while chunk := source.recv(65_536):
                passed += len(chunk)
                if most is not None and passed > most:
                    self.cuts += 1
                    break
                sink.sendall(chunk)
        except OSError:
            pass
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def close(self):
        self._socket.close()


def test_an_upload_that_is_cut_in_the_middle_goes_on_where_it_was(site, tmp_path):
    body = os.urandom(5_000_000)
    folder = worker_folder(tmp_path / "w", s1=body)
    proxy = CuttingProxy(site.server.port, after=1_600_000)
    carrier = Carrier(folder, site.joined(port=proxy.port), set())
    carrier.start()
    carrier.finish()
    proxy.close()
    assert proxy.cuts >= 3
    assert site.folder.segment("engine-P1-w1-s1").read_bytes() == body


def test_a_master_that_is_gone_is_given_up_in_time(site):
    site.server.close()
    with pytest.raises(Unreachable, match="tried for"):
        site.client(patience_s=0.5).join(join())
    site.server = HandoverServer("127.0.0.1", 0, site.credentials, site.desk)


def test_a_file_that_arrived_altered_is_not_taken_for_whole(site, tmp_path):
    folder = worker_folder(tmp_path / "w", s1=b"sent")
    (site.folder.segment("engine-P1-w1-s1")).write_bytes(b"else")
    carrier = Carrier(folder, site.joined(), set())
    carrier.start()
    with pytest.raises(Refused, match="not what worker 1 sent"):
        carrier.finish()


def test_a_phase_is_not_over_while_one_of_its_files_is_not_whole(site):
    client = site.joined()
    client.append("segments/engine-P1-w1-1.journal", 0, b"begin")
    with pytest.raises(Refused, match="arrived whole: not so"):
        client.done(PhaseDone(phase="P1", exit_code=0, files=("segments/engine-P1-w1-1.journal",)))
    assert not site.desk.done


def test_a_file_that_cannot_be_read_is_told_and_not_taken_for_handed_over(site, tmp_path):
    folder = worker_folder(tmp_path / "w")
    folder.segment("engine-P1-w1-1").mkdir()
    carrier = Carrier(folder, site.joined(), set())
    carrier.start()
    with pytest.raises(HonninError, match="IsADirectoryError"):
        carrier.finish()


def test_nothing_arrives_any_more_once_the_run_is_judged(site):
    client = site.joined()
    name = "segments/engine-P1-w1-1.journal"
    client.append(name, 0, b"in time")
    site.intake.end()
    with pytest.raises(Refused, match="has ended"):
        client.append(name, 7, b"late")
    assert site.folder.segment("engine-P1-w1-1").read_bytes() == b"in time"


@pytest.mark.parametrize(
    "name",
    [
        "segments/engine-P1-w2-1.journal",
        "segments/../../engine-P1-w1-1.journal",
        "segments/engine-P1-w1-1.pack",
        "manifest.json",
        "segments/supervisor-1.journal",
    ],
)
def test_a_worker_writes_its_own_files_only(site, name):
    with pytest.raises(Refused, match="no file of worker 1"):
        site.joined().append(name, 0, b"x")


def test_a_chunk_that_begins_elsewhere_is_answered_with_what_there_is(site):
    client = site.joined()
    name = "segments/engine-P1-w1-1.journal"
    assert client.append(name, 0, b"abc") == 3
    assert client.append(name, 0, b"abc") == 3  # the acknowledgement was lost and it is sent again
    assert client.append(name, 3, b"d") == 4
    assert site.folder.segment("engine-P1-w1-1").read_bytes() == b"abcd"
