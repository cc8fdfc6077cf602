"""What is said over HTTPS, as JSON: one record per request and answer."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from harness.records.history import ProofCheck

WIRE_VERSION = 1


class Join(Struct, frozen=True, kw_only=True):
    """A worker's first words."""

    version: int  # WIRE_VERSION
    honnin: str
    host: str
    pid: int
    once: str  # random: said again after a lost answer, it is the same worker


class Joined(Struct, frozen=True, kw_only=True):
    """The answer: who you are in this run."""

    run: str
    worker: int  # never given twice in a run
    place: int  # index among the workers, from 0
    workers: int


class Parcel(Struct, frozen=True, kw_only=True):
    """A file that a worker needs, by its path in the worker's folder."""

    name: str
    bytes: int
    sha256: str


class Proven(Struct, frozen=True, kw_only=True):
    """How the generator's self-proof ended on the worker's machine."""

    passed: bool
    checks: tuple[ProofCheck, ...]


class Errand(Struct, frozen=True, kw_only=True):
    """What a worker is to do next."""

    number: int  # counts up from 1; 0: nothing yet, ask again
    what: Literal["wait", "play", "end"]
    phase: str = ""
    port: int = 0  # of Locust's channel, on the master's host
    drain_s: float = 0.0


class Uploaded(Struct, frozen=True, kw_only=True):
    """How much of a file has arrived: the acknowledgement of a chunk, and where to go on after a cut."""

    bytes: int


class Whole(Struct, frozen=True, kw_only=True):
    """A file was sent to its end: its length and SHA-256 (64 hex digits)."""

    bytes: int
    sha256: str


class PhaseDone(Struct, frozen=True, kw_only=True):
    """A worker's player has ended, and all its files were sent whole."""

    phase: str
    exit_code: int
    said: str = ""  # last line of its log
    files: tuple[str, ...] = ()
