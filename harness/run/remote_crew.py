"""Workers on other machines: invited by a file, handed what they need, ordered by phase, their journals taken in."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from harness.handover.desk import Contents, Desk
from harness.handover.intake import Intake
from harness.handover.invitation import fingerprint, invite, make_credentials
from harness.handover.messages import Errand, PhaseDone, Proven
from harness.handover.server import HandoverServer
from harness.journal import RunFolder
from harness.records.history import HistoryRecord, SelfProof, WorkerCensus, WorkerState
from harness.records.plan import Phase
from harness.run.crew import last_number

_LOOK_S = 0.2  # how soon Ctrl-C is noticed
_NOTHING_COMES_S = 60.0  # a phase is over, and no byte of a worker's files has come for so long: it is given up
_MOST_S = 3_600.0  # in all, of waiting for the files of one phase
_SAY = Callable[[str, str], None]


class Expected(Struct, frozen=True, kw_only=True):
    """Which workers are waited for, and where they find us."""

    workers: int
    host: str  # address of this machine that workers can reach
    port: int  # of the handover; Locust's channel takes the next. 0: any free ones
    invitation: Path
    join_s: float


class RemoteCrew:
    """See harness.run.crew.Crew."""

    def __init__(self, folder: RunFolder, expected: Expected, contents: Contents, say: _SAY) -> None:
        """Listen, and write the invitation; raise UsageError where that address cannot be had."""
        first = 1 + last_number(folder)
        self._expected = expected
        self._say = say
        self._numbers = tuple(range(first, first + expected.workers))
        credentials = make_credentials(folder.path.name)
        self._intake = Intake(folder)
        self._desk = Desk(folder.path.name, self._numbers, contents, self._intake)
        self._server = HandoverServer(expected.host, expected.port, credentials, self._desk)
        invite(expected.invitation, folder.path.name, self._server.port, credentials)
        self._fingerprint = fingerprint(credentials.certificate.decode())

    def assemble(self, write: Callable[[HistoryRecord], None], stop: Callable[[], bool]) -> str:
        """Wait until all have joined and proven themselves; return who is missing or unfit, "" if nobody is."""
        self._say("workers", f"{self._expected.workers} · {self._expected.invitation} · SHA-256 {self._fingerprint}")
        by = time.monotonic() + self._expected.join_s
        while len(self._desk.proofs) < len(self._numbers) and time.monotonic() < by and not stop():
            self._desk.wait(lambda: len(self._desk.proofs) == len(self._numbers), _LOOK_S)
        proofs = dict(self._desk.proofs)
        for proof in proofs.values():
            write(SelfProof(passed=proof.passed, checks=proof.checks, at_ns=time.monotonic_ns()))
        missing = [n for n in self._numbers if n not in proofs]
        for number in missing if not stop() else ():
            reason = f"did not come within {self._expected.join_s:g} s"
            at_ns = time.monotonic_ns()
            write(WorkerCensus(worker=number, phase="", state=WorkerState.ABSENT, at_ns=at_ns, reason=reason))
        return self._unfit(missing, proofs)

    def _unfit(self, missing: list[int], proofs: Mapping[int, Proven]) -> str:
        told = [f"worker {n} ({self._where(n)}) did not come within {self._expected.join_s:g} s" for n in missing]
        failed = [n for n, proof in proofs.items() if not proof.passed]
        told += [f"the self-proof of worker {n} ({self._where(n)}) failed" for n in failed]
        return "; ".join(told)

    def _where(self, number: int) -> str:
        guest = self._desk.guests.get(number)
        return f"host {guest.join.host}" if guest else f"of {len(self._numbers)} expected"

    def arguments(self) -> tuple[str, ...]:
        """See Crew."""
        port = self._expected.port + 1 if self._expected.port else 0
        return ("--workers", *map(str, self._numbers), "--bind", f"{self._expected.host}:{port}", "--elsewhere")

    def begin(self, phase: Phase, port: int) -> None:
        """See Crew."""
        self._desk.order(Errand(number=0, what="play", phase=phase.phase, port=port, drain_s=phase.drain_s))

    def look(self) -> bool:
        """See Crew: the master looks after them itself."""
        return False

    def end(self, phase: Phase) -> str:
        """See Crew. Waits as long as anything comes: a slow line is no lost worker."""
        received, since, by = -1, time.monotonic(), time.monotonic() + _MOST_S
        while open_ := [n for n in self._numbers if (n, phase.phase) not in self._desk.done]:
            if self._intake.received != received:
                received, since = self._intake.received, time.monotonic()
            if time.monotonic() > min(by, since + phase.drain_s + _NOTHING_COMES_S):
                names = ", ".join(f"worker {n} ({self._where(n)})" for n in open_)
                return f"the journal of {names} did not arrive complete"
            self._desk.wait(lambda: all((n, phase.phase) in self._desk.done for n in self._numbers), _LOOK_S)
        done = (self._desk.done[n, phase.phase] for n in self._numbers)
        return "; ".join(_fault(n, one) for n, one in zip(self._numbers, done, strict=True) if one.exit_code)

    def kill(self) -> None:
        """See Crew: their players miss the master, drain, and close their journals."""

    def close(self) -> None:
        """Send everybody home and listen no more; the invitation is worth nothing from here on."""
        self._desk.order(Errand(number=0, what="end"))
        self._intake.end()
        self._desk.wait(lambda: False, 2 * _LOOK_S)  # for the answers to those who are asking just now
        self._server.close()
        self._expected.invitation.unlink(missing_ok=True)


def _fault(number: int, done: PhaseDone) -> str:
    return f"worker {number} ended with exit code {done.exit_code}" + (f": {done.said}" if done.said else "")
