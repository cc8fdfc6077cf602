"""The score's rows: one a run, appended to a JSON Lines file, each with the version of the code that made it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import msgspec
from msgspec import Struct

import harness
from harness.campaign import find_scenario, scenario_names
from harness.config import read_json_lines
from harness.score.zoo import Kind

ROW_VERSION = 1
ERROR = "ERROR"  # outcome of a run that came to no verdict
_CODE = ("harness", "kiosk_sim", "mock_issuer")  # what decides a row; reports do not
_SUFFIXES = (".py", ".toml", ".typ")


class Row(Struct, frozen=True, kw_only=True):
    """What came of one run against one subject with one seed. Times are the target's: reading and judging excluded."""

    version: int = ROW_VERSION
    code: str  # version of honnin and digest of its sources
    subject: str
    kind: Kind
    scenario: str
    seed: int
    outcome: str  # of the verdict, or ERROR
    detected: bool  # the verdict has a finding that is no mere question to a person
    right: bool  # one of them is of the kind that the defect shows
    anomalies: dict[str, int] = {}  # all findings, by kind
    seconds: float | None = None  # from the first application to the arrival of the first right one
    bursts: int | None = None  # released until then
    played_s: float = 0.0  # from the first application to the end of the last
    bursts_played: int = 0
    stopped: bool = False  # ended before its plan was played, for enough was seen
    wrong: int | None = None  # by the issuer's own log; None: it does not tell, or there is none
    missed: int | None = None  # of them, documents that no finding names
    never_arrived: int | None = None  # of these, such as no kiosk got whole: the applicant had left, the run had ended
    false_alarms: int | None = None  # findings about documents that were right; None: nobody knows
    reasons: tuple[str, ...] = ()  # codes of the verdict's reasons, or what went wrong
    load: float = 0.0  # runnable processes a minute before the end (load average): what else the machine did
    at: str = ""  # when the run ended, ISO


def code_version(scenario: str = "") -> str:
    """Return the version with a digest of all that decides a row: rows of other code are another figure.

    That is the sources, every scenario that comes with honnin, and `scenario`, which may be a file of one's own.
    Raises UsageError where there is no such scenario.
    """
    digest = hashlib.sha256()
    for name in dict.fromkeys((*scenario_names(), *filter(None, (scenario,)))):
        digest.update(f"{name}\0".encode() + find_scenario(name).read_bytes())
    for package in _CODE:
        spec = find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            root = Path(folder)
            for file in sorted(p for p in root.rglob("*") if p.suffix in _SUFFIXES):
                digest.update(f"{package}/{file.relative_to(root)}\0".encode() + file.read_bytes())
    return f"{harness.__version__}+{digest.hexdigest()[:10]}"


def read_rows(file: Path) -> tuple[Row, ...]:
    """Return all rows of a file, none where it does not exist. Raises ConfigError naming file and line."""
    return tuple(read_json_lines(file, Row)) if file.exists() else ()


def append_row(file: Path, row: Row) -> None:
    """Append a row; it is on disk when this returns."""
    with file.open("ab") as out:
        out.write(msgspec.json.encode(row) + b"\n")


def newest(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the last row of every subject, scenario and seed, whatever version made it, in order of first mention."""
    last: dict[tuple[str, str, int], Row] = {}
    for row in rows:
        last[row.subject, row.scenario, row.seed] = row
    return tuple(last.values())


def is_done(rows: Iterable[Row], code: str, subject: str, scenario: str, seed: int) -> bool:
    """Tell whether this version has played a subject with a seed, and come to a verdict."""
    key = (code, subject, scenario, seed)
    return any((r.code, r.subject, r.scenario, r.seed) == key and r.outcome != ERROR for r in rows)
