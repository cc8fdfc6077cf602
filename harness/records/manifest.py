"""The manifest of a run: what was to be played, against what, with whom, written before the first byte is sent."""

from __future__ import annotations

from msgspec import Struct

MANIFEST_VERSION = 1


class Manifest(Struct, frozen=True, kw_only=True):
    """Content of manifest.json. Digests are SHA-256 in 64 hex digits; the judge recomputes and compares them."""

    version: int
    run: str
    honnin: str  # version that played the run
    scenario: str
    scenario_digest: str  # of the scenario file
    target: str  # name in the target file
    target_digest: str  # of target.toml in the run folder
    plan_digest: str  # of plan.jsonl in the run folder
    population_digest: str  # of residents.jsonl followed by koseki.jsonl in population/ of the run folder
    started_wall_ns: int
    cards: str = ""  # file of CardStanding lines, relative to the run folder; "" where the target has no cards
    issued_on: str = ""  # ISO date that "today" was for the rules of issuing; "": the day of started_wall_ns, JST
    target_file: str = ""  # name of the file that target.toml was copied from, without its folder
    target_folder: str = ""  # that relative paths of the target file start from; in a worker's copy, below its folder
    cards_folder: str = ""  # where the players find certificates and keys, which are never copied
    seed: int = 0
    kind: str = "run"  # "run" | "baseline": issued quietly, to compare with | "import": recorded by something else
    follows: str = ""  # run whose changes of the register are looked at again (翌日確認); "" for none
    baseline: str = ""  # digest of the baseline in baseline/ of the run folder; "" without one
    procedure_digest: str = ""  # of procedure.toml in the run folder, the standard procedure that it is compared with
    confirmed_hosts: tuple[str, ...] = ()  # hosts beyond loopback that the user confirmed with --i-may-test


class CardStanding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a card is worth when the run begins. Lines of the cards file; other fields of such a line are skipped."""

    serial: str
    resident: str
    state: str = "valid"  # valid, revoked, expired, superseded, locked
    kind: str = "card"  # card, phone
