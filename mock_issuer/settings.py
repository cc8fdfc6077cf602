"""How a served issuer is set up: what the centre needs, and what it hands to each node as a file."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

NAME_LIMIT = 60  # characters of a name that fit the print field
NODE_THREADS = 192  # waiting kiosks hold a thread each; more than a print limit's worth of them must fit
CENTRE_THREADS = 384


class Timing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times of the print stage; the same for clean and defective nodes."""

    print_ms: float = 25.0  # stand-in for the print server: one sheet
    print_limit_s: float = 30.0  # longest wait for print before an application is cancelled
    print_line: int = 144  # kiosks that may wait for print; more are told that the node is busy
    keep_s: float = 30.0  # how long a closed application's files stay in the spool
    replica_lag_s: float = 0.3  # how far the node's copy of the register follows behind
    open_s: float = 600.0  # how long an application may stay open


class NodeSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One issuing server."""

    node: str
    build: str
    state: str
    secret: str
    threads: int = NODE_THREADS
    name_limit: int = NAME_LIMIT
    timing: Timing = Timing()
    defects: dict[str, dict[str, float]] = {}  # that are on from the start, with their parameters

    def __repr__(self) -> str:
        """Mask the secret between centre and nodes."""
        return f"NodeSettings(node={self.node!r}, build={self.build!r}, state={self.state!r}, secret='****')"


class State:
    """Paths inside the state folder."""

    def __init__(self, root: Path) -> None:
        """Point at `root`; nothing is made yet."""
        self.root = root
        self.register = root / "register.sqlite"
        self.ledger = root / "ledger"
        self.spool = root / "spool"
        self.press = root / "press"  # templates, seals and gaiji, where the typesetter may read
        self.seals = self.press / "seals"
        self.debug = root / "debug"
        self.nodes = root / "nodes"

    def pid_of(self, node: str) -> Path:
        """Return where the process of a node's present life is told, for whoever wants to see it die."""
        return self.nodes / f"{node}.pid"

    def prepare(self) -> None:
        """Make the folders, for their owner only."""
        for folder in (self.root, self.ledger, self.spool, self.press, self.seals, self.debug, self.nodes):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def save_node(state: State, settings: NodeSettings) -> Path:
    """Write a node's settings for it alone (0600) and return the file."""
    path = state.nodes / f"{settings.node}.json"
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(settings))
    return path


def load_node(path: Path) -> NodeSettings:
    """Read a node's settings."""
    return msgspec.json.decode(path.read_bytes(), type=NodeSettings)
