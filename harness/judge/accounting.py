"""The two identities that must close (design decision 3), every side counted from another source.

(i) Every application that was begun has exactly one final class. (ii) Every document that arrived is accounted
for. A remainder is told in sentences; nothing is computed as the difference of two others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct

from harness.checks.documents import Documents
from harness.checks.history import NEVER, HistoryView
from harness.judge.classes import DeliveryClass, delivery_classes
from harness.judge.inputs import Inputs
from harness.records.history import Ending, PlayerCounters
from harness.records.verdict import Count, FinalClass, Identity

_SENTENCES = 40  # a remainder of thousands says nothing more; the number of those left out is told


class Sources(Struct, frozen=True, kw_only=True):
    """What is counted besides the journal."""

    planned: Collection[str]  # application ids of the plan
    stored: Collection[str]  # digests in the document store
    stored_entries: int  # times a document was put there
    read: Collection[str]  # digests with a reading
    ledger_offered: bool  # the target declares a ledger


Sentence = tuple[str, str]  # Japanese, English


def sources_of(inputs: Inputs) -> Sources:
    """Return what a run's other files say."""
    return Sources(
        planned=inputs.planned,
        stored=inputs.stored,
        stored_entries=inputs.stored_entries,
        read=inputs.readings.keys(),
        ledger_offered=inputs.target.ledger,
    )


def account_applications(view: HistoryView, sources: Sources, classes: Mapping[str, FinalClass | None]) -> Identity:
    """Return identity (i): plan, journal, players' counters, classes and ledger agree on every application."""
    by_class = Counter(c for c in classes.values() if c is not None)
    sentences = [
        *_begun(view, sources),
        *_without_class(view, classes),
        *_counters(
            view,
            {
                "started": Counter(view.applications.strings("writer")),
                "ended": view.endings,
                "sends": view.intents,
                "outcomes": view.outcomes,
            },
        ),
        *_unanswered(view),
        *_contradictions(view),
        *_ledger(view, sources),
    ]
    return _identity(
        "applications",
        [
            Count(source="plan", count=len(sources.planned)),
            Count(source="journal: started", count=len(view.applications)),
            Count(source="journal: ended", count=sum(1 for e in view.applications.integers("ended_ns") if e != NEVER)),
            Count(source="player counters: started", count=sum(c.started for c in view.counters.values())),
            Count(source="player counters: ended", count=sum(c.ended for c in view.counters.values())),
            Count(source="classes", count=sum(by_class.values())),
            *_ledger_count(view),
        ],
        [Count(source=c, count=by_class[c]) for c in FinalClass],
        sentences,
    )


def account_deliveries(view: HistoryView, sources: Sources, documents: Documents) -> Identity:
    """Return identity (ii): journal, kiosks, counters, document store and readings agree on every document."""
    by_class = Counter(delivery_classes(view))
    digests = set(view.deliveries.strings("digest"))
    kiosks_say = sum(view.applications.integers("copies"))
    sentences = [
        *_store(view, sources, digests),
        *_counters(view, {"deliveries": Counter(view.deliveries.strings("writer"))}),
        *_kiosks(view),
        *_unjudged(view, documents),
    ]
    return _identity(
        "deliveries",
        [
            Count(source="journal", count=len(view.deliveries)),
            Count(source="player counters", count=sum(c.deliveries for c in view.counters.values())),
            Count(source="document store: entries", count=sources.stored_entries),
            Count(source="kiosks: copies received", count=kiosks_say),
            Count(source="journal: distinct documents", count=len(digests)),
            Count(source="document store: distinct documents", count=len(sources.stored)),
            Count(source="readings", count=sum(1 for d in digests if d in sources.read)),
            Count(source="classes", count=sum(by_class.values())),
        ],
        [Count(source=c, count=by_class[c]) for c in DeliveryClass],
        sentences,
    )


def _identity(name: str, counts: list[Count], classes: list[Count], sentences: list[Sentence]) -> Identity:
    shown = sentences[:_SENTENCES]
    if more := len(sentences) - len(shown):
        shown.append((f"ほかに {more} 件", f"and {more} more"))
    return Identity(
        name=name,
        closes=not sentences,
        counts=tuple(counts),
        classes=tuple(classes),
        remainder=tuple(en for _, en in shown),
        remainder_ja=tuple(ja for ja, _ in shown),
    )


def _begun(view: HistoryView, sources: Sources) -> Iterator[Sentence]:
    planned = _as_set(sources.planned)
    for name in view.places:
        if name not in planned:
            yield f"申請 {name} は計画にない", f"application {name} is not in the plan"


def _without_class(view: HistoryView, classes: Mapping[str, FinalClass | None]) -> Iterator[Sentence]:
    for name, found in classes.items():
        if found is not None:
            continue
        one = view.applications[view.places[name]]
        if one.ending is Ending.DELIVERED:
            yield (
                f"申請 {name} は交付済みとされたが、証明書の記録がない",
                f"{name} ended as delivered, without a delivery",
            )
        else:
            yield (
                f"申請 {name} は開始の記録のみで、結果の記録がない(記録者 {one.writer})",
                f"application {name} was begun and has no ending (writer {one.writer})",
            )


def _counters(view: HistoryView, journal: Mapping[str, Mapping[str, int]]) -> Iterator[Sentence]:
    """Compare each writer's own counts with what its segment holds."""
    for name, by_writer in journal.items():
        for writer in sorted({*by_writer, *view.counters}):
            counter = view.counters.get(writer)
            written = by_writer.get(writer, 0)
            if counter is None and written:
                yield (
                    f"記録者 {writer} は自らの計数({name})を残していない(記録 {written} 件)",
                    f"writer {writer} left no count of its own ({name}); its journal holds {written}",
                )
            elif counter is not None and _count(counter, name) != written:
                yield (
                    f"記録者 {writer} の計数({name}){_count(counter, name)} 件に対し記録は {written} 件",
                    f"writer {writer} counted {_count(counter, name)} {name}, its journal holds {written}",
                )


def _count(counter: PlayerCounters, name: str) -> int:
    return int(getattr(counter, name))


def _unanswered(view: HistoryView) -> Iterator[Sentence]:
    for send in view.unanswered:
        yield f"送信 {send} の結果の記録がない", f"send {send} has no outcome"


def _contradictions(view: HistoryView) -> Iterator[Sentence]:
    for oddity in view.oddities:
        yield f"記録の矛盾: {oddity}", f"contradiction in the journal: {oddity}"


def _ledger_count(view: HistoryView) -> Iterator[Count]:
    if not view.ledger_reads:
        return
    ours = set(view.applications.strings("request_id"))
    issued = sum(1 for e in view.ledger.values() if e.state == "issued" and e.request_id in ours)
    yield Count(source="ledger: issued to us", count=issued)
    yield Count(source="ledger: not ours", count=sum(1 for e in view.ledger.values() if e.request_id not in ours))


def _ledger(view: HistoryView, sources: Sources) -> Iterator[Sentence]:
    """What was handed out and acknowledged must stand in the ledger as issued."""
    if not sources.ledger_offered:
        return
    if not any(read.complete for read in view.ledger_reads):
        yield "対象の発行履歴を最後まで読み取れなかった", "the target's ledger was not read to its end"
        return
    columns = (view.applications.column(f) for f in ("application", "ending", "acknowledged", "request_id"))
    for name, ending, acknowledged, request_id in zip(*columns, strict=True):
        if ending is not Ending.DELIVERED or not acknowledged:
            continue
        entry = view.ledger.get(request_id)
        state = entry.state if entry is not None else "absent"
        if state != "issued":
            yield (
                f"申請 {name} は交付・完了済みだが、対象の発行履歴({request_id})では {state}",
                f"{name} was delivered and acknowledged; the ledger ({request_id}) says {state}",
            )


def _store(view: HistoryView, sources: Sources, digests: set[str]) -> Iterator[Sentence]:
    stored = _as_set(sources.stored)
    for digest in sorted(digests - stored):
        yield f"証明書 {digest[:12]}… の原本が保管されていない", f"document {digest[:12]}… is not in the store"
    for digest in sorted(stored - digests):
        yield f"保管された証明書 {digest[:12]}… に交付の記録がない", f"stored document {digest[:12]}… has no delivery"
    if sources.stored_entries != len(view.deliveries):
        yield (
            f"保管 {sources.stored_entries} 回に対し交付の記録は {len(view.deliveries)} 件",
            f"{sources.stored_entries} documents were stored, {len(view.deliveries)} deliveries were journaled",
        )
    for digest in sorted(digests - _as_set(sources.read)):
        yield f"証明書 {digest[:12]}… の読取結果がない", f"document {digest[:12]}… was never read"


def _as_set(names: Collection[str]) -> AbstractSet[str]:
    """Return the names as a set; one that is none already is not copied."""
    return names if isinstance(names, AbstractSet) else frozenset(names)


def _kiosks(view: HistoryView) -> Iterator[Sentence]:
    """What the kiosks say they received, against the deliveries journaled for them."""
    complete, late = view.deliveries.unpacked("complete"), view.deliveries.unpacked("late")
    columns = (view.applications.column(field) for field in ("application", "ending", "copies"))
    for place, (name, ending, copies) in enumerate(zip(*columns, strict=True)):
        if ending is None:
            continue
        came = sum(1 for row in view.deliveries_of.of(place) if complete[row] and not late[row])
        if came != copies:
            yield (
                f"申請 {name} の端末は {copies} 通受け取ったとし、交付の記録は {came} 件",
                f"the kiosk of {name} says it received {copies}, {came} deliveries were journaled",
            )


def _unjudged(view: HistoryView, documents: Documents) -> Iterator[Sentence]:
    for name, place in zip(view.deliveries.strings("delivery"), view.deliveries.integers("place"), strict=True):
        if place != NEVER and name not in documents:
            yield f"交付 {name} は照合されていない", f"delivery {name} was not judged against its applicant"
