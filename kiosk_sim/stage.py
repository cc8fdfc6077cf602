"""What every player program sets up from a run folder: target, adapter, cards, journal, driver, performer."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from harness.config import load_toml
from harness.errors import ConfigError
from harness.journal import DocumentWriter, RunFolder, SegmentWriter, read_manifest
from harness.records.target import Target
from kiosk_sim.by_hand import ByHand
from kiosk_sim.drivers.leases import Leases
from kiosk_sim.drivers.perform import Performer
from kiosk_sim.drivers.quiet import HttpxTransport
from kiosk_sim.drivers.routing import Routing
from kiosk_sim.drivers.tls import tls_identities
from kiosk_sim.drivers.transport import Transport
from kiosk_sim.drivers.wire import WireTransport
from kiosk_sim.playlog import PlayLog
from kiosk_sim.purse import Purse
from kiosk_sim.targets.adapter import TargetAdapter, load_adapter


class Stage(Struct, frozen=True, kw_only=True):
    """Everything is open and nothing is played yet."""

    folder: RunFolder
    target: Target
    adapter: TargetAdapter
    purse: Purse
    log: PlayLog
    transport: Transport
    performer: Performer

    def close(self) -> None:
        """Close connections, then the journal in order; raise DiskFull."""
        self.transport.close()
        self.log.close()


def open_stage(run: Path, program: str, *, quiet: bool, connections: int | None = None) -> Stage:
    """Open a run folder for a player; `quiet` chooses httpx, else own sockets.

    `connections` is this player's share of the centre's pool, where it is not all of it. `program` begins the writer's
    name. Raises UsageError, naming file and key, before anything is journaled.
    """
    folder = RunFolder.open(run)
    manifest = read_manifest(folder)
    target = load_toml(folder.target, Target)
    origin = folder.path / manifest.target_folder / (manifest.target_file or folder.target.name)
    adapter = load_adapter(target, origin)
    purse = Purse(folder.path / manifest.cards_folder if manifest.cards_folder else None)
    tls_of = tls_identities(target, origin, purse.certificate_of)
    try:
        routing = Routing(target)
    except ValueError as e:
        raise ConfigError(origin, "url", str(e)) from None
    log = open_log(folder, program, manifest.run)
    size = target.connections if connections is None else connections
    transport: Transport
    if quiet:
        transport = HttpxTransport(Leases(target.client, size), tls_of, log.writer)
    else:
        transport = WireTransport(Leases(target.client, size), tls_of, log.writer, log.note)
    performer = Performer(
        target=target,
        adapter=adapter,
        routing=routing,
        transport=transport,
        log=log,
        signer_of=purse.signer_of,
        by_hand=ByHand(folder, target.limits.manual_s).update if target.updates == "manual" else None,
    )
    return Stage(
        folder=folder,
        target=target,
        adapter=adapter,
        purse=purse,
        log=log,
        transport=transport,
        performer=performer,
    )


def open_log(folder: RunFolder, program: str, run: str) -> PlayLog:
    """Open segment and pack under a name that no earlier writer of this run had."""
    name, again = f"{program}-{os.getpid()}", 1
    while folder.segment(name).exists() or folder.pack(name).exists():
        again += 1
        name = f"{program}-{os.getpid()}-{again}"
    return PlayLog(SegmentWriter(folder, name, run), DocumentWriter(folder, name))
