"""What was exercised, as rows that a reader without the trade's words understands."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from harness.glossary import Lang, word
from harness.records.faults import LineFault
from harness.records.generator import kind_ms
from harness.records.verdict import Exposure, FaultMet
from reports.course import Course, Released
from reports.planned import Planned

# Planned distance between the first and the last of a burst: upper edges in ms, each a row of the report.
_SPANS_MS = (0.0, 10.0, 100.0, 1_000.0, float("inf"))


# Counts that belong together stand together; a count that no group names stands in the last.
_GROUPS: dict[str, tuple[str, ...]] = {
    "amount": ("applications", "residents", "delivered", "pages"),
    "coincidence": (
        "bursts",
        "bursts_apart",
        "void_batches",
        "median_spread_ms",
        "most_in_flight",
        "overlapping_pairs",
        "same_second_pairs",
        "same_server_second_pairs",
        "within_second_pairs",
        "across_second_pairs",
        "same_certificate_pairs",
        "steered_pairs",
        "pairs_under_1_ms",
        "pairs_under_10_ms",
        "pairs_under_100_ms",
    ),
    "succession": (
        "same_kiosk_successions",
        "after_refusal_or_error",
        "after_refusal",
        "after_error",
        "after_abort",
    ),
    "topology": ("same_node_pairs", "cross_node_pairs", "equal_rank_pairs"),
    "other": ("longest_wait_ms", "updates", "reads_near_update", "during_update"),
}
_BETTER_NONE = frozenset({"void_batches", "bursts_apart"})
# Told by distance in a table of its own, see `burst_rows`; told in sentences, see `reached`.
_NO_COUNT = frozenset({"gaps", "limits", "knee", "relations", "faults"})


_COMMA = ("、", ", ")
_LIMIT_SOURCES = {
    "declared": ("対象ファイルに申告された", "declared"),
    "detected": ("同じ時間で失敗した申請から推定した", "inferred from applications that failed after the same time"),
}
_REACHED = {
    "limit": (
        "{source}時間制限 {s} 秒以上待った申請は {n} 件です。",
        "{n} applications waited as long as the time limit of {s} s ({source}).",
    ),
    "knee": (
        "端末を最大 {most} 台まで段階的に増やしたところ、{k} 台(毎秒 {r} 件)から先は増やしても交付は増えませんでした。",
        "With up to {most} kiosks, more than {k} of them ({r} documents a second) brought no more documents.",
    ),
    "relations": (
        "2 者の組を、二人の関係別に数えると: {pairs}",
        "Pairs by how the two people stand to each other: {pairs}.",
    ),
    "faults": (
        "外から起こした障害(かっこ内は、その間に申請が進行中だった回数): {faults}",
        "Faults from outside (in brackets: those while an application was under way): {faults}.",
    ),
}


class ExposureGroup(Struct, frozen=True, kw_only=True):
    """Counts under one heading."""

    key: str  # its words are exposure_group_<key>
    rows: tuple[ExposureRow, ...]


class ExposureRow(Struct, frozen=True, kw_only=True):
    """One count."""

    key: str  # field of Exposure; its words are exposure_<key> and exposure_<key>_means
    value: str
    none: bool  # nothing of this was exercised


class PhaseRow(Struct, frozen=True, kw_only=True):
    """One phase: asked for and played."""

    phase: str
    title_ja: str
    title_en: str
    started_ns: int
    ended_ns: int
    complete: bool
    superfluous: bool  # it was decided to play nothing of it: it was there for what had been reached already
    reason: str
    batches: int
    planned: int  # applications
    played: int


class BurstRow(Struct, frozen=True, kw_only=True):
    """Bursts of one planned distance."""

    up_to_ms: float  # planned distance between first and last
    bursts: int
    overlapped: int | None  # of them, by the verdict; None: it does not say
    fewest_people: int
    most_people: int
    median_spread_ns: int
    longest_spread_ns: int


def exposure_groups(exposure: Exposure) -> tuple[ExposureGroup, ...]:
    """Return every count of the record once, under headings."""
    named = {name for names in _GROUPS.values() for name in names} | _NO_COUNT
    rest = tuple(name for name in Exposure.__struct_fields__ if name not in named)
    return tuple(
        ExposureGroup(
            key=key,
            rows=tuple(
                _exposure_row(name, getattr(exposure, name)) for name in names + (rest if key == "other" else ())
            ),
        )
        for key, names in _GROUPS.items()
    )


def _exposure_row(name: str, value: float) -> ExposureRow:
    shown = f"{value:,.1f} ms" if isinstance(value, float) else f"{value:,}"
    return ExposureRow(key=name, value=shown, none=not value and name not in _BETTER_NONE)


def reached(exposure: Exposure, lang: Lang) -> tuple[str, ...]:
    """Return, one sentence each, which limits of the target the load reached, and who was set beside whom."""
    say = 0 if lang == "ja" else 1
    told = []
    for limit in exposure.limits:
        source = _LIMIT_SOURCES[limit.source][say]
        told.append(
            _REACHED["limit"][say].format(source=source, s=f"{limit.limit_ms / 1000:g}", n=f"{limit.crossed:,}")
        )
    if exposure.knee is not None:
        knee = exposure.knee
        told.append(_REACHED["knee"][say].format(k=knee.kiosks, r=f"{knee.per_second:g}", most=knee.most_kiosks))
    if exposure.relations:
        pairs = _COMMA[say].join(f"{word(one.source, lang)} {one.count:,}" for one in exposure.relations)
        told.append(_REACHED["relations"][say].format(pairs=pairs))
    if exposure.faults:
        faults = _COMMA[say].join(_fault(one, lang) for one in exposure.faults)
        told.append(_REACHED["faults"][say].format(faults=faults))
    return tuple(told)


def _fault(one: FaultMet, lang: Lang) -> str:
    on = word(one.on, lang) if one.kind in set(LineFault) else one.on
    return f"{word(one.kind, lang)} · {on} {one.injected:,} ({one.met:,})"


def phase_rows(planned: Planned, course: Course) -> tuple[PhaseRow, ...]:
    """Return the plan's phases in order, then those that only the journal knows."""
    titles = (
        {phase.phase: (phase.title_ja, phase.title_en) for phase in planned.header.phases} if planned.header else {}
    )
    names = [*titles, *(name for name in course.phases if name not in titles)]
    rows = []
    for name in names:
        asked, played = planned.phases.get(name), course.phases.get(name)
        title_ja, title_en = titles.get(name, ("", ""))
        rows.append(
            PhaseRow(
                phase=name,
                title_ja=title_ja,
                title_en=title_en,
                started_ns=played.started_ns if played else 0,
                ended_ns=played.ended_ns if played else 0,
                complete=bool(played and played.complete),
                superfluous=bool(asked and not asked.batches and asked.skipped),
                reason=played.reason if played else "",
                batches=asked.batches if asked else 0,
                planned=asked.applications if asked else 0,
                played=played.applications if played else 0,
            )
        )
    return tuple(rows)


def burst_rows(planned: Planned, course: Course, exposure: Exposure) -> tuple[BurstRow, ...]:
    """Return the bursts played (not void, two people or more) by their planned distance; empty rows left out.

    One that strayed from it stands where its measured distance belongs, as in the verdict.
    """
    overlapped = {_SPANS_MS[-1] if gap.up_to_ms is None else gap.up_to_ms: gap for gap in exposure.gaps}
    rows, floor = [], -1.0
    counted = [burst for burst in course.released if burst.batch not in course.voids and burst.people > 1]
    for edge in _SPANS_MS:
        here = [burst for burst in counted if floor < _kind_ms(planned, burst) <= edge]
        if here:
            gap = overlapped.get(edge)
            rows.append(_burst_row(edge, here, None if gap is None else gap.overlapped))
        floor = edge
    return tuple(rows)


def _kind_ms(planned: Planned, burst: Released) -> float:
    return kind_ms(planned.span_ms.get(burst.batch, 0.0), burst.spread_ns / 1e6)


def _burst_row(edge: float, bursts: Sequence[Released], overlapped: int | None) -> BurstRow:
    spreads = [burst.spread_ns for burst in bursts]
    return BurstRow(
        up_to_ms=edge,
        bursts=len(bursts),
        overlapped=overlapped,
        fewest_people=min(burst.people for burst in bursts),
        most_people=max(burst.people for burst in bursts),
        median_spread_ns=int(median(spreads)),
        longest_spread_ns=max(spreads),
    )
