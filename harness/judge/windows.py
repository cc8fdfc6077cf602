"""Maps the collision window: how the chance of a mix-up between two applications depends on the time between them.

Units are the pairs that were planned as pairs and nothing else, so that every gap has its trials beside its hits. A
pair one of whose members was handed a third person's document tells nothing of its own gap and is left aside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from harness.checks.history import NEVER, Application, HistoryView
from harness.judge.verdict import Completeness
from harness.records.findings import Anomaly, Finding
from harness.records.verdict import Reason

_EDGES_MS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, math.inf)  # upper, of the map's classes
_MIX_UPS = frozenset({Anomaly.MISDELIVERY, Anomaly.PAGE_MIX, Anomaly.TYPE_CONFUSION})
_SURE = 0.01  # chance that equal rates would have parted so far: below it, they are told as different
_FEWEST = 3  # pairs on either side: with fewer, nothing is told of the difference
_Z = 1.96  # 95 %
_SET = "pair:second"
_SECOND_NS = 1_000_000_000
_CLEAR_NS = 15_000_000  # from a second's end: a target looks at its clock some time after the arrival


class PairTrial(Struct, frozen=True, kw_only=True):
    """One planned pair as it was played."""

    batch: str
    gap_ms: float  # between departures, whichever went first
    hit: bool  # one of the two was handed what is the other's
    same_second: bool | None  # of the target; None: not known
    set_so: bool = False  # within or across a second on purpose: alike in everything else


class WindowBin(Struct, frozen=True, kw_only=True):
    """Pairs of about one gap."""

    up_to_ms: float
    pairs: int
    hits: int

    @property
    def rate(self) -> float:
        """Share of pairs that were hit."""
        return self.hits / self.pairs


class Window(Struct, frozen=True, kw_only=True):
    """p(gap), and how it parts by the target's second at gaps where there are hits at all."""

    bins: tuple[WindowBin, ...]  # those with pairs
    longest_hit_ms: float
    clear_from_ms: float | None  # shortest gap above it that was tried; None: none was
    within: tuple[int, int]  # (hits, pairs) dated with one second, up to the longest gap that hit
    across: tuple[int, int]  # the same, dated with different seconds


def pair_trials(view: HistoryView, findings: Iterable[Finding], plan: Completeness) -> tuple[PairTrial, ...]:
    """Return every planned pair that was played, is not void and tells of its own gap, in plan order."""
    donors: dict[str, set[str]] = {}
    for finding in findings:
        if finding.anomaly in _MIX_UPS:
            donors.setdefault(finding.application, set()).add(finding.donor_application)
    void = {b.batch for b in view.batches if b.void}
    found = (_trial(view, batch, two, donors) for batch, two in plan.pairs.items() if batch not in void)
    return tuple(
        replace(trial, set_so=plan.purposes.get(trial.batch, "").startswith(_SET))
        for trial in found
        if trial is not None
    )


def _trial(view: HistoryView, batch: str, two: tuple[str, str], donors: Mapping[str, set[str]]) -> PairTrial | None:
    one, other = view.of(two[0]), view.of(two[1])
    if one is None or other is None or one.resident == other.resident:
        return None
    left = _departed_ns(one), _departed_ns(other)
    if NEVER in left:
        return None
    hit = other.application in donors.get(one.application, ()) or one.application in donors.get(other.application, ())
    thirds = any(name in donors for name in two)
    if thirds and not hit:
        return None
    return PairTrial(
        batch=batch,
        gap_ms=abs(left[1] - left[0]) / 1e6,
        hit=hit,
        same_second=_same_second(view, one, other),
    )


def _same_second(view: HistoryView, one: Application, other: Application) -> bool | None:
    """Tell whether both left within one second of the target, clear of its ends; None where that is not known.

    By the begin of its seconds as it was found, else by the dates of its answers. Those are made at the end of its
    work, so that near the end of a second they say little of when it began.
    """
    found = next((s for s in reversed(view.seconds) if s.error_ns and s.node in {one.node, ""}), None)
    if found is None:
        dates = one.server_date, other.server_date
        return dates[0] == dates[1] if all(dates) else None
    clear_ns = max(_CLEAR_NS, found.error_ns)
    places = [divmod(_departed_ns(a) - found.begins_ns, _SECOND_NS) for a in (one, other)]
    if any(not clear_ns <= into <= _SECOND_NS - clear_ns for _, into in places):
        return None
    return places[0][0] == places[1][0]


def _departed_ns(one: Application) -> int:
    return one.left_ns if one.left_ns not in {NEVER, 0} else one.applied_ns


def map_window(trials: Sequence[PairTrial]) -> Window | None:
    """Map p(gap); None without a hit."""
    hits = [t for t in trials if t.hit]
    if not hits:
        return None
    longest = max(t.gap_ms for t in hits)
    near = _comparable([t for t in trials if t.gap_ms <= longest])
    return Window(
        bins=tuple(_bins(trials)),
        longest_hit_ms=longest,
        clear_from_ms=min((t.gap_ms for t in trials if t.gap_ms > longest), default=None),
        within=_rate(t for t in near if t.same_second is True),
        across=_rate(t for t in near if t.same_second is False),
    )


def _comparable(near: Sequence[PairTrial]) -> Sequence[PairTrial]:
    """Return the pairs that were set in the second, where there are enough of them: others met other load."""
    chosen = [t for t in near if t.set_so]
    sides = (sum(1 for t in chosen if t.same_second is side) for side in (True, False))
    return chosen if min(sides) >= _FEWEST else near


def _bins(trials: Sequence[PairTrial]) -> Iterator[WindowBin]:
    floor = -1.0
    for edge in _EDGES_MS:
        hits, pairs = _rate(t for t in trials if floor < t.gap_ms <= edge)
        if pairs:
            yield WindowBin(up_to_ms=edge, pairs=pairs, hits=hits)
        floor = edge


def _rate(trials: Iterable[PairTrial]) -> tuple[int, int]:
    outcomes = [t.hit for t in trials]
    return sum(outcomes), len(outcomes)


def window_reasons(trials: Sequence[PairTrial]) -> tuple[Reason, ...]:
    """Say what the map shows: where there are hits, and whether the distance or the target's second decides."""
    window = map_window(trials)
    if window is None:
        return ()
    return (_where(window), *_by_second(window))


def _where(window: Window) -> Reason:
    bins_ja = "、".join(f"{_class(b, 'ja')} {b.hits}/{b.pairs} 組" for b in window.bins)
    bins_en = ", ".join(f"{_class(b, 'en')} {b.hits} of {b.pairs}" for b in window.bins)
    longest = f"{window.longest_hit_ms:,.0f}" if window.longest_hit_ms >= 10 else f"{window.longest_hit_ms:.1f}"
    if window.clear_from_ms is None:
        beyond = "それより長い間隔は試していない", "longer gaps were not tried"
    else:
        beyond = "それより長い間隔では起きていない", "at longer gaps none"
    return Reason(
        code="window",
        ja=f"2 者の間隔別の取り違え: {bins_ja}。最も長くて {longest} ms の間隔で起き、{beyond[0]}。",
        en=f"Mix-ups of two by the time between them: {bins_en}. The longest gap was {longest} ms; {beyond[1]}.",
    )


def _class(one: WindowBin, lang: str) -> str:
    if math.isinf(one.up_to_ms):
        return "1 秒超" if lang == "ja" else "above 1 s"
    edge = f"{one.up_to_ms:,.0f} ms"
    return f"{edge} 以下" if lang == "ja" else f"up to {edge}"


def _by_second(window: Window) -> Iterator[Reason]:
    """Tell the second from the distance at equal gaps: certain within a second and never across it, or both alike."""
    (hits, pairs), (hits_across, pairs_across) = window.within, window.across
    if min(pairs, pairs_across) < _FEWEST:
        return
    counts_ja = f"同じ秒では {hits}/{pairs} 組、秒の境目をまたぐと {hits_across}/{pairs_across} 組"
    counts_en = f"{hits} of {pairs} pairs within one second, {hits_across} of {pairs_across} across its end"
    chance = fisher_greater(hits, pairs, hits_across, pairs_across)
    if chance < _SURE:
        yield Reason(
            code="same_second",
            ja=f"間隔が同じでも、対象の時計で{counts_ja}で起きた。間隔ではなく、秒が同じことが条件である"
            f"(偶然にこれ以上分かれる確率 {chance:.1g})。",
            en=f"At equal gaps it came about in {counts_en} of the target's clock: what counts is the same second, not "
            f"the distance (chance of parting so far by luck: {chance:.1g}).",
        )
    elif _alike((hits, pairs), (hits_across, pairs_across)):
        yield Reason(
            code="within_a_second_only",
            ja=f"対象の時計で{counts_ja}で起きた。秒が同じかどうかによる差は見られず、間隔が条件である。",
            en=f"It came about in {counts_en} of the target's clock: no difference by the second; the distance counts.",
        )
    else:
        yield Reason(
            code="second_undecided",
            ja=f"対象の時計で{counts_ja}で起きた。秒と間隔のどちらが条件かは、この回数では決められない。",
            en=f"It came about in {counts_en} of the target's clock: too few to tell the second from the distance.",
        )


def fisher_greater(hits: int, pairs: int, other_hits: int, other_pairs: int) -> float:
    """Return the one-sided p-value of Fisher's exact test that the first rate is the greater one."""
    total, all_hits = pairs + other_pairs, hits + other_hits
    ways = sum(
        math.comb(all_hits, k) * math.comb(total - all_hits, pairs - k)
        for k in range(hits, min(pairs, all_hits) + 1)
        if pairs - k <= total - all_hits
    )
    return ways / math.comb(total, pairs)


def wilson(hits: int, pairs: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a rate."""
    rate, spread = hits / pairs, _Z * _Z / pairs
    middle = (rate + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(rate * (1 - rate) / pairs + spread / (4 * pairs)) / (1 + spread)
    return middle - half, middle + half


def _alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Tell whether each of two rates is surely more than half of the other; that no difference shows is not enough."""
    both = ((one, other), (other, one))
    return all(wilson(*mine)[0] > theirs[0] / theirs[1] / 2 for mine, theirs in both)
