"""What a plan cannot reach with these people, cards, nodes and certificates, and what would have to be more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from harness.assurance.bounds import bound_after, pairs_of, rounded_up
from harness.campaign.pace import Pace
from harness.glossary import word
from harness.records.plan import Batch, BatchKind, PlanHeader
from harness.records.target import Client, Target

_SCARCE_FOR = {"refusal": "residents", "bad_card": "cards"}  # by event; for the others a declaration
_SMALL = 100  # residents: of more the pairs are no limit of what a night can play


class Hindrance(Struct, frozen=True, kw_only=True):
    """One thing that will not be exercised; `resource` is what there is too little of."""

    resource: str  # "residents", "cards", "nodes", "certificates", "interface", "declarations"
    code: str
    ja: str
    en: str


def hindrances(
    header: PlanHeader, batches: Sequence[Batch], target: Target, pace: Pace, cards: Collection[str] | None
) -> tuple[Hindrance, ...]:
    """Return everything in the way of what the scenario asks for; `cards` are the residents who have one."""
    return (
        *_people(header),
        *_pairs(header, batches),
        *_cards(batches, cards),
        *_waits(batches, target, pace),
        *_nodes(target),
        *_interface(header, target),
        *_undeclared(header, batches, target),
    )


def _people(header: PlanHeader) -> Iterator[Hindrance]:
    for few in header.left_out.fewer:
        yield Hindrance(
            resource="residents",
            code="fewer_people",
            ja=f"{few.phase}: 同時に {few.asked} 人とする条件だが、試験住民が足りず {few.planned} 人",
            en=f"{few.phase} asks for {few.asked} people at once; this population allows {few.planned}",
        )
    for relation in header.left_out.relations:
        yield Hindrance(
            resource="residents",
            code="relation_missing",
            ja=f"「{word(relation, 'ja')}」の二人がいないため、その組合せは試験できない",
            en=f"no two people here are '{word(relation, 'en')}', so such pairs are not tried",
        )


def _pairs(header: PlanHeader, batches: Sequence[Batch]) -> Iterator[Hindrance]:
    """Tell of a small population how far its pairs carry: the same two once more are no further trial."""
    if header.residents > _SMALL or not any(b.kind is BatchKind.BURST for b in batches):
        return
    pairs = pairs_of(header.residents)
    if (bound := bound_after(pairs, header.assure.confidence)) is not None:
        yield Hindrance(
            resource="residents",
            code="few_pairs",
            ja=f"使う住民 {header.residents} 人の異なる二人の組は {pairs:,} 通り。二人の同時申請では、全組を試しても"
            f"誤交付確率の上限は {rounded_up(bound):.2g} までしか下がらない",
            en=f"the {header.residents} residents used make {pairs:,} different pairs: bursts of two bring the bound "
            f"no lower than {rounded_up(bound):.2g}, even if every pair was tried",
        )


def _cards(batches: Sequence[Batch], cards: Collection[str] | None) -> Iterator[Hindrance]:
    if cards is None:
        return
    wanted = {a.resident for b in batches for a in b.applications}
    if missing := len(wanted.difference(cards)):
        yield Hindrance(
            resource="cards",
            code="cards_missing",
            ja=f"使う {len(wanted)} 人のうち {missing} 人に有効なカードがない(honnin cards make で作る)",
            en=f"{missing} of the {len(wanted)} people used have no valid card; `honnin cards make` makes them",
        )


def _waits(batches: Sequence[Batch], target: Target, pace: Pace) -> Iterator[Hindrance]:
    """Tell whether held load can cross the declared time limits: n people wait n / throughput at most (Little)."""
    held = max((len({a.kiosk for a in b.applications}) for b in batches if b.kind is BatchKind.CLOSED), default=0)
    if not held:
        return
    longest_s = held / pace.per_second
    for limit in target.time_limits_s:
        if longest_s < limit:
            needed = round(limit * pace.per_second) + 1
            yield Hindrance(
                resource="residents",
                code="limit_not_crossed",
                ja=f"待ち時間は最長約 {longest_s:.0f} 秒で、時間制限 {limit:g} 秒に届かない(同時に約 {needed} 人必要)",
                en=f"waits reach {longest_s:.0f} s, not the limit of {limit:g} s, which needs about {needed} people",
            )


def _nodes(target: Target) -> Iterator[Hindrance]:
    if len(target.addressed) < 2:
        yield Hindrance(
            resource="nodes",
            code="one_node",
            ja="サーバを指定できないため、別のサーバ同士の組は計画できず、応答から分かる範囲で事後に数える",
            en="fewer than two nodes can be addressed: pairs across nodes are counted where answers tell, not planned",
        )


def _interface(header: PlanHeader, target: Target) -> Iterator[Hindrance]:
    left_out = header.left_out
    for certificate in left_out.certificates:
        yield Hindrance(
            resource="certificates",
            code="certificate_missing",
            ja=f"{word(certificate, 'ja')}は対象が交付しない",
            en=f"the target does not issue the {word(certificate, 'en')}",
        )
    if left_out.steps:
        ja = "、".join(word(step, "ja") for step in left_out.steps)
        en = ", ".join(word(step, "en") for step in left_out.steps)
        yield Hindrance(
            resource="interface",
            code="steps_missing",
            ja=f"インターフェースにない操作での中止は試験できない: {ja}",
            en=f"the interface has no such steps, so nobody gives up there: {en}",
        )
    if not target.updates:
        yield Hindrance(
            resource="interface",
            code="no_updates",
            ja="対象ファイルに updates = true がないため、登録の変更と、変更の最中の交付を試験できない",
            en="the target file does not say updates = true: no changes of the register, none while issuing",
        )
    if target.client is not Client.CENTRE and not target.ledger:
        yield Hindrance(
            resource="interface",
            code="no_ledger",
            ja="対象が発行履歴を開示しないため、結果不明の申請を照会できない",
            en="the target offers no ledger: applications of unknown outcome cannot be settled by asking",
        )


def _undeclared(header: PlanHeader, batches: Sequence[Batch], target: Target) -> Iterator[Hindrance]:
    if not target.time_limits_s:
        yield Hindrance(
            resource="declarations",
            code="no_time_limits",
            ja="対象ファイルに time_limits_s がないため、時間制限の前後の間隔と放置は試験せず、超過は応答から推定する",
            en="the target file declares no time_limits_s: no gaps around them, no idling; crossings are inferred",
        )
    for event in header.left_out.events:
        if event != "time_out" or target.time_limits_s:
            yield Hindrance(
                resource=_SCARCE_FOR.get(event, "declarations"),
                code="event_missing",
                ja=f"連続利用のうち「{word(event, 'ja')}」の後は計画できない",
                en=f"successions after '{word(event, 'en')}' cannot be planned",
            )
    if target.client is Client.CENTRE and any(b.kind is BatchKind.SEQUENCE for b in batches):
        yield Hindrance(
            resource="interface",
            code="pooled",
            ja=f"連続利用は端末ではなく、共用の {target.connections} 本の接続の上での順番として試験する",
            en=f"successions are played over {target.connections} pooled connections, not on kiosks",
        )
