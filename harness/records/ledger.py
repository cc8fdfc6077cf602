"""The ledger of runs (試験台帳): a line for each run begun, judged or deleted in one folder, each sealed to the next.

It shows that a PASS was not the one lucky try of ten. It knows the runs of its own folder only, and says so.
"""

from __future__ import annotations

from msgspec import Struct

from harness.records.verdict import Outcome


class Line(Struct, frozen=True, kw_only=True, tag_field="t"):
    """What all lines have."""

    number: int = 0  # 1, 2, …
    before: str = ""  # SHA-256 of the line before, "" of the first
    at_wall_ns: int


class Opened(Line, frozen=True, tag="opened"):
    """The first line of a ledger: what was there when it was opened."""

    found: tuple[str, ...]  # run folders of which it knows nothing
    lost: tuple[str, ...]  # of them, those that an earlier ledger knew: it is gone


class Begun(Line, frozen=True, tag="begun"):
    """A run is about to send its first byte."""

    run: str
    kind: str  # as in the manifest
    honnin: str
    scenario: str
    scenario_digest: str
    procedure_digest: str  # of the standard procedure it is compared with
    target: str
    target_digest: str
    seed: int


class Judged(Line, frozen=True, tag="judged"):
    """A run was judged; the last such line of a run counts, the earlier ones stay."""

    run: str
    outcome: Outcome
    findings: int
    builds: tuple[str, ...]  # "node build" of every node
    inputs_digest: str
    verdict_digest: str  # SHA-256 of verdict.json


class Purged(Line, frozen=True, tag="purged"):
    """A run folder was deleted by `honnin purge`."""

    run: str


AnyLine = Opened | Begun | Judged | Purged


class Tries(Struct, frozen=True, kw_only=True):
    """Runs against one target, before one of them; baselines and follow-ups are none."""

    passed: int = 0
    detected: int = 0
    inconclusive: int = 0
    unjudged: int = 0  # ended before a verdict
    deleted: int = 0  # of all of these, those whose folder is no longer there

    @property
    def all(self) -> int:
        """All of them."""
        return self.passed + self.detected + self.inconclusive + self.unjudged


class Standing(Struct, frozen=True, kw_only=True):
    """`ledger.json` of a run folder: where the run stands in the ledger, and what the ledger was worth then."""

    number: int  # of its line
    seal: str  # SHA-256 of its line
    earlier: Tries
    found: int = 0  # run folders that were there before the ledger was
    lost: int = 0  # of them, those that an earlier ledger knew
    broken: tuple[int, ...] = ()  # lines that do not follow the one before, or cannot be read
    unlisted: tuple[str, ...] = ()  # run folders whose line the ledger no longer holds


STANDING_FILE = "ledger.json"
