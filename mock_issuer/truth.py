"""Judges the debug log after the fact: who holds whose document, or one that no state of the register allows.

For tests and scoreboards of testers. It composes every document anew from the population and the numbered changes, so
a defect is judged by what came of it, not by what the defect's own code says.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from pathlib import Path

from msgspec import Struct

from mock_issuer.debuglog import Applied, Entered, Given, Printed, Rendered, printed, read_debug_logs
from mock_issuer.documents.dates import PlainDates
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Order
from mock_issuer.past import Past
from mock_issuer.people import Resident
from mock_issuer.refusals import Refusal
from mock_issuer.rules import require_issuable
from mock_issuer.settings import State


class Kind(StrEnum):
    """What is wrong with a document in somebody's hands."""

    ANOTHERS = "another's"  # made for another application
    INHERITED = "inherited"  # made for the person whose session was left open
    MIXED = "mixed"  # made for this application, with other people's data in it
    CONTENT = "content"  # of this person, but as no state of the register has it
    ZOMBIE = "zombie"  # of this person, to whom nothing might be issued
    DAMAGED = "damaged"  # bytes that nobody made


class WrongDocument(Struct, frozen=True, kw_only=True):
    """One wrong document that reached a kiosk."""

    kind: Kind
    kiosk: str
    application: str
    digest: str  # of the bytes that were given out
    victim: str  # resident who stood at the kiosk
    donor: str = ""  # resident whose data it holds, "" if nobody else's
    donor_application: str = ""
    values: tuple[str, ...] = ()  # what should not stand on it
    defects: tuple[str, ...] = ()  # that were on when it was made or given out
    at: str = ""


class LetIn(Struct, frozen=True, kw_only=True):
    """A card that was accepted although it should have been refused."""

    kind: str = "let in"
    kiosk: str
    victim: str  # resident whose session it opened
    refusal: str  # that was due
    defects: tuple[str, ...] = ()
    at: str


class _Content(Struct, frozen=True):
    title: str
    pages: tuple[Printed, ...]
    picture: str


def wrong_documents(
    state: State, population: Path, since: str = "", *, reflection_s: float = 0.0
) -> tuple[WrongDocument, ...]:
    """Return every wrong document that the centre gave to a kiosk, oldest first; `since`: from this ISO instant on.

    `reflection_s`: documented reflection time; states as old as that are right too.
    """
    truth = _Truth(state, population, reflection_s)
    return tuple(sorted(truth.wrong(since), key=lambda w: w.at))


def wrongly_let_in(state: State) -> tuple[LetIn, ...]:
    """Return every card that was accepted wrongly, oldest first."""
    entered = [line for line in read_debug_logs(state.debug) if isinstance(line, Entered) and line.gap]
    return tuple(
        LetIn(kiosk=line.kiosk, victim=line.resident, refusal=line.gap, defects=line.defects, at=line.at)
        for line in sorted(entered, key=lambda line: line.at)
    )


class _Truth:
    """The lines of all processes, and the register's past."""

    def __init__(self, state: State, population: Path, reflection_s: float) -> None:
        self._reflection = timedelta(seconds=reflection_s)
        lines = list(read_debug_logs(state.debug))
        self._past = Past(population, state.register)
        self._owners = _owners(self._past)
        self._given = [line for line in lines if isinstance(line, Given)]
        self._made = {line.digest: line for line in lines if isinstance(line, Rendered)}
        self._applied = {line.application: line for line in lines if isinstance(line, Applied)}
        self._entered: dict[str, list[Entered]] = defaultdict(list)
        for line in lines:
            if isinstance(line, Entered):
                self._entered[line.session].append(line)

    def wrong(self, since: str) -> Iterator[WrongDocument]:
        """Yield what is wrong, in no order."""
        for given in (line for line in self._given if line.at >= since):
            applied, made = self._applied.get(given.application), self._made.get(given.digest)
            if applied is not None:
                victim = self._at_the_kiosk(given) or applied.resident
                fault = self._fault(given, applied, made, victim)
                if fault is not None:
                    yield fault

    def _at_the_kiosk(self, given: Given) -> str:
        """Return whose card was shown last in the session before the document came."""
        shown = [line for line in self._entered[given.session] if line.at <= given.at]
        return shown[-1].presented if shown else ""

    def _fault(self, given: Given, applied: Applied, made: Rendered | None, victim: str) -> WrongDocument | None:
        fault = WrongDocument(
            kind=Kind.DAMAGED,
            kiosk=applied.kiosk,
            application=given.application,
            digest=given.digest,
            victim=victim,
            defects=tuple(sorted({*given.defects, *applied.defects, *(made.defects if made else ())})),
            at=given.at,
        )
        if made is None:
            return fault
        if made.application != given.application:
            return _as(fault, Kind.ANOTHERS, donor=made.resident, donor_application=made.application)
        if applied.resident != victim:
            return _as(fault, Kind.INHERITED, donor=applied.resident)
        return self._of_content(fault, applied, made)

    def _of_content(self, fault: WrongDocument, applied: Applied, made: Rendered) -> WrongDocument | None:
        first = applied.version
        if self._reflection:
            first = min(first, self._past.version_at(datetime.fromisoformat(applied.at) - self._reflection))
        versions = self._past.versions(self._concerned(applied), first, made.version)
        legal = [self._legal(applied, made, version) for version in versions]
        allowed = [content for content in legal if content is not None]
        if any(_same(made, content) for content in allowed):
            return None
        if not allowed:
            return _as(fault, Kind.ZOMBIE)
        strange = tuple(sorted(_values(made) - set().union(*map(_content_values, allowed))))
        own = self._concerned(applied)
        donors = Counter(owner for value in strange for owner in self._owners.get(value, ()) if owner not in own)
        if not donors:
            return _as(fault, Kind.CONTENT, values=strange)
        return _as(fault, Kind.MIXED, values=strange, donor=donors.most_common(1)[0][0])

    def _concerned(self, applied: Applied) -> set[str]:
        """Return everybody whom an applicant's certificates may show: household and 戸籍."""
        person = self._past.residents.get(applied.resident)
        koseki = self._past.registers.get(person.koseki or "") if person else None
        relatives = (member.resident for member in koseki.members if member.resident) if koseki else ()
        household = self._past.households.get(person.household or "", ()) if person and person.household else ()
        return {applied.resident, *household, *relatives}

    def _legal(self, applied: Applied, made: Rendered, version: int) -> _Content | None:
        """Return what the document has to say at a version, None where it may not be issued."""
        view, today = self._past.at(version), datetime.fromisoformat(made.at).date()
        extract, seal = view.extract(applied.resident), view.seal(applied.resident)
        wants_seal = applied.certificate == "inkan"
        if extract is None or (wants_seal and (seal is None or seal.cancelled_on)):
            return None
        order = Order(
            certificate=applied.certificate,
            choice=applied.options,
            extract=extract,
            today=today,
            picture=seal.picture if wants_seal and seal else "",
        )
        try:
            require_issuable(extract, applied.certificate, applied.options, today)
            layout = COMPOSERS[applied.certificate](order)
        except Refusal:
            return None
        return _Content(layout.title, printed(layout.pages), order.picture)


def _as(fault: WrongDocument, kind: Kind, **facts: object) -> WrongDocument:
    values = {name: getattr(fault, name) for name in fault.__struct_fields__}
    return WrongDocument(**{**values, "kind": kind, **facts})


def _same(made: Rendered, content: _Content) -> bool:
    seal = not content.picture or content.picture in made.pictures
    return seal and made.title == content.title and _folded(made.pages) == _folded(content.pages)


def _folded(pages: tuple[Printed, ...]) -> list[list[tuple[str, str]]]:
    """Return what stands on pages, whatever the width of kana and the variant of a glyph."""
    return [[(label, _fold(value)) for label, value in page] for page in pages]


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not "\ufe00" <= c <= "\ufe0f" and not "\U000e0100" <= c <= "\U000e01ef")


def _values(made: Rendered) -> set[str]:
    return {value for page in made.pages for _, value in page} | set(made.pictures)


def _content_values(content: _Content) -> set[str]:
    return {value for page in content.pages for _, value in page} | {content.picture}


def _owners(past: Past) -> dict[str, set[str]]:
    """Return which residents each printed value may come from, as exported or as changed later."""
    owners: dict[str, set[str]] = defaultdict(set)
    for key, person in past.residents.items():
        seal = past.at(0).seal(key)
        for value in chain(_printed_values(person), (seal.picture,) if seal else ()):
            owners[value].add(key)
        for _, update in past.changes.get(key, ()):
            owners[str(update.value)].add(key)
    owners.pop("", None)
    return owners


def _printed_values(person: Resident) -> Iterator[str]:
    texts = (
        person.name,
        person.kana,
        person.former_name,
        person.alias,
        person.address,
        person.honseki,
        person.hittousha,
    )
    yield from (text for text in texts if text)
    yield from (PlainDates().day(date) for date in (person.born_on, person.address_since, person.notified_on) if date)
    yield from (f"{tax.total_income:,}円" for tax in person.taxes)
