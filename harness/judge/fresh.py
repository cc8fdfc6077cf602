"""The freshness side of judging: what documents print of changed fields, its check, observed reflection times."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from harness.checks.documents import Documents
from harness.checks.freshness import check_freshness, measure_reflection
from harness.checks.history import HistoryView
from harness.checks.issuing import Refusal
from harness.checks.printed import Printed, without_repeated
from harness.checks.register import Register
from harness.judge.inputs import Inputs
from harness.judge.printed_fields import PrintedFields
from harness.records.findings import Finding
from harness.records.verdict import Reflection


class FreshnessSide:
    """Everything the judge asks about freshness. `look` first, which may crash as any check may."""

    def __init__(
        self,
        inputs: Inputs,
        view: HistoryView,
        register: Register,
        refusal: Refusal,
        card_is_valid: Callable[[str], bool],
    ) -> None:
        """Nothing is seen yet."""
        self._inputs, self._view, self._register = inputs, view, register
        self._refusal, self._card_is_valid = refusal, card_is_valid
        self._printed: tuple[Printed, ...] = ()
        self.reflection = Reflection()

    def look(self, documents: Documents) -> None:
        """See what documents print of changed fields, and how long changes took to show; without a profile nothing."""
        inputs, register = self._inputs, self._register
        if inputs.profile is not None and register.touched:
            fields = PrintedFields(inputs.population, inputs.profile, register)
            self._printed = fields.of_run(self._view, documents, inputs.readings)
        self.reflection = measure_reflection(*self._what(documents))

    def findings(self, documents: Documents) -> tuple[Finding, ...]:
        """Return the findings of property F."""
        return check_freshness(*self._what(documents))

    def without_repeated(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return all findings but those of wrong content that one of freshness names better."""
        return without_repeated(findings, self._printed)

    def _what(
        self, documents: Documents
    ) -> tuple[HistoryView, Documents, Register, Refusal, Callable[[str], bool], tuple[Printed, ...]]:
        return self._view, documents, self._register, self._refusal, self._card_is_valid, self._printed
