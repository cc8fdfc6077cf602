"""Where a baseline lies in a run folder: written into a baseline run, copied from there into the runs that use it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from harness.config import read_json_lines
from harness.errors import ConfigError, UsageError
from harness.journal import RunFolder, read_manifest
from harness.journal.run_folder import write_whole
from harness.reading.store import load_readings
from harness.records.baseline import BASELINE_VERSION, BaselineEntry, Learned
from harness.records.reading import Reading
from harness.records.verdict import Outcome, Verdict

_COPIED = ("readings", "documents", "rasters")  # of the baseline run, beside what is in its baseline/


class BaselineFolder:
    """`baseline/` of a run folder: entries.jsonl and learned.json; in a run that uses a baseline its documents too."""

    def __init__(self, run: RunFolder) -> None:
        """Name the folder; nothing is read or made."""
        self.path = run.path / "baseline"

    @property
    def entries(self) -> Path:
        """entries.jsonl: harness.records.baseline.BaselineEntry lines."""
        return self.path / "entries.jsonl"

    @property
    def learned(self) -> Path:
        """learned.json: harness.records.baseline.Learned."""
        return self.path / "learned.json"

    @property
    def documents(self) -> RunFolder:
        """The copied readings, documents and rasters, laid out as in a run folder."""
        return RunFolder(self.path)

    def write(self, entries: Sequence[BaselineEntry], learned: Learned) -> None:
        """Write both files, each by temporary file and rename."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        encode = msgspec.json.Encoder().encode
        write_whole(self.learned, msgspec.json.format(encode(learned), indent=1) + b"\n")
        write_whole(self.entries, b"".join(encode(e) + b"\n" for e in entries))

    def read(self) -> tuple[list[BaselineEntry], Learned]:
        """Read both files; raise ConfigError naming file and place."""
        try:
            learned = msgspec.json.decode(self.learned.read_bytes(), type=Learned)
        except (OSError, msgspec.DecodeError) as e:
            raise ConfigError(self.learned, "", f"{e}; restore the run folder from its copy") from None
        if learned.version != BASELINE_VERSION:
            raise ConfigError(self.learned, "version", f"is {learned.version}; this honnin reads {BASELINE_VERSION}")
        return list(read_json_lines(self.entries, BaselineEntry)), learned

    def readings(self) -> dict[str, Reading]:
        """Return the copied readings by digest."""
        return load_readings(self.documents)

    def digest(self) -> str:
        """Return SHA-256 over entries, learned and readings: names and bytes; "" where there is no baseline."""
        if not self.learned.exists():
            return ""
        digest = hashlib.sha256()
        for path in self.files():
            digest.update(f"{path.relative_to(self.path)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def files(self) -> Iterator[Path]:
        """Yield entries, learned and readings, in a fixed order."""
        yield from (self.entries, self.learned)
        yield from sorted((self.path / "readings").glob("*.jsonl"))


def check_usable(run: Path, population_digest: str, target: str) -> RunFolder:
    """Return a baseline run that a run with this population against this target may use; raise UsageError."""
    folder = RunFolder.open(run)
    manifest = read_manifest(folder)
    if manifest.kind != "baseline":
        raise UsageError(f"{run} is no baseline but a run of scenario {manifest.scenario}; `honnin baseline` takes one")
    try:
        verdict = msgspec.json.decode(folder.verdict.read_bytes(), type=Verdict)
    except FileNotFoundError:
        raise UsageError(
            f"{run} is not judged yet; `honnin resume` goes on with it, `honnin judge` judges it"
        ) from None
    if verdict.outcome is Outcome.FAIL:
        raise UsageError(
            f"{run}: this baseline's own judgement is FAIL, so nothing may be compared with it. Its report says what "
            "was wrong with the documents issued quietly: have it corrected, then take a new baseline"
        )
    if manifest.population_digest != population_digest:
        raise UsageError(f"{run} was taken with another population; take a baseline with this one")
    if manifest.target != target:
        raise UsageError(f"{run} was taken of target {manifest.target}, not of {target}; take a baseline of this one")
    if not BaselineFolder(folder).learned.exists():
        raise UsageError(f"{run} holds no baseline; `honnin judge {run}` makes it from what was recorded")
    return folder


def bring(source: RunFolder, into: RunFolder) -> str:
    """Copy a baseline into a run folder, files linked where the disk allows it; return its digest there."""
    place = BaselineFolder(into)
    shutil.copytree(BaselineFolder(source).path, place.path, copy_function=_link)
    for name in _COPIED:
        if (source.path / name).is_dir():
            shutil.copytree(source.path / name, place.path / name, copy_function=_link)
    return place.digest()


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target
