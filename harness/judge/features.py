"""Writes down the features of every misdelivery (checking.md, attribution): facts seen from outside, no cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

import numpy as np
import numpy.typing as npt

from harness.checks.documents import Documents
from harness.checks.history import NEVER, Application, Delivered, HistoryView, overlap, predecessors
from harness.judge.faults import fault_spans, meets
from harness.judge.ranks import departure_ns, departures_ns, turns
from harness.records.features import FEATURES_VERSION, Features, LimitDistance
from harness.records.findings import Anomaly, Finding, Severity
from harness.records.ownership import PageVerdict
from harness.records.reading import Reading
from harness.records.verdict import FinalClass

OF_ANOTHER = frozenset(
    {
        Anomaly.MISDELIVERY,
        Anomaly.PAGE_MIX,
        Anomaly.WRONG_SEAL,
        Anomaly.WRONG_ITEM,
        Anomaly.RESIDUE,
        Anomaly.STRANGER,
        Anomaly.LATE_CROSS,
        Anomaly.IDOR,
        Anomaly.SESSION_BLEED,
    }
)
_MS_NS = 1_000_000
_FOREIGN = frozenset({PageVerdict.FOREIGN, PageVerdict.MIXED})


def _no_reading(digest: str) -> Reading | None:
    """Stand for readings that nobody has."""
    return None


def features_of(
    view: HistoryView,
    findings: Iterable[Finding],
    documents: Documents,
    classes: Mapping[str, FinalClass | None],
    limits_ms: Sequence[float] = (),
    reading: Callable[[str], Reading | None] = _no_reading,
    connections: Callable[[], Sequence[int]] = tuple,
) -> tuple[Features, ...]:
    """Return one record per application that received another person's data, in the order of the findings.

    `classes` are the final classes, `limits_ms` the declared time limits, `reading` gives what was read of a digest,
    `connections` a number of each application's connection, or nothing; it is asked once, and only where there is a
    case. O(n log n), and nothing without a case.
    """
    cases: dict[str, Finding] = {}
    for finding in findings:
        grave = finding.anomaly in OF_ANOTHER and finding.severity is Severity.GRAVE
        if grave and finding.application in view.places:
            cases.setdefault(finding.application, finding)
    if not cases:
        return ()
    seen = _Seen(view, documents, classes, limits_ms, cases, reading, connections())
    return tuple(seen.features(finding) for finding in cases.values())


class _Seen:
    """What is looked up for every case, computed once."""

    def __init__(
        self,
        view: HistoryView,
        documents: Documents,
        classes: Mapping[str, FinalClass | None],
        limits_ms: Sequence[float],
        cases: Mapping[str, Finding],
        reading: Callable[[str], Reading | None],
        connections: Sequence[int],
    ) -> None:
        self._view, self._documents, self._classes, self._limits_ms = view, documents, classes, limits_ms
        self._cases, self._reading, self._connections = cases, reading, connections
        self._before_on = _before_on_connection(view, connections)
        of = view.applications
        ends = np.array(of.integers("ended_ns"), dtype=np.int64)
        self._starts = np.sort(np.array(of.integers("started_ns"), dtype=np.int64))
        self._ends = np.sort(np.where(ends == NEVER, view.last_ns, ends))
        self._before = predecessors(view)
        self._ranks = _ranks(view)
        self._faults = fault_spans(view)
        self._solo_ms = {kind: median(waits) for kind, waits in self._waits_alone().items()}
        self._asked_again = self._by_wish()

    def features(self, finding: Finding) -> Features:
        """Return the record of one case."""
        view, place = self._view, self._view.places[finding.application]
        victim, donor = view.applications[place], view.of(finding.donor_application)
        wait_ms = victim.waited_ns / _MS_NS if victim.waited_ns != NEVER else None
        before = self._before[place]
        predecessor = view.applications[before] if before != NEVER else None
        solo_ms = self._solo_ms.get(victim.certificate)
        again = self._again(victim)
        pages = self._pages(finding.delivery)
        got = self._delivery(place, finding.delivery)
        on = self._before_on.get(place, NEVER)
        before_on = view.applications[on] if on != NEVER else None
        return Features(
            version=FEATURES_VERSION,
            finding=finding.finding,
            anomaly=finding.anomaly,
            pattern=finding.pattern,
            batch=victim.batch,
            victim=finding.victim,
            donor=finding.donor,
            application=finding.application,
            donor_application=finding.donor_application,
            overlap=overlap(victim, donor, view.last_ns) if donor else None,
            gap_ms=(departure_ns(donor) - departure_ns(victim)) / _MS_NS if donor else None,
            same_server_second=_same(victim.server_date, donor.server_date if donor else ""),
            wait_ms=wait_ms,
            wait_of_solo=wait_ms / solo_ms if wait_ms is not None and solo_ms else None,
            limit=self._limit(wait_ms),
            ends_after_donor_ms=_after_ms(victim, donor),
            in_flight=self._in_flight(victim),
            same_node=_same(victim.node, donor.node if donor else ""),
            same_kiosk=_same(victim.kiosk, donor.kiosk if donor else ""),
            same_connection=self._same_connection(place, finding.donor_application),
            node_rank=self._rank(finding.application),
            donor_node_rank=self._rank(finding.donor_application),
            kiosk_before=predecessor.ending if predecessor else None,
            donor_was_before=predecessor is not None and predecessor.resident == finding.donor,
            connection_before=before_on.ending if before_on else None,
            donor_was_before_on_connection=before_on.resident == finding.donor if before_on else None,
            fault_active=meets(victim, self._faults),
            certificate=victim.certificate,
            donor_certificate=donor.certificate if donor else "",
            pages=len(pages),
            foreign_pages=sum(1 for verdict in pages if verdict in _FOREIGN),
            donor_pages=self._pages_of(finding.donor_application),
            same_bytes=self._shared(got, donor, "digest"),
            same_number=self._shared(got, donor, "issue_number"),
            same_file_id=self._made_alike(got, donor, "file_id"),
            same_created=self._made_alike(got, donor, "created"),
            own_headers=_same(got.request_id, victim.request_id) if got else None,
            donor_headers=_same(got.request_id, donor.request_id) if got and donor else None,
            donor_fate=self._classes.get(finding.donor_application),
            retried=again != "",
            retry=self._classes.get(again),
            retry_same_donor=self._cases[again].donor == finding.donor if again in self._cases else None,
        )

    def _same_connection(self, place: int, donor: str) -> bool | None:
        theirs = self._view.places.get(donor, NEVER)
        if not self._connections or theirs == NEVER or NEVER in (self._connections[place], self._connections[theirs]):
            return None
        return self._connections[place] == self._connections[theirs]

    def _waits_alone(self) -> dict[str, list[float]]:
        """Return the waits of those who were under way with nobody else, by certificate."""
        waits: dict[str, list[float]] = defaultdict(list)
        for one in self._view.applications:
            if NEVER not in (one.waited_ns, one.ended_ns) and self._alone(one):
                waits[one.certificate].append(one.waited_ns / _MS_NS)
        return waits

    def _alone(self, one: Application) -> bool:
        begun = np.searchsorted(self._starts, one.ended_ns, side="right")
        ended = np.searchsorted(self._ends, one.started_ns, side="left")
        return int(begun - ended) == 1

    def _in_flight(self, one: Application) -> int:
        at_ns = departure_ns(one)
        begun = np.searchsorted(self._starts, at_ns, side="right")
        return int(begun - np.searchsorted(self._ends, at_ns, side="left"))

    def _by_wish(self) -> dict[tuple[str, str], list[Application]]:
        """Return applications by resident and certificate, in the order of their starts."""
        wishes: dict[tuple[str, str], list[Application]] = defaultdict(list)
        for one in self._view.applications:
            wishes[one.resident, one.certificate].append(one)
        return {wish: sorted(some, key=lambda one: one.started_ns) for wish, some in wishes.items()}

    def _rank(self, application: str) -> int | None:
        place = self._view.places.get(application)
        return int(self._ranks[place]) or None if place is not None else None

    def _again(self, victim: Application) -> str:
        """Return the first application of the same person for the same after this one had ended, "" for none."""
        later = self._asked_again[victim.resident, victim.certificate]
        ended_ns = victim.ended_ns
        asked = (one for one in later if one.options == victim.options and one.started_ns > ended_ns != NEVER)
        return next((one.application for one in asked), "")

    def _limit(self, wait_ms: float | None) -> LimitDistance | None:
        if wait_ms is None or not self._limits_ms:
            return None
        limit_ms = min(self._limits_ms, key=lambda limit: abs(wait_ms - limit))
        return LimitDistance(limit_ms=limit_ms, beyond_ms=wait_ms - limit_ms)

    def _pages(self, delivery: str) -> list[PageVerdict]:
        document = self._documents.get(delivery)
        return [page.verdict for page in document.pages] if document is not None else []

    def _pages_of(self, application: str) -> int | None:
        """Return the pages of the first whole document that an application received; None without one."""
        got = next(self._whole(application), None)
        return len(self._pages(got.delivery)) if got is not None else None

    def _whole(self, application: str) -> Iterator[Delivered]:
        place = self._view.places.get(application, NEVER)
        return (d for d in self._view.deliveries_to(place) if d.complete) if place != NEVER else iter(())

    def _delivery(self, place: int, delivery: str) -> Delivered | None:
        return next((d for d in self._view.deliveries_to(place) if d.delivery == delivery), None)

    def _shared(self, got: Delivered | None, donor: Application | None, field: str) -> bool | None:
        """Tell whether the donor received a document with the same value; None where that is not known."""
        if got is None or donor is None or not getattr(got, field):
            return None
        theirs = [getattr(d, field) for d in self._whole(donor.application)]
        return getattr(got, field) in theirs if any(theirs) else None

    def _made_alike(self, got: Delivered | None, donor: Application | None, field: str) -> bool | None:
        """Tell whether a document the donor received says the same of its making; None where either says nothing."""
        if got is None or donor is None or not (mine := self._made(got.digest, field)):
            return None
        theirs = [made for d in self._whole(donor.application) if (made := self._made(d.digest, field))]
        return mine in theirs if theirs else None

    def _made(self, digest: str, field: str) -> str:
        reading = self._reading(digest)
        return str(getattr(reading, field)) if reading is not None else ""


def _before_on_connection(view: HistoryView, connections: Sequence[int]) -> dict[int, int]:
    """Return the row of the application that left last before each on the same connection; none for the first."""
    if not connections:
        return {}
    numbers = np.array(connections, dtype=np.int64)
    order = np.lexsort((departures_ns(view), numbers)).tolist()
    return {b: a for a, b in pairwise(order) if connections[a] == connections[b] != NEVER}


def _ranks(view: HistoryView) -> npt.NDArray[np.int64]:
    """Return the place of every application among those of its node, from 1; 0 where its node is not known."""
    ranks = np.zeros(len(view.applications), dtype=np.int64)
    for rows in turns(view).values():
        ranks[rows] = np.arange(1, len(rows) + 1)
    return ranks


def _after_ms(victim: Application, donor: Application | None) -> float | None:
    if donor is None or NEVER in (victim.ended_ns, donor.ended_ns):
        return None
    return (victim.ended_ns - donor.ended_ns) / _MS_NS


def _same(one: str, other: str) -> bool | None:
    return one == other if one and other else None
