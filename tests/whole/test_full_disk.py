"""A disk that fills: arrivals stop, the verdict is INCONCLUSIVE with the reason, nothing acknowledged is lost."""

import contextlib
import json
import os
import shutil
import subprocess

import pytest

from harness.journal import DocumentStore, RunFolder, inspect_segments, read_history
from harness.records.history import Delivery

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")


def verdict_of(run):
    return json.loads((run / "verdict.json").read_bytes())


def reasons(run):
    """Return the sentences of the verdict's reasons by their codes."""
    found = {}
    for reason in verdict_of(run)["reasons"]:
        found.setdefault(reason["code"], []).append(reason["en"])
    return found


def deliveries(run):
    """Return what was acknowledged as delivered; every document of it must be in the store, whole."""
    found = {e.record.delivery: e.record.digest for e in read_history(RunFolder(run)) if isinstance(e.record, Delivery)}
    store = DocumentStore(RunFolder(run))
    for digest in found.values():
        store.get(digest)  # proves the bytes by their digest
    return found


def only_run(out):
    (manifest,) = out.glob("*/manifest.json")
    return manifest.parent


@pytest.fixture
def small_disk(tmp_path):
    """A file system just above what a run asks for; `fill(left)` leaves so many bytes free, `free()` gives all back."""

    class Disk:
        path = tmp_path / "disk"
        filler = path / "filler"

        def fill(self, left):
            with self.filler.open("wb", buffering=0) as out, contextlib.suppress(OSError):
                while shutil.disk_usage(self.path).free > left:
                    out.write(bytes(100_000))

        def free(self):
            self.filler.unlink()

    Disk.path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=240m", "honnin-test", Disk.path], check=True)
    yield Disk()
    subprocess.run(["umount", "--lazy", Disk.path], check=True)


@needs_root
@pytest.mark.tool("mount")
def test_a_disk_running_low_stops_arrivals_in_order_and_the_run_can_be_resumed(
    site, start, honnin, small_disk, wait, recorded
):
    out = small_disk.path / "runs"
    with site() as s:
        playing = start("run", s.interruptible, "--target", s.target, "--out", out, "--lang", "en")
        wait(lambda: recorded(out, "engine-P2-*", "delivery"))
        small_disk.fill(left=50_000_000)
        assert playing.end(within_s=90) == 2
        run = only_run(out)
        before = deliveries(run)
        assert "interrupted: disk full" in reasons(run)["interrupted"]
        assert "interrupted: disk full" in (run / "reports" / "report.en.html").read_text(encoding="utf-8")
        assert all(segment.closed for segment in inspect_segments(RunFolder(run)))

        refused = honnin("resume", run)
        assert refused.returncode == 64
        assert "MB free, this run may need" in refused.stderr

        small_disk.free()
        resumed = honnin("resume", run, "--lang", "en")
        assert resumed.returncode == 0, resumed.stdout + resumed.stderr
        assert before.items() <= deliveries(run).items()


@needs_root
@pytest.mark.tool("mount")
def test_a_disk_without_any_room_is_told_and_what_was_recorded_is_judged_once_there_is_room(
    site, start, honnin, small_disk, wait, recorded
):
    out = small_disk.path / "runs"
    with site() as s:
        playing = start("run", s.interruptible, "--target", s.target, "--out", out, "--lang", "en")
        wait(lambda: recorded(out, "engine-P2-*", "delivery"))
        small_disk.fill(left=0)
        code = playing.end(within_s=90)
    run = only_run(out)
    assert code == 2, playing.said
    assert "no space left" in playing.said
    assert "free" in playing.said.lower()
    before = deliveries(run)
    assert before

    small_disk.free()
    assert honnin("judge", run).returncode == 2
    assert "identity_open" in reasons(run) or "plan_incomplete" in reasons(run)
    assert deliveries(run) == before


def test_a_player_that_cannot_write_any_more_stops_and_loses_nothing_it_acknowledged(site, start, honnin, recorded):
    """Without root: the largest file may have 300 kB, which a pack of documents soon has."""
    with site() as s:
        s.aim(s.ready["url"], "settle_s = 1.0")
        playing = start(
            "run", s.interruptible, "--target", s.target, "--out", s.out, "--lang", "en", largest_file=300_000
        )
        assert playing.end(within_s=90) == 2, playing.said
        run = only_run(s.out)
        before = deliveries(run)
        assert before
        assert any("disk full" in reason for reason in reasons(run)["interrupted"])
        assert "plan_incomplete" in reasons(run)

        resumed = honnin("resume", run)
    assert resumed.returncode == 2
    # The document that could not be kept leaves its application open, and its batch and its person's next ones void.
    assert "unresolved" in reasons(run)
    assert set(reasons(run)) <= {"unresolved", "void_batches", "plan_incomplete"}  # where a phase was that batch only
    assert before.items() <= deliveries(run).items()
