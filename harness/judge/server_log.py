"""The side of judging that asks the target's own log, where one was attached: does it tell the same story?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median_low

from harness.attached.attach import Attached, read_all
from harness.checks.documents import Documents
from harness.checks.history import NEVER, HistoryView
from harness.checks.server_log import Log, Matched, check_log, match, nodes_of, not_logged
from harness.errors import RunDamaged
from harness.journal import RunFolder
from harness.records.findings import Anomaly, Finding
from harness.records.verdict import Count, Identity, ServerLog

_SENTENCES = 40  # as in the other accounts: more say nothing more
_SAME = frozenset({Anomaly.LOST, Anomaly.ORPHAN, Anomaly.DUPLICATE, Anomaly.CHARGED_NOT_PRINTED})
_NS_PER_S = 1e9


class LogSide:
    """The attached logs of one run. `look` first; damage is told by `read`."""

    def __init__(self, folder: RunFolder, view: HistoryView) -> None:
        """Nothing is read yet."""
        self._folder, self._view = folder, view
        self._logs: tuple[Attached, ...] = ()
        self._matched: tuple[Matched, ...] = ()

    def read(self, damage: list[str]) -> None:
        """Read what was attached; what is damaged is told, without saying where the run folder lies."""
        try:
            self._logs = read_all(self._folder)
        except RunDamaged as e:
            damage.append(str(e).replace(f"{self._folder.path}/", ""))

    def look(self, documents: Documents) -> None:
        """Match every row; where no node was known, note on applications the one that the log names (observed)."""
        numbers = dict(self._numbers(documents))
        anchor_ns = median_low(s.wall_minus_monotonic_ns for s in self._view.segments) if self._view.segments else 0
        self._matched = tuple(match(self._view, _log(log), anchor_ns, numbers) for log in self._logs)
        known = self._view.applications.strings("node")
        for matched in self._matched:
            for place, node in nodes_of(matched).items():
                if not known[place]:
                    self._view.applications.put(place, "node", node)

    def _numbers(self, documents: Documents) -> Iterator[tuple[str, int]]:
        """Yield the issue numbers of documents that are their applicant's own: printed, or reported beside them."""
        for delivered in self._view.deliveries:
            judgement = documents.judgement(delivered.delivery)
            if delivered.place == NEVER or judgement is None or not judgement.own:
                continue
            for number in {*documents.numbers(delivered.delivery), delivered.issue_number}:
                if number:
                    yield number, delivered.place

    def findings(self, told: Iterable[Finding]) -> list[Finding]:
        """Return what the logs show and `told` does not say already."""
        said = frozenset(f.application for f in told if f.anomaly in _SAME and f.application)
        pairs = zip(self._logs, self._matched, strict=True)
        return [f for log, matched in pairs for f in check_log(self._view, _log(log), matched, said)]

    def identities(self) -> tuple[Identity, ...]:
        """Return one account per log: every document that arrived stands in it, and it is of this very run."""
        pairs = zip(self._logs, self._matched, strict=True)
        return tuple(self._identity(log, matched) for log, matched in pairs)

    def _identity(self, log: Attached, matched: Matched) -> Identity:
        lacking = not_logged(self._view, matched)
        sentences = [
            (
                f"申請 {name} の証明書は届いたが、{log.header.file} にない",
                f"{name} was delivered, {log.header.file} lacks it",
            )
            for name in lacking
        ]
        if not matched.rows_of:
            sentences = [
                (
                    f"{log.header.file} に、この試験の申請と合う行が一つもない(別の系統の記録ではないか)",
                    f"no row of {log.header.file} is of an application of this run: is it another system's?",
                )
            ]
        return Identity(
            name="server log",
            closes=not sentences,
            counts=tuple(Count(source=f"server log: {s}", count=n) for s, n in _counts(log, matched)),
            classes=tuple(Count(source=node, count=n) for node, n in sorted(_by_node(matched).items())),
            remainder=tuple(en for _, en in sentences[:_SENTENCES]),
            remainder_ja=tuple(ja for ja, _ in sentences[:_SENTENCES]),
        )

    def summaries(self) -> tuple[ServerLog, ...]:
        """Return what each log was and how it fits, for the verdict."""
        return tuple(
            ServerLog(
                file=log.header.file,
                digest=log.header.digest,
                rows=log.header.rows,
                kept=log.header.kept,
                matched=len(matched.rows_of),
                not_received=len(matched.ours),
                not_logged=len(not_logged(self._view, matched)),
                others=matched.others,
                clock_ahead_s=None if matched.clock_ahead_ns is None else matched.clock_ahead_ns / _NS_PER_S,
                nodes=tuple(Count(source=node, count=n) for node, n in sorted(_by_node(matched).items())),
            )
            for log, matched in zip(self._logs, self._matched, strict=True)
        )


def _log(attached: Attached) -> Log:
    return Log(kind=attached.header.kind, rows=attached.rows)


def _counts(log: Attached, matched: Matched) -> tuple[tuple[str, int], ...]:
    return (
        ("rows of the run's time", log.header.kept),
        ("applications with a row", len(matched.rows_of)),
        ("issues of no application", len(matched.ours)),
        ("rows of other people", matched.others),
    )


def _by_node(matched: Matched) -> Counter[str]:
    return Counter(nodes_of(matched).values())
