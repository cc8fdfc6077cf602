"""ledger.jsonl beside the run folders: lines are added under a lock, sealed to the line before, and never changed.

What is missing or altered is told by whoever reads, and stays told: nothing is mended, and no ledger begins silently.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from harness.errors import DiskFull, HonninError, UsageError
from harness.journal.append import NO_SPACE
from harness.journal.run_folder import RunFolder, write_whole
from harness.records.ledger import STANDING_FILE, AnyLine, Begun, Judged, Opened, Purged, Standing, Tries
from harness.records.manifest import Manifest
from harness.records.verdict import Outcome, Verdict

LEDGER_FILE = "ledger.jsonl"


class Ledger(Struct, frozen=True, kw_only=True):
    """A ledger as it was read, and what the run folders beside it say of it."""

    folder: Path
    lines: tuple[AnyLine, ...] = ()
    seals: frozenset[tuple[int, str]] = frozenset()  # number and SHA-256 of every line
    last: str = ""  # SHA-256 of the last line, whatever it holds
    places: int = 0  # lines, whatever they hold
    broken: tuple[int, ...] = ()  # places (1, 2, …) of lines that do not follow the one before, or cannot be read

    def verdicts(self) -> dict[str, Judged]:
        """Return the last judging of every run."""
        return {line.run: line for line in self.lines if isinstance(line, Judged)}

    def is_there(self, run: str) -> bool:
        """Tell whether a run's folder still stands beside the ledger."""
        return RunFolder(self.folder / run).manifest.exists()

    def unlisted(self) -> tuple[str, ...]:
        """Return the run folders that were entered, and whose line is not in this ledger: it was cut, or is another."""
        return tuple(name for name, seal in _entered(self.folder) if seal not in self.seals)

    def contradicted(self) -> tuple[str, ...]:
        """Return the runs whose folder holds another verdict than the ledger's last word on them, or one it lacks.

        No later line seals the last one; a run that is being judged just now is among them.
        """
        verdicts = self.verdicts()
        runs = [line.run for line in self.lines if isinstance(line, Begun)]
        return tuple(run for run in runs if not _agrees(verdicts.get(run), RunFolder(self.folder / run)))


def read_ledger(folder: Path) -> Ledger | None:
    """Read the ledger below `folder`; None where there is none. Raises UsageError where it may not be read."""
    path = folder / LEDGER_FILE
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as e:
        raise UsageError(f"{path}: cannot be read ({e.strerror}); give yourself the right to read it") from None
    return _parsed(folder, body)


def _parsed(folder: Path, body: bytes) -> Ledger:
    decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)
    lines: list[AnyLine] = []
    seals, broken, before = set(), [], ""
    for place, text in enumerate(body.splitlines(), 1):
        seal = hashlib.sha256(text).hexdigest()
        try:
            line: AnyLine = decoder.decode(text)
        except msgspec.DecodeError:
            broken.append(place)
        else:
            if (line.number, line.before) != (place, before):
                broken.append(place)
            lines.append(line)
            seals.add((line.number, seal))
        before = seal
    return Ledger(
        folder=folder,
        lines=tuple(lines),
        seals=frozenset(seals),
        last=before,
        places=len(body.splitlines()),
        broken=tuple(broken),
    )


class _Word(Struct, frozen=True):
    """Of a verdict, what it says in one word."""

    outcome: Outcome


def _agrees(judged: Judged | None, folder: RunFolder) -> bool:
    try:
        body = folder.verdict.read_bytes()
        outcome = msgspec.json.decode(body, type=_Word).outcome
    except OSError:
        return True  # the folder is gone, or was not judged
    except msgspec.DecodeError:
        return False
    said = judged and (judged.outcome, judged.verdict_digest)
    return said == (outcome, hashlib.sha256(body).hexdigest())


def enter(folder: RunFolder, manifest: Manifest) -> Standing:
    """Enter a run that is about to begin, and leave its standing in its folder; one that stands there is returned.

    Raises DiskFull, or UsageError where the ledger may not be written: then nothing was sent yet.
    """
    known = standing_of(folder)
    if known is not None:
        return known
    with _held(folder.path.parent) as file:
        ledger = _opened(file, folder)
        unlisted = ledger.unlisted()
        begun = Begun(
            at_wall_ns=time.time_ns(),
            run=manifest.run,
            kind=manifest.kind,
            honnin=manifest.honnin,
            scenario=manifest.scenario,
            scenario_digest=manifest.scenario_digest,
            procedure_digest=manifest.procedure_digest,
            target=manifest.target,
            target_digest=manifest.target_digest,
            seed=manifest.seed,
        )
        number, seal = _append(file, ledger, begun)
    opened = [line for line in ledger.lines if isinstance(line, Opened)]
    standing = Standing(
        number=number,
        seal=seal,
        earlier=tries_of(ledger, manifest.target, manifest.target_digest),
        found=sum(len(line.found) for line in opened),
        lost=sum(len(line.lost) for line in opened),
        broken=ledger.broken,
        unlisted=unlisted,
    )
    write_whole(folder.path / STANDING_FILE, msgspec.json.format(msgspec.json.encode(standing), indent=1) + b"\n")
    return standing


def enter_verdict(folder: RunFolder, verdict: Verdict) -> None:
    """Enter what a run was judged to be; once where the ledger's last word on it says the same.

    A run that this ledger never saw begin (a copy, one recorded elsewhere) is not entered. Raises as `enter`.
    """
    if not (folder.path.parent / LEDGER_FILE).exists() or standing_of(folder) is None:
        return
    judged = Judged(
        at_wall_ns=time.time_ns(),
        run=verdict.run,
        outcome=verdict.outcome,
        findings=len(verdict.findings),
        builds=tuple(f"{n.node} {n.build}".strip() for n in verdict.nodes),
        inputs_digest=verdict.inputs_digest,
        verdict_digest=hashlib.sha256(folder.verdict.read_bytes()).hexdigest(),
    )
    with _held(folder.path.parent) as file:
        ledger = _parsed(folder.path.parent, _whole(file))
        if not _agrees(ledger.verdicts().get(verdict.run), folder):
            _append(file, ledger, judged)


def enter_purge(folder: RunFolder, run: str) -> None:
    """Enter that a run folder is deleted; nothing where there is no ledger. Raises as `enter`."""
    if (folder.path.parent / LEDGER_FILE).exists():
        with _held(folder.path.parent) as file:
            _append(file, _parsed(folder.path.parent, _whole(file)), Purged(at_wall_ns=time.time_ns(), run=run))


def standing_of(folder: RunFolder) -> Standing | None:
    """Return where a run stands in the ledger; None where it was never entered, or nobody can read it."""
    try:
        return msgspec.json.decode((folder.path / STANDING_FILE).read_bytes(), type=Standing)
    except (OSError, msgspec.DecodeError):
        return None


def tries_of(ledger: Ledger, target: str, target_digest: str) -> Tries:
    """Count the runs against a target, known by its name or by the digest of its file."""
    verdicts, counts = ledger.verdicts(), dict.fromkeys((*Outcome, None), 0)
    deleted = 0
    for line in ledger.lines:
        if isinstance(line, Begun) and line.kind == "run" and _is_against(line, target, target_digest):
            judged = verdicts.get(line.run)
            counts[judged.outcome if judged else None] += 1
            deleted += not ledger.is_there(line.run)
    return Tries(
        passed=counts[Outcome.PASS],
        detected=counts[Outcome.FAIL],
        inconclusive=counts[Outcome.INCONCLUSIVE],
        unjudged=counts[None],
        deleted=deleted,
    )


def _is_against(line: Begun, target: str, target_digest: str) -> bool:
    return line.target == target or line.target_digest == target_digest


def _opened(file: int, folder: RunFolder) -> Ledger:
    """Return the ledger; an empty one is opened with what stands beside it, so that a lost one is never made up for."""
    place, body = folder.path.parent, _whole(file)
    if not body:
        others = tuple(p.name for p in sorted(place.iterdir()) if p != folder.path and RunFolder(p).manifest.exists())
        lost = tuple(name for name, _ in _entered(place))
        _append(file, Ledger(folder=place), Opened(at_wall_ns=time.time_ns(), found=others, lost=lost))
        body = _whole(file)
    return _parsed(place, body)


def _entered(place: Path) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield the run folders that say they were entered in a ledger, with number and seal of their line."""
    for path in sorted(place.glob(f"*/{STANDING_FILE}")):
        standing = standing_of(RunFolder(path.parent))
        yield path.parent.name, (standing.number, standing.seal) if standing else (0, "")


def _append(file: int, ledger: Ledger, line: AnyLine) -> tuple[int, str]:
    """Add a line behind those there are; return its number and seal. A broken ledger goes on, and stays broken."""
    body = _whole(file)
    number = len(body.splitlines()) + 1
    text = msgspec.json.encode(replace(line, number=number, before=ledger.last))
    piece = (b"" if not body or body.endswith(b"\n") else b"\n") + text + b"\n"
    try:
        os.pwrite(file, piece, len(body))
        os.fsync(file)
    except OSError as e:
        os.ftruncate(file, len(body))
        if e.errno in NO_SPACE:
            raise DiskFull(
                f"{ledger.folder / LEDGER_FILE}: no space left; free space on this disk, then go on"
            ) from None
        raise HonninError(
            f"{ledger.folder / LEDGER_FILE}: cannot be written ({e.strerror}); look at its disk"
        ) from None
    return number, hashlib.sha256(text).hexdigest()


def _whole(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)


@contextmanager
def _held(place: Path) -> Iterator[int]:
    """Open the ledger below `place` (0600), made where there is none, and hold it against other writers."""
    path = place / LEDGER_FILE
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as e:
        raise UsageError(
            f"{path}: may not be written ({e.strerror}); a run that is not entered does not begin"
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)
