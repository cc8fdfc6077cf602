"""Compares what the players of the self-proof journaled with what the endpoint counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from harness.journal import DocumentStore, RunFolder, read_history
from harness.records.history import (
    Answer,
    ApplicationEnded,
    ApplicationStarted,
    Delivery,
    Ending,
    PlayerCounters,
    ProofCheck,
    SendIntent,
    SendOutcome,
)
from kiosk_sim.counting import Counted, Manner
from kiosk_sim.targets.echo import identity

_ANSWERED = (Manner.ECHO, Manner.IDLE, Manner.HASTY)
_DYING = (Manner.UNREAD, Manner.DEAF, Manner.TORN)


class _Journaled:
    """The proof's history, sorted."""

    def __init__(self, proof: RunFolder) -> None:
        self.started: dict[str, ApplicationStarted] = {}
        self.ended: dict[str, ApplicationEnded] = {}
        self.intents: dict[str, SendIntent] = {}
        self.outcomes: dict[str, SendOutcome] = {}
        self.deliveries: list[Delivery] = []
        self.counters: list[PlayerCounters] = []
        for entry in read_history(proof):
            self._take(entry.record)

    def _take(self, record: object) -> None:
        match record:
            case ApplicationStarted():
                self.started[record.application] = record
            case ApplicationEnded():
                self.ended[record.application] = record
            case SendIntent():
                self.intents[record.send] = record
            case SendOutcome():
                self.outcomes[record.send] = record
            case Delivery():
                self.deliveries.append(record)
            case PlayerCounters():
                self.counters.append(record)

    def manner(self, application: str) -> str:
        return self.started[application].node

    def sends(self, manner: Manner) -> int:
        """Count the sends to a port, each of which must be one request; what was withdrawn must be none."""
        withdrawn = self.withdrawn
        return sum(self.manner(i.application) == manner for i in self.intents.values() if i.send not in withdrawn)

    @property
    def withdrawn(self) -> set[str]:
        """Sends that were given up while they were held."""
        return {send for send, outcome in self.outcomes.items() if outcome.answer is Answer.WITHDRAWN}

    def endings(self, manners: Iterable[Manner]) -> Counter[Ending]:
        wanted = set(manners)
        return Counter(e.ending for name, e in self.ended.items() if self.manner(name) in wanted)


def check_all(proof: RunFolder, counted: Counted, exit_codes: Sequence[int]) -> tuple[ProofCheck, ...]:
    """Return every check of the proof, passed or not."""
    journaled = _Journaled(proof)
    return (
        _ended_in_order(counted, exit_codes),
        _one_request_per_send(journaled, counted),
        _nothing_twice(counted),
        _own_identity(journaled, proof),
        _dying(journaled, counted),
        _closed_idle(journaled, counted),
        _held_back(journaled, counted),
        _check(
            "redirects and the environment's proxies are ignored",
            counted.connections[Manner.STRAY] == 0 and counted.requests[Manner.REDIRECT] > 0,
            f"{counted.connections[Manner.STRAY]} connections went astray",
        ),
        _check("no cookie is carried on", counted.cookies == 0, f"{counted.cookies} requests brought cookies"),
        _counts_agree(journaled),
    )


def _check(name: str, passed: bool, detail: str) -> ProofCheck:
    return ProofCheck(name=name, passed=passed, detail=detail)


def _ended_in_order(counted: Counted, exit_codes: Sequence[int]) -> ProofCheck:
    """Without the players' ends of all connections the endpoint may not have counted everything."""
    passed = not any(exit_codes) and counted.left_open == 0
    told = f"exit codes {list(exit_codes)}, {counted.left_open} connections left open"
    return _check("the players ended in order", passed, told)


def _one_request_per_send(journaled: _Journaled, counted: Counted) -> ProofCheck:
    wrong = []
    for manner in Manner:
        came = counted.connections[manner] if manner is Manner.UNREAD else counted.requests[manner]
        if manner is not Manner.STRAY and journaled.sends(manner) != came:
            wrong.append(f"{manner}: {journaled.sends(manner)} journaled, {came} counted")
    total = f"{len(journaled.intents)} sends"
    passed = bool(journaled.intents) and not wrong
    return _check("one journaled send is one request", passed, "; ".join(wrong) or total)


def _nothing_twice(counted: Counted) -> ProofCheck:
    twice = [body for body, times in counted.bodies.items() if times > 1]
    return _check("no request comes twice", not twice, f"{len(counted.bodies)} different bodies, twice: {twice[:5]}")


def _own_identity(journaled: _Journaled, proof: RunFolder) -> ProofCheck:
    """Every stored document carries the identity of the application it was delivered to, and none is missing."""
    store = DocumentStore(proof)
    wrong = []
    for delivery in (d for d in journaled.deliveries if d.complete):
        started = journaled.started[delivery.application]
        expected = f"{identity(started.kiosk, started.card)}\n{started.application}/2\n".encode()
        if store.get(delivery.digest) != expected or delivery.kiosk != started.kiosk:
            wrong.append(delivery.application)
    complete = sum(d.complete for d in journaled.deliveries)
    wanted = sum(journaled.manner(name) in _ANSWERED for name in journaled.started)
    return _check(
        "every answer reaches its own application",
        not wrong and complete == wanted > 0,
        f"{complete} of {wanted} answers delivered, to others: {wrong[:5]}",
    )


def _dying(journaled: _Journaled, counted: Counted) -> ProofCheck:
    """A connection that dies in a request is neither repeated nor taken for an answer."""
    endings = journaled.endings(_DYING)
    tried = sum(counted.connections[m] for m in _DYING)
    settled = endings[Ending.UNRESOLVED] + endings[Ending.FAILED]
    sends = sum(journaled.sends(m) for m in _DYING)
    passed = sends == tried == settled == endings.total() > 0
    return _check("a dying connection is no answer and no retry", passed, f"{sends} sends, {tried} connections")


def _closed_idle(journaled: _Journaled, counted: Counted) -> ProofCheck:
    """A connection that ended behind an answer is noticed before the next send, which opens a new one."""
    endings = journaled.endings([Manner.IDLE])
    passed = endings[Ending.DELIVERED] == endings.total() > 0
    passed = passed and counted.connections[Manner.IDLE] == counted.requests[Manner.IDLE]
    return _check("a connection closed while idle loses nothing", passed, f"{dict(endings)}")


def _held_back(journaled: _Journaled, counted: Counted) -> ProofCheck:
    """What was given up while it was held never became a request, and whoever was sent away came again."""
    endings = journaled.endings([Manner.HASTY])
    withdrawn = len(journaled.withdrawn)
    passed = endings[Ending.DELIVERED] == endings.total() > 0 and 0 < counted.parts <= withdrawn
    told = f"{withdrawn} withdrawn, {counted.parts} parts seen, {dict(endings)}"
    return _check("a burst given up while it was held leaves no request", passed, told)


def _counts_agree(journaled: _Journaled) -> ProofCheck:
    counters = journaled.counters
    counts = {
        "applications": (sum(c.started for c in counters), len(journaled.started)),
        "endings": (sum(c.ended for c in counters), len(journaled.ended)),
        "sends": (sum(c.sends for c in counters), len(journaled.intents)),
        "outcomes": (sum(c.outcomes for c in counters), len(journaled.outcomes)),
        "deliveries": (sum(c.deliveries for c in counters), len(journaled.deliveries)),
    }
    wrong = {what: pair for what, pair in counts.items() if pair[0] != pair[1]}
    open_ = len(journaled.started) - len(journaled.ended) + len(journaled.intents) - len(journaled.outcomes)
    passed = not wrong and open_ == 0
    return _check("players' counts and journal agree", passed, f"differing: {wrong}, left open: {open_}")
