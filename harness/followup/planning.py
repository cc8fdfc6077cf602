"""Plans a follow-up run: everyone whose register entry was changed asks once more, and two others beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from msgspec import Struct

from harness.checks.history import Application, HistoryView, Update
from harness.checks.left_changed import left_changed
from harness.errors import UsageError
from harness.population import Population
from harness.population.registered import before
from harness.records.certificates import Certificate, Options
from harness.records.history import Ending
from harness.records.plan import (
    PLAN_VERSION,
    Batch,
    BatchKind,
    Driver,
    Phase,
    PlanHeader,
    PlannedApplication,
    PlannedUpdate,
)
from harness.records.target import Target
from harness.records.verdict import LeftChanged

PHASE, NAME = "P5", "follow-up"
TITLE = ("翌日確認(登録の変更の反映)", "Follow-up: do changes of the register show?")
_BESIDE = 2  # unchanged people: the control on the target's own paper needs documents to swap


class FollowUp(Struct, frozen=True, kw_only=True):
    """A compiled follow-up."""

    header: PlanHeader
    batches: list[Batch]


def plan_follow_up(
    run: str, view: HistoryView, changes: Sequence[Update], population: Population, target: Target
) -> FollowUp:
    """Return the plan: one application per resident of `changes`, two people beside, then everything changed back.

    Also what `changes` has not: entries that the run left changed because its end came before they were put back.
    Raises UsageError where a changed resident never had a card in the run.
    """
    left = left_changed(view, partial(before, population.residents))
    changed = {one.resident for one in left} | {u.resident for u in changes}
    asking = enumerate(_asking(view, changes, changed, target), 1)
    batches = [_batch(number, [one]) for number, one in asking] or [_batch(1, [])]
    restored = tuple(_restored(left)) if target.updates else ()
    batches[-1] = _batch(len(batches), list(batches[-1].applications), restored)
    applications = [a for b in batches for a in b.applications]
    header = PlanHeader(
        version=PLAN_VERSION,
        scenario=NAME,
        scenario_digest="",
        seed=0,
        population_digest=population.digest,
        target=target.name,
        phases=(Phase(phase=PHASE, title_ja=TITLE[0], title_en=TITLE[1], driver=Driver.QUIET),),
        batches=len(batches),
        applications=len(applications),
        updates=len(restored),
        residents=len({a.resident for a in applications}),
        kiosks=tuple(sorted({a.kiosk for a in applications})),
        nodes=target.addressed,
        title_ja=TITLE[0],
        title_en=TITLE[1],
        description_ja=f"試験 {run} で行った登録の変更 {len(changes)} 件が反映されたかを見る。",
        description_en=f"Looks whether {len(changes)} changes made in {run} show.",
        acceptance=False,
    )
    return FollowUp(header=header, batches=batches)


def _asking(
    view: HistoryView, changes: Sequence[Update], changed: Collection[str], target: Target
) -> Iterator[PlannedApplication]:
    """Yield who asks what: for what shows a change, and some not `changed` for what they received in the run."""
    number = 0
    known: dict[str, Application] = {one.resident: one for one in view.applications}
    wanted = dict.fromkeys((u.resident, _showing(u, target)) for u in changes)
    for resident, certificate in wanted:
        if resident not in known:
            raise UsageError(
                f"resident {resident} was changed and never asked in the run; there is no card to ask with"
            )
        number += 1
        yield _application(number, known[resident], certificate, _options(view, resident, certificate))
    beside = [
        one
        for one in known.values()
        if one.resident not in changed and one.ending is Ending.DELIVERED and one.certificate in target.certificates
    ]
    common = max((one.certificate for one in beside), key=[o.certificate for o in beside].count, default=None)
    for one in [one for one in beside if one.certificate is common][:_BESIDE]:
        number += 1
        yield _application(number, one, one.certificate, one.options)


def _showing(update: Update, target: Target) -> Certificate:
    """Return the certificate that shows a change: the seal's own, else that of residence, else any that is issued."""
    first = Certificate.INKAN if update.field == "seal" else Certificate.JUMINHYO
    return first if first in target.certificates else target.certificates[0]


def _options(view: HistoryView, resident: str, certificate: Certificate) -> Options:
    """Return the options of the resident's last application for it, else the plainest."""
    asked = [one.options for one in view.applications if (one.resident, one.certificate) == (resident, certificate)]
    return asked[-1] if asked else Options()


def _application(number: int, one: Application, certificate: Certificate, options: Options) -> PlannedApplication:
    return PlannedApplication(
        application=f"A{number:06d}",
        resident=one.resident,
        card=one.card,
        certificate=certificate,
        options=options,
        kiosk="K001",
        store="S001",
    )


def _restored(left: Sequence[LeftChanged]) -> Iterator[PlannedUpdate]:
    """Yield the changes back to what the population holds; what it does not know stays as it is."""
    for number, one in enumerate(left, 1):
        if one.before is not None:
            yield PlannedUpdate(update=f"V{number:05d}", resident=one.resident, field=one.field, value=one.before)


def _batch(number: int, applications: list[PlannedApplication], updates: tuple[PlannedUpdate, ...] = ()) -> Batch:
    return Batch(
        batch=f"B{number:05d}",
        phase=PHASE,
        kind=BatchKind.SEQUENCE,
        applications=tuple(applications),
        updates=updates,
        purpose=NAME,
    )
