"""Property F: every document and every refusal reflects one state that the register held at some instant of its time.

Legal are the instants of [start - reflection time, end]; of a change that was under way both sides are right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from harness.checks.documents import Documents
from harness.checks.history import HistoryView
from harness.checks.issuing import Issuing, Refusal
from harness.checks.joint_reads import Field, needed_reflection_ns
from harness.checks.printed import Printed, PrintedFields
from harness.checks.register import Register
from harness.records.findings import Finding
from harness.records.verdict import Reflection

_NS_PER_S = 1e9


def check_freshness(
    view: HistoryView,
    documents: Documents,
    register: Register,
    refusal: Refusal,
    card_is_valid: Callable[[str], bool],
    printed: Iterable[Printed] = (),
) -> tuple[Finding, ...]:
    """Return the findings of property F.

    ZOMBIE-ISSUE where no legal state allowed the issue, and refusals that no legal state explains; STALE, FUTURE,
    ABORTED-READ, GARBAGE, NEW-OLD-INVERSION and TORN of what own documents print (`printed`). A refusal of somebody
    entitled throughout is for a person's eyes: the target may have a rule that the harness does not know; so is
    an inversion within a documented reflection time.
    """
    issuing = Issuing(view, documents, register, refusal, card_is_valid)
    return (*issuing.findings(), *PrintedFields(view, register, printed).findings())


def measure_reflection(
    view: HistoryView,
    documents: Documents,
    register: Register,
    refusal: Refusal,
    card_is_valid: Callable[[str], bool],
    printed: Iterable[Printed] = (),
) -> Reflection:
    """Return how long changes took to show: the smallest reflection time with which every read is legal.

    Reads that no reflection time explains are findings, and left out here. None where nothing was read after a
    change: then nothing was observed.
    """
    issuing = Issuing(view, documents, register, refusal, card_is_valid)
    on_paper = PrintedFields(view, register, printed)
    needed: list[int] = []
    reads = after = 0
    for fields, span_ns, error_ns in (*_issues(issuing, view), *_papers(on_paper)):
        reads += 1
        after += any(_follows_a_change(field, span_ns[0]) for field in fields)
        if (least_ns := needed_reflection_ns(fields, *span_ns, error_ns)) is not None:
            needed.append(least_ns)
    observed = max(needed, default=0) / _NS_PER_S if after and needed else None
    documented_s = register.reflection_ns / _NS_PER_S
    return Reflection(reads=reads, after_change=after, documented_s=documented_s, observed_s=observed)


def _issues(issuing: Issuing, view: HistoryView) -> Iterator[tuple[list[Field], tuple[int, int], int]]:
    for history, read in issuing.reads():
        one = view.of(read.name)
        if len(history) > 1 and one is not None:
            yield [(history, read.value)], (read.start_ns, read.end_ns), one.error_ns


def _papers(on_paper: PrintedFields) -> Iterator[tuple[list[Field], tuple[int, int], int]]:
    for document in on_paper.documents:
        yield on_paper.fields(document), document.span_ns, document.one.error_ns


def _follows_a_change(field: Field, start_ns: int) -> bool:
    """Tell whether some change of the register was complete before a read began."""
    history, _ = field
    return any(write.end_ns <= start_ns for write in history.writes[1:])
