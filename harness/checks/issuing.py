"""Property F, as far as issuing at all: a document reads "may be issued" in the register, a refusal "may not"."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.checks.documents import Documents
from harness.checks.history import Application, Delivered, HistoryView
from harness.checks.register import Register
from harness.checks.register_reads import Judged, Read, judge_reads
from harness.checks.told_changes import why
from harness.checks.value_history import Slack, ValueHistory
from harness.records.certificates import Certificate
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.history import Ending
from harness.records.plan import Probe
from harness.records.resident import Resident

Refusal = Callable[[Resident, Certificate], str]
"""Why a certificate may not be issued to a resident in this state; "" where it may."""
_OF_REFUSALS = {Anomaly.STALE, Anomaly.ABORTED_READ, Anomaly.NEW_OLD_INVERSION}


class Issuing:
    """Judges who was issued something and who was refused, against what the register allowed at the time."""

    def __init__(
        self,
        view: HistoryView,
        documents: Documents,
        register: Register,
        refusal: Refusal,
        card_is_valid: Callable[[str], bool],
    ) -> None:
        """Look at a history; a refused card that is not valid is no read of the register."""
        self._view, self._documents, self._register = view, documents, register
        self._refusal, self._card_is_valid = refusal, card_is_valid
        self._origin_ns, self._last_ns = view.started_ns, view.last_ns
        self._known: dict[tuple[str, Certificate], str] = {}  # reasons, of people whom nobody changed

    def findings(self) -> Iterator[Finding]:
        """Yield ZOMBIE-ISSUE where no legal state allowed the issue, and refusals that no legal state explains."""
        ordered: dict[tuple[str, Certificate], list[int]] = {}
        touched = self._register.touched
        for place, (resident, certificate, ending) in enumerate(self._rows()):
            if resident not in touched:
                reason = self._reason(resident, certificate)
                if reason or ending is Ending.REFUSED:
                    yield from self._by_states(place, {reason})
            elif self._register.known_order(resident):
                ordered.setdefault((resident, certificate), []).append(place)
            else:
                yield from self._by_states(place, self._reasons(place))
        for (resident, certificate), places in ordered.items():
            yield from self._in_order(resident, certificate, places)

    def reads(self) -> Iterator[tuple[ValueHistory, Read]]:
        """Yield what was read of whether certificates may be issued to people whose register entry was changed."""
        for place, (resident, certificate, _) in enumerate(self._rows()):
            ordered = resident in self._register.changed and self._register.known_order(resident)
            if ordered and (read := self._read(place)) is not None:
                yield self._history(resident, certificate), read

    def _rows(self) -> Iterator[tuple[str, Certificate, Ending | None]]:
        table = self._view.applications
        columns = (table.column("resident"), table.column("certificate"), table.column("ending"))
        return zip(*columns, strict=True)

    def _reason(self, resident: str, certificate: Certificate) -> str:
        """Return why somebody whom nobody changed may not be issued a certificate; "" for people unknown too."""
        known = self._known.get((resident, certificate))
        if known is None:
            states = self._register.states(resident, 0, 0)
            known = self._known[resident, certificate] = self._refusal(states[0], certificate) if states else ""
        return known

    def _reasons(self, place: int) -> set[str]:
        one = self._view.applications[place]
        states = self._register.states(one.resident, *one.span_ns(self._last_ns))
        return {self._refusal(state, one.certificate) for state in states}

    def _by_states(self, place: int, reasons: set[str]) -> Iterator[Finding]:
        """Judge one application by all states that were legal: where no order of the changes is known."""
        one = self._view.applications[place]
        if "" not in reasons:
            if (delivered := self._handed_out(place)) is not None:
                yield self._zombie(one, delivered, reasons)
        elif one.ending is Ending.REFUSED and reasons == {""} and self._is_read(one):
            yield _refused(one, Anomaly.UNEXPLAINED)

    def _in_order(self, resident: str, certificate: Certificate, places: list[int]) -> Iterator[Finding]:
        by_name = {self._view.applications.strings("application")[p]: p for p in places}
        reads = [read for p in places if (read := self._read(p)) is not None]
        errors = self._view.applications.integers("error_ns")
        slack = Slack(reflection_ns=self._register.reflection_ns, clock_error_ns=max(errors[p] for p in places))
        history = self._history(resident, certificate)
        for judged in judge_reads(history, reads, slack):
            if judged.anomaly is not None:
                yield self._finding(by_name[judged.read.name], judged, history)

    def _history(self, resident: str, certificate: Certificate) -> ValueHistory:
        return self._register.history_of(resident, lambda state: not self._refusal(state, certificate))

    def _read(self, place: int) -> Read | None:
        """Return what an application read: True where its own document came, False where it was refused."""
        one = self._view.applications[place]
        delivered = self._handed_out(place)
        if delivered is not None:
            return Read(one.application, one.started_ns, max(one.started_ns, delivered.at_ns), True)
        if one.ending is Ending.REFUSED and self._is_read(one):
            return Read(one.application, one.started_ns, one.ended_ns, False)
        return None

    def _is_read(self, one: Application) -> bool:
        known = bool(self._register.states(one.resident, 0, 0))
        return known and self._card_is_valid(one.card) and one.probe is not Probe.WRONG_SIGNATURE

    def _handed_out(self, place: int) -> Delivered | None:
        """Return the first whole document of an application on which nobody else stands."""
        for delivered in self._view.deliveries_to(place):
            judgement = self._documents.judgement(delivered.delivery)
            if delivered.complete and judgement is not None and not judgement.foreign:
                return delivered
        return None

    def _finding(self, place: int, judged: Judged, history: ValueHistory) -> Finding:
        one, anomaly = self._view.applications[place], judged.anomaly
        assert anomaly is not None
        evidence = tuple(why(judged, history, self._origin_ns, "issuable", one.resident))
        review = anomaly is Anomaly.NEW_OLD_INVERSION and self._register.reflection_ns > 0
        delivered = self._handed_out(place) if judged.read.value else None
        if delivered is None:
            known = anomaly if anomaly in _OF_REFUSALS else Anomaly.UNEXPLAINED
            return _refused(one, known, evidence, review=review)
        if anomaly is not Anomaly.NEW_OLD_INVERSION:
            return self._zombie(one, delivered, self._reasons(place), evidence)
        return _finding(one, anomaly, Severity.REVIEW if review else Severity.DEFECT, evidence, delivered)

    def _zombie(
        self, one: Application, delivered: Delivered, reasons: set[str], more: tuple[Evidence, ...] = ()
    ) -> Finding:
        told = (Evidence(kind="register", item="issuable", value=r, owner=one.resident) for r in sorted(reasons) if r)
        return _finding(one, Anomaly.ZOMBIE_ISSUE, Severity.DEFECT, (*told, *more), delivered)


def _refused(one: Application, anomaly: Anomaly, more: tuple[Evidence, ...] = (), *, review: bool = False) -> Finding:
    told = Evidence(kind="refusal", value=f"{one.code} {one.reason}".strip(), owner=one.resident)
    unsure = review or anomaly is Anomaly.UNEXPLAINED
    return _finding(one, anomaly, Severity.REVIEW if unsure else Severity.DEFECT, (told, *more), None)


def _finding(
    one: Application,
    anomaly: Anomaly,
    severity: Severity,
    evidence: tuple[Evidence, ...],
    delivered: Delivered | None,
) -> Finding:
    return Finding(
        finding="",
        property=Property.FRESHNESS,
        anomaly=anomaly,
        severity=severity,
        application=one.application,
        delivery=delivered.delivery if delivered else "",
        digest=delivered.digest if delivered else "",
        victim=one.resident,
        evidence=evidence,
    )
