"""What misdeliveries have in common and the other deliveries have not: one sentence per regularity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from harness.checks.history import NEVER, Application, HistoryView, overlap
from harness.records.findings import Anomaly, Evidence, Finding
from harness.records.history import Ending
from harness.records.verdict import Reason

_SECOND_NS = 1_000_000_000
_OF_ANOTHER = frozenset({Anomaly.MISDELIVERY, Anomaly.PAGE_MIX})
# A wait is told as common to the victims only if few others waited as long.
_FEW_OTHERS = 0.2


class Case(Struct, frozen=True, kw_only=True):
    """One misdelivery with both applications, where both are known."""

    finding: Finding
    victim: Application
    donor: Application | None


def regularities(view: HistoryView, findings: Iterable[Finding]) -> tuple[Reason, ...]:
    """Return what holds of the misdeliveries as a group; empty without any. Facts only, no cause is named."""
    cases = _cases(view, findings)
    if not cases:
        return ()
    return (*_waits(view, cases), *_donors(view, [c for c in cases if c.donor is not None], len(cases)))


def _cases(view: HistoryView, findings: Iterable[Finding]) -> list[Case]:
    """One case per victim: copies of one application are not several events."""
    cases: dict[str, Case] = {}
    for finding in findings:
        victim = view.of(finding.application)
        if finding.anomaly in _OF_ANOTHER and victim is not None:
            case = Case(finding=finding, victim=victim, donor=view.of(finding.donor_application))
            cases.setdefault(finding.application, case)
    return list(cases.values())


def _waits(view: HistoryView, cases: list[Case]) -> Iterator[Reason]:
    victims = {c.victim.application for c in cases}
    waits = [_wait_s(c.victim) for c in cases]
    known = [w for w in waits if w is not None]
    if len(known) < 2:
        return
    low, high = max(0.0, round(min(known) - 0.005, 2)), round(max(known) + 0.005, 2)
    others = [w for a in view.applications if a.application not in victims and (w := _wait_s(a)) is not None]
    alike = sum(1 for w in others if low <= w <= high)
    if others and alike > len(others) * _FEW_OTHERS:
        return
    yield Reason(
        code="wait",
        ja=f"誤交付 {len(cases)} 件中 {len(known)} 件が証明書の受取りを待った時間は {low:.2f}~{high:.2f} 秒、"
        f"ほかの申請では {len(others)} 件中 {alike} 件。",
        en=f"{len(known)} of {len(cases)} victims waited {low:.2f}–{high:.2f} s, {alike} of {len(others)} others did.",
    )


def _wait_s(one: Application) -> float | None:
    return None if one.waited_ns == NEVER else one.waited_ns / 1e9


Holds = Callable[["Case", Application, HistoryView], bool]


def _donors(view: HistoryView, cases: list[Case], victims: int) -> Iterator[Reason]:
    """Count over victims whose donor's application is known; told is what holds for more than half of them."""
    if not cases:
        return
    known = len(cases)
    if known < victims:
        yield Reason(
            code="donor_known",
            ja=f"誤交付 {victims} 件中 {known} 件で、印字された人の申請を特定した。",
            en=f"The application that the document belonged to is known for {known} of {victims} victims.",
        )
    one_node = len({n for n in view.applications.strings("node") if n}) < 2
    for code, ja, en, holds in _FEATURES:
        count = sum(1 for c in cases if c.donor is not None and holds(c, c.donor, view))
        if count * 2 > known and not (one_node and code == "same_node"):
            yield Reason(code=code, ja=f"{known} 件中 {count} 件: {ja}。", en=f"{count} of {known}: {en}.")


def _same_second(c: Case, d: Application, view: HistoryView) -> bool:
    return bool(d.server_date) and d.server_date == c.victim.server_date


def _within_a_second(c: Case, d: Application, view: HistoryView) -> bool:
    return _left_within(c.victim, d, _SECOND_NS)


def _overlap(c: Case, d: Application, view: HistoryView) -> bool:
    return overlap(c.victim, d, view.last_ns)


def _no_overlap(c: Case, d: Application, view: HistoryView) -> bool:
    return not _overlap(c, d, view)


def _behind(c: Case, d: Application, view: HistoryView) -> bool:
    return d.started_ns > c.victim.started_ns


def _ahead(c: Case, d: Application, view: HistoryView) -> bool:
    return d.started_ns < c.victim.started_ns


def _customer_before(c: Case, d: Application, view: HistoryView) -> bool:
    return _has(c.finding.evidence, "customer before")


def _same_node(c: Case, d: Application, view: HistoryView) -> bool:
    return bool(d.node) and d.node == c.victim.node


def _different_nodes(c: Case, d: Application, view: HistoryView) -> bool:
    return bool(d.node) and bool(c.victim.node) and d.node != c.victim.node


def _same_certificate(c: Case, d: Application, view: HistoryView) -> bool:
    return d.certificate is c.victim.certificate


def _same_bytes(c: Case, d: Application, view: HistoryView) -> bool:
    return _has(c.finding.evidence, "same bytes")


def _donor_without(c: Case, d: Application, view: HistoryView) -> bool:
    return d.ending is not Ending.DELIVERED


_FEATURES: tuple[tuple[str, str, str, Holds], ...] = (
    (
        "same_server_second",
        "二つの申請を、対象のサーバは同じ秒(対象の応答にある時刻による)に受け付けた",
        "accepted in the same second of the server (Date)",
        _same_second,
    ),
    (
        "within_a_second",
        "二つの申請は 1 秒以内の差で送信された",
        "the two applications left within one second",
        _within_a_second,
    ),
    ("overlap", "二つの申請の時間は重なっていた", "the two applications overlapped", _overlap),
    ("no_overlap", "二つの申請の時間は重なっていない", "the two applications did not overlap", _no_overlap),
    ("donor_behind", "印字された人の申請の方が後に始まった", "the donor's application began later", _behind),
    ("donor_ahead", "印字された人の申請の方が先に始まった", "the donor's application began earlier", _ahead),
    (
        "customer_before",
        "印字された人は、同じ端末の直前の利用者である",
        "the donor was the customer before at the same kiosk",
        _customer_before,
    ),
    ("same_node", "二つの申請は同じサーバで処理された", "on the same node", _same_node),
    ("different_nodes", "二つの申請は異なるサーバで処理された", "on different nodes", _different_nodes),
    ("same_certificate", "二人は同じ種類の証明書を申請した", "the same kind of certificate", _same_certificate),
    (
        "same_bytes",
        "印字された人にも同一のファイルが渡されている",
        "the donor received the very same bytes",
        _same_bytes,
    ),
    (
        "donor_without",
        "印字された人には証明書が交付されていない",
        "the donor's application was not delivered",
        _donor_without,
    ),
)


def _left_within(a: Application, b: Application, within_ns: int) -> bool:
    a_ns = a.left_ns if a.left_ns != NEVER else a.started_ns
    b_ns = b.left_ns if b.left_ns != NEVER else b.started_ns
    return abs(a_ns - b_ns) < within_ns


def _has(evidence: tuple[Evidence, ...], kind: str) -> bool:
    return any(e.kind == kind for e in evidence)
