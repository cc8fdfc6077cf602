"""A run's folder: where each part lies. Everything in it is for its owner only (0700)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from harness.errors import DiskFull, UsageError
from harness.journal.append import NO_SPACE

_FOLDERS = ("segments", "documents", "readings", "evidence", "reports")


class RunFolder:
    """Paths of one run folder; knows names, not contents."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is read or made."""
        self.path = path

    @classmethod
    def create(cls, path: Path) -> RunFolder:
        """Make a new run folder with its parts; raise UsageError if it exists."""
        try:
            path.mkdir(parents=True, mode=0o700)
        except FileExistsError:
            raise UsageError(
                f"{path} exists already; a run folder is never written twice. Give another --out"
            ) from None
        for name in _FOLDERS:
            (path / name).mkdir(mode=0o700)
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Name an existing run folder; raise UsageError where `path` is none."""
        folder = cls(path)
        if not folder.manifest.exists():
            raise UsageError(f"{path} is no run folder (it has no manifest.json); runs lie under runs/")
        return folder

    @property
    def manifest(self) -> Path:
        """manifest.json: harness.records.manifest.Manifest."""
        return self.path / "manifest.json"

    @property
    def plan(self) -> Path:
        """plan.jsonl: one PlanHeader, then Batches."""
        return self.path / "plan.jsonl"

    @property
    def target(self) -> Path:
        """target.toml: copy of the target file."""
        return self.path / "target.toml"

    @property
    def profile(self) -> Path:
        """profile.toml: copy of a document profile that does not come with honnin, if the target has one."""
        return self.path / "profile.toml"

    @property
    def population(self) -> Path:
        """population/: copy of the population folder."""
        return self.path / "population"

    @property
    def reviews(self) -> Path:
        """reviews.jsonl: what people judged with their own eyes; absent until somebody did."""
        return self.path / "reviews.jsonl"

    @property
    def findings(self) -> Path:
        """findings.jsonl."""
        return self.path / "findings.jsonl"

    @property
    def verdict(self) -> Path:
        """verdict.json."""
        return self.path / "verdict.json"

    @property
    def evidence(self) -> Path:
        """evidence/: page pictures `<digest>-p<page>.png`."""
        return self.path / "evidence"

    @property
    def readings(self) -> Path:
        """readings/: `<reader>.jsonl` with harness.records.reading.Reading lines."""
        return self.path / "readings"

    @property
    def reports(self) -> Path:
        """reports/."""
        return self.path / "reports"

    def picture(self, digest: str, page: int) -> Path:
        """Return the path of a page picture (which may not exist)."""
        return self.evidence / f"{digest}-p{page}.png"

    def segment(self, writer: str) -> Path:
        """Return the path of a writer's journal segment."""
        return self.path / "segments" / f"{writer}.journal"

    def segments(self) -> list[Path]:
        """Return all segments, in the order of writers' names."""
        return sorted((self.path / "segments").glob("*.journal"))

    def pack(self, writer: str) -> Path:
        """Return the path of a writer's document pack."""
        return self.path / "documents" / f"{writer}.pack"

    def packs(self) -> list[Path]:
        """Return all document packs, in the order of writers' names."""
        return sorted((self.path / "documents").glob("*.pack"))


def write_whole(path: Path, body: bytes) -> None:
    """Write a file by temporary file, flush and rename: a reader sees all of it or nothing. Raises DiskFull."""
    write_pieces(path, (body,))


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file as `write_whole` does, as its pieces come."""
    try:
        _write_whole(path, pieces)
    except OSError as e:
        if e.errno not in NO_SPACE:
            raise
        raise DiskFull(f"{path}: no space left; free space on this disk, then go on") from None


def _write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
