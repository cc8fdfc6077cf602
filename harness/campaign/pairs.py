"""Two people at once: everything about them covered in combination, gaps swept, steered, and set in the second."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from harness.campaign.author import Author, is_turn
from harness.campaign.covering import Row, count_covered, covering_rows
from harness.campaign.crowd import crowd
from harness.campaign.edits import move
from harness.campaign.gaps import BINS, draw_gap_ms, draw_in_bin_ms
from harness.campaign.scenario import Pairs, PhaseBase, Seconds, Steered
from harness.records.certificates import Certificate
from harness.records.plan import (
    AbortHow,
    Batch,
    BatchKind,
    Covering,
    PlannedAbort,
    PlannedApplication,
    PlannedUpdate,
    Relation,
    Slot,
    Step,
)

_TOGETHER = ("first", "second", "relation")  # factors that limit each other: who there is and may be issued what
_BACK_MS = 200.0  # a move and its undoing
_AROUND_MS = 60.0  # people who make the load of a covered pair come within this time of it
_WITHIN_MS = (150.0, 850.0)  # a pair of one second lies between these points of it, away from its ends
_LOOK_AHEAD = 100  # batches
_NEVER = frozenset({"", "none"})


class Placed(Struct, frozen=True, kw_only=True):
    """Where and how far apart a pair is played."""

    gap_ms: float  # below zero the second goes first
    same_node: bool
    one_store: bool = False


def pair_batches(phase: Pairs, author: Author, covered: Callable[[Covering], None]) -> Iterator[Batch]:
    """Yield the covering array's pairs and the swept ones; `covered` is told what the first cover.

    In an order in which pairs in flight together share nobody and no kiosk, as far as there is one: who waits for a
    person holds up everybody behind.
    """
    pairs = list(_covering(phase, author, covered))
    pairs += (_drawn(phase, author, number, "pair:sweep") for number in range(phase.pairs))
    return apart(pairs, phase.parallel)


def apart(batches: Sequence[Batch], parallel: int) -> Iterator[Batch]:
    """Yield all batches; each shares nobody with the `parallel` before it, where one of the next hundred does so."""
    left = deque(batches)
    recent: deque[frozenset[str]] = deque(maxlen=max(1, parallel))
    while left:
        used = frozenset().union(*recent)
        place = next((n for n, b in enumerate(islice(left, _LOOK_AHEAD)) if used.isdisjoint(_cast_of(b))), 0)
        left.rotate(-place)
        batch = left.popleft()
        left.rotate(place)
        recent.append(_cast_of(batch))
        yield batch


def _cast_of(batch: Batch) -> frozenset[str]:
    people = (name for a in batch.applications for name in (f"resident {a.resident}", f"kiosk {a.kiosk}"))
    return frozenset(people).union(f"resident {u.resident}" for u in batch.updates)


def steered_batches(phase: Steered, author: Author) -> Iterator[Batch]:
    """Yield pairs of which most have a gap to be decided; every so often one stays as drawn."""
    for number in range(phase.pairs):
        stays = is_turn(number, phase.drawn_share)
        batch = _drawn(phase, author, number, "pair:drawn" if stays else "pair:steered")
        yield batch if stays else replace(batch, slot=Slot.GAP)


def second_batches(phase: Seconds, author: Author) -> Iterator[Batch]:
    """Yield pairs at the same gaps within a second and across its end, in turns."""
    for number in range(phase.pairs):
        gap = phase.gaps_ms[number // 2 % len(phase.gaps_ms)]
        low, high = _WITHIN_MS
        inside = author.rng.uniform(low, max(low, high - gap))
        begin = inside if number % 2 == 0 else 1000.0 - gap / 2.0
        kinds = author.kinds(phase)
        kind = author.rng.choice(kinds)
        placed = Placed(gap_ms=gap, same_node=number // 2 % 3 != 2)
        two = _two(phase, author, Relation.STRANGERS, (kind, kind), placed)
        ahead = _ahead(phase, author, two)
        members = [*(replace(one, gap_ms=one.gap_ms + _AROUND_MS * bool(ahead)) for one in two), *ahead]
        where = "within" if number % 2 == 0 else "across"
        yield author.batch(
            phase,
            BatchKind.BURST,
            members,
            f"pair:second-{where}",
            relation=Relation.STRANGERS,
            fillers=len(ahead),
            phase_ms=round(begin, 1),
            slot=Slot.GAP,
        )


def _drawn(phase: Pairs | Steered, author: Author, number: int, purpose: str) -> Batch:
    """Plan one pair with a gap from the mixture: half of them of one kind, a third on one node."""
    kinds = author.kinds(phase)
    one = author.rng.choice(kinds)
    other = one if author.rng.random() < 0.5 else author.rng.choice(kinds)
    atoms = (*phase.atoms_ms, *(k * limit for limit in author.time_limits_ms() for k in (1, 2)))
    placed = Placed(gap_ms=draw_gap_ms(author.rng, phase.gap_ms, atoms), same_node=number % 3 == 0)
    members = _two(phase, author, Relation.STRANGERS, (one, other), placed)
    return author.batch(phase, BatchKind.BURST, members, purpose, relation=Relation.STRANGERS)


def _covering(phase: Pairs, author: Author, covered: Callable[[Covering], None]) -> Iterator[Batch]:
    if not phase.strength:
        return
    possible = {str(r): author.cast.possible(r) for r in Relation}
    factors = _factors(phase, author, possible)

    def can(row: Row) -> bool:
        kinds = Certificate(row["first"]), Certificate(row["second"])
        return kinds in possible[row["relation"]]

    rows = covering_rows(factors, phase.strength, author.rng.randrange(2**31), _TOGETHER, can)
    author.rng.shuffle(rows)
    played = []
    for row in rows:
        batch = _covered_pair(phase, author, row)
        if batch is not None:
            played.append(row)
            yield batch
    covered(count_covered(phase.phase, factors, played, _TOGETHER, can))


def _factors(
    phase: Pairs, author: Author, possible: Mapping[str, frozenset[tuple[Certificate, Certificate]]]
) -> dict[str, tuple[str, ...]]:
    """Return what is combined; a factor of which this target or population has one value is none."""
    kinds = tuple(map(str, author.kinds(phase)))
    wanted = frozenset(author.kinds(phase))
    events = ("none", "cancel", "disconnect") + (("update",) if author.target.updates is True else ())
    return {
        "first": kinds,
        "second": kinds,
        "relation": tuple(r for r, pairs in possible.items() if any(wanted.issuperset(pair) for pair in pairs)),
        "store": ("other", "same"),
        "node": ("same", "cross") if len(author.nodes) > 1 else ("same",),
        "gap": tuple(name for name, low, _ in BINS if low <= phase.gap_ms[1]),
        "order": ("first", "second"),
        "load": ("idle", "loaded") if phase.fillers else ("idle",),
        "event": events,
    }


def _covered_pair(phase: Pairs, author: Author, row: Row) -> Batch | None:
    """Plan one row of the array; None where its two people cannot be had at once with those who make the load."""
    gap = draw_in_bin_ms(author.rng, row["gap"]) * (1 if row["order"] == "first" else -1)
    placed = Placed(gap_ms=gap, same_node=row["node"] == "same", one_store=row["store"] == "same")
    kinds = Certificate(row["first"]), Certificate(row["second"])
    relation = Relation(row["relation"])
    members = _two(phase, author, relation, kinds, placed)
    if len(members) < 2:
        return None
    members[1] = replace(members[1], abort=_abort(row["event"]))
    updates = _update(author, members[0]) if row["event"] == "update" else ()
    fillers = _fillers(phase, author, members) if row["load"] == "loaded" else []
    return author.batch(
        phase,
        BatchKind.BURST,
        [*members, *fillers],
        "pair:covering" + (f"-{row['event']}" if row["event"] not in _NEVER else ""),
        updates=updates,
        relation=relation,
        fillers=len(fillers),
    )


def _two(
    phase: PhaseBase, author: Author, relation: Relation, kinds: tuple[Certificate, Certificate], placed: Placed
) -> list[PlannedApplication]:
    """Plan the two applications; empty where nobody stands so to each other."""
    people = author.cast.pair(relation, *kinds)
    if people is None:
        return []
    kiosks = author.two_kiosks(one_store=placed.one_store)
    nodes = author.two_nodes(same=placed.same_node)
    gaps = (0.0, placed.gap_ms) if placed.gap_ms >= 0 else (-placed.gap_ms, 0.0)
    # The centre knows no kiosks: people of one store are two behind each other on one of its connections.
    lanes = author.lane(kiosks[0]), author.lane(kiosks[0] + (not placed.one_store))
    return [
        author.application(phase, kind, kiosk=kiosk, node=node, resident=resident, gap_ms=gap, lane=lane)
        for kind, kiosk, node, resident, gap, lane in zip(kinds, kiosks, nodes, people, gaps, lanes, strict=True)
    ]


def _ahead(phase: Seconds, author: Author, two: list[PlannedApplication]) -> list[PlannedApplication]:
    """Plan people who leave before a pair and keep the node of its first busy."""
    first = min(two, key=lambda one: one.gap_ms)
    return [replace(one, node=first.node, gap_ms=one.gap_ms / 2) for one in _fillers(phase, author, two)]


def _fillers(phase: Pairs | Seconds, author: Author, members: list[PlannedApplication]) -> list[PlannedApplication]:
    """Plan people who are served around a pair, at kiosks of their own."""
    kiosks = author.other_kiosks({int(m.kiosk[1:]) - 1 for m in members}, phase.fillers)
    return list(crowd(phase, author, kiosks, {m.resident for m in members}, within_ms=_AROUND_MS))


def _abort(event: str) -> PlannedAbort | None:
    if event == "cancel":
        return PlannedAbort(step=Step.COLLECT, how=AbortHow.CANCEL)
    if event == "disconnect":
        return PlannedAbort(step=Step.COLLECT, how=AbortHow.DISCONNECT, after_ms=20.0)
    return None


def _update(author: Author, one: PlannedApplication) -> tuple[PlannedUpdate, ...]:
    """Plan a move that falls into one's application, and the move back."""
    at = one.gap_ms + author.rng.uniform(0.0, 40.0)
    return tuple(
        author.update(edit.resident, edit.field, value, start_ms=at + after_ms)
        for edit in move(author, one.resident)
        for value, after_ms in ((edit.new[0], 0.0), (edit.old, _BACK_MS))
    )
