"""One node's process: builds the node of its settings, says where it listens, serves until told to end."""

from __future__ import annotations

import threading
from pathlib import Path

from mock_issuer import clock
from mock_issuer.debuglog import DebugLog
from mock_issuer.defects.switches import Switches
from mock_issuer.documents.typesetter import Typesetter
from mock_issuer.ledger import ApplicationState, LedgerWriter, last_entries
from mock_issuer.lifecycle import end_with, hold_signals, wait_for_end
from mock_issuer.node.applications import Applications
from mock_issuer.node.conversion import Conversion
from mock_issuer.node.counter import Counter
from mock_issuer.node.desk import Desk
from mock_issuer.node.makers import WORKERS, Makers
from mock_issuer.node.numbers import IssueNumbers
from mock_issuer.node.output import OutputBuffers
from mock_issuer.node.printing import PrintStage
from mock_issuer.node.replica import Replica
from mock_issuer.node.seals import SealCache
from mock_issuer.node.service import Service
from mock_issuer.node.workshop import Workshop
from mock_issuer.register import Register
from mock_issuer.serving import Served
from mock_issuer.settings import NodeSettings, State, load_node
from mock_issuer.spool import Spool
from mock_issuer.worktable import WorkTable

_TIDY_EVERY_S = 5.0


def run_node(settings_file: Path, parent: int) -> None:
    """Serve until SIGTERM or until the parent process is gone."""
    hold_signals()
    settings = load_node(settings_file)
    end_with(parent)
    service, counter = build(settings)
    served = Served(service, threads=settings.threads, port=0, tls=None)
    print(served.port, flush=True)  # the centre reads it
    wait_for_end(every_s=_TIDY_EVERY_S, meanwhile=counter.tidy)
    stopper = threading.Thread(target=served.stop, daemon=True)
    stopper.start()
    stopper.join(timeout=3)  # waiting kiosks may hold threads longer; the process ends all the same


def build(settings: NodeSettings) -> tuple[Service, Counter]:
    """Make a node of its parts, continuing the ledger of its earlier life."""
    state = State(Path(settings.state))
    place = state.spool / settings.node
    past = last_entries(state.ledger / f"{settings.node}.jsonl")
    ledger = LedgerWriter(state.ledger / f"{settings.node}.jsonl")
    applications, switches = Applications(), Switches(settings.defects)
    clock.skew_by(lambda: switches.behaviour.clock_skew_s)
    for entry in past.values():
        if entry.state is ApplicationState.OPEN:
            ledger.write(switches.behaviour.after_restart(entry))
    buffers, spool = OutputBuffers(place / "kiosks"), Spool(state.spool, settings.node)
    register = Register(state.register)
    debug = DebugLog(state.debug / f"{settings.node}.jsonl", lambda: switches.names)
    workshop = Workshop(
        typesetter=Typesetter(state.press),
        conversion=Conversion(state.press, settings.node, WORKERS),
        register=register,
        spool=spool,
        debug=debug,
    )
    desk = Desk(
        node=settings.node,
        name_limit=settings.name_limit,
        register=register,
        spool=spool,
        ledger=ledger,
        debug=debug,
        applications=applications,
        numbers=IssueNumbers(settings.node, (n for entry in past.values() for n in entry.issue_numbers)),
        buffers=buffers,
        seals=SealCache(),
        switches=switches,
        replica=Replica(register, place / "register.sqlite", settings.timing.replica_lag_s, lambda: switches.behaviour),
        work=WorkTable(spool),
        makers=Makers(switches, WORKERS),
        workshop=workshop,
    )
    counter = Counter(
        applications=applications,
        buffers=buffers,
        spool=spool,
        stage=PrintStage(spool, place / "outbox", settings.timing, switches.behaviour),
        switches=switches,
        debug=debug,
        timing=settings.timing,
        reissue=desk.reissue,
        require_still=desk.require_still,
    )
    return Service(settings.node, settings.build, settings.secret, desk, counter, applications), counter
