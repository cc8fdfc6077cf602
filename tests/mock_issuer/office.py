"""Nodes without network, cards and centre: many threads call their desks and counters."""

from __future__ import annotations

import secrets
from pathlib import Path

from mock_issuer.debuglog import DebugLog
from mock_issuer.defects.catalogue import Switch
from mock_issuer.defects.switches import Switches
from mock_issuer.documents.layout import Choice
from mock_issuer.load import load_population
from mock_issuer.node.applications import Request
from mock_issuer.node.process import build
from mock_issuer.refusals import Refusal
from mock_issuer.register import Register
from mock_issuer.settings import NodeSettings, State, Timing
from mock_issuer.spool import Spool, new_spool
from mock_issuer.updates import Update, apply_update
from mock_issuer.worktable import WorkTable
from tests.mock_issuer.play import Play


class Office(Play):
    """Nodes without network, cards and centre: their desks and counters are called by as many threads as come."""

    def __init__(self, folder: Path, population: Path, nodes: tuple[str, ...], print_ms: float) -> None:
        super().__init__()
        self.population = population
        self.state = State(folder)
        self.state.prepare()
        new_spool(self.state.spool)
        load_population(population, self.state)
        timing = Timing(print_ms=print_ms)
        settings = [NodeSettings(node=n, build="b", state=str(folder), secret="s", timing=timing) for n in nodes]
        self.nodes = {one.node: build(one) for one in settings}
        self._register = Register(self.state.register)
        self._work = WorkTable(Spool(self.state.spool, "centre"))
        self._given = DebugLog(self.state.debug / "centre.jsonl", self._switched)

    def _switched(self) -> tuple[str, ...]:
        return tuple(sorted({name for switches in self._switches() for name in switches.names}))

    def _switches(self, node: str | None = None) -> list[Switches]:
        return [service.desk.switches for name, (service, _) in self.nodes.items() if node in (None, name)]

    def switch(self, defect: str, node: str | None = None, **params: float) -> None:
        for switches in self._switches(node):
            switches.turn_on(Switch(defect=defect, node=node, params=params))

    def clean(self) -> None:
        for switches in self._switches():
            switches.turn_off(None)

    def update(self, resident: str, field: str, value: str | bool) -> int:
        """Change the register as the centre does; return the answer's status."""
        rows = (service.desk.switches.behaviour.work.of_update(name) for name, (service, _) in self.nodes.items())
        change = Update(resident=resident, field=field, value=value)
        try:
            apply_update(self._register, change, self._work, [secrets.token_hex(4), *filter(None, rows)])
        except Refusal as refusal:
            return refusal.status
        return 200

    def get(self, number: int, certificate: str, kiosk: str = "K001", node: str = "n1", **options: object) -> int:
        service, counter = self.nodes[node]
        name, session = f"{node}-{secrets.token_hex(8)}", secrets.token_hex(8)
        resident, choice = f"R{number:05d}", Choice(**options)  # type: ignore[arg-type]
        wish = Request(
            session=session, resident=resident, card="1", kiosk=kiosk, certificate=certificate, options=choice
        )
        try:
            application = service.desk.apply(name, wish)
            application.pay(application.fee)
            for copy in range(1, choice.copies + 1):
                document = counter.collect(application, copy)
                self._given.gave(document, application=name, session=session, copy=copy)
            counter.complete(application, "")
        except Refusal as refusal:
            return refusal.status
        return 200

    def close(self) -> None:
        self._given.close()
        for service, _ in self.nodes.values():
            service.desk.debug.close()
            service.desk.ledger.close()
