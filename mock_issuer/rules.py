"""What may be issued at a kiosk, to whom, for what fee."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mock_issuer.documents.layout import Choice
from mock_issuer.people import Extract, Residency, Resident
from mock_issuer.refusals import may_not_issue

MINIMUM_AGE = 15
MOST_COPIES = 10
FEES_YEN = {"juminhyo": 300, "kisaijiko": 300, "inkan": 300, "tax": 300, "koseki": 450, "fuhyo": 300}
AT_HOME = frozenset({"juminhyo", "kisaijiko", "inkan", "tax"})  # about people living here


def require_issuable(extract: Extract, certificate: str, choice: Choice, today: date) -> None:
    """Raise Refusal 409 unless the applicant may get this certificate at a kiosk today."""
    person = extract.applicant
    _require_person(person, today)
    _require_choice(choice)
    if certificate in AT_HOME:
        _require_home(person, today)
        if certificate in {"juminhyo", "kisaijiko"}:
            _require_unprotected(extract.household, extract, choice)
    else:
        _require_koseki(extract)
        if certificate == "fuhyo":
            _require_unprotected(extract.relatives.values(), extract, choice)


def _require_person(person: Resident, today: date) -> None:
    if person.residency is Residency.DECEASED:
        raise may_not_issue("DECEASED")
    if person.residency is Residency.MOVED_OUT:
        raise may_not_issue("MOVED_OUT")
    if person.restricted:
        raise may_not_issue("RESTRICTED")
    if person.born_on and _age(date.fromisoformat(person.born_on), today) < MINIMUM_AGE:
        raise may_not_issue("UNDER_15")


def _require_choice(choice: Choice) -> None:
    if choice.my_number or not 1 <= choice.copies <= MOST_COPIES or choice.scope not in {"all", "some", "self"}:
        raise may_not_issue("NOT_ALLOWED")


def _require_home(person: Resident, today: date) -> None:
    if person.residency is Residency.ELSEWHERE:
        raise may_not_issue("NOT_REGISTERED")
    if person.resident_since == today.isoformat():
        raise may_not_issue("MOVED_IN_TODAY")


def _require_unprotected(people: Iterable[Resident], extract: Extract, choice: Choice) -> None:
    """What shows a protected person's address (支援措置) is not issued to anybody of household or 戸籍."""
    wanted = {extract.applicant.key} if choice.scope == "self" else set(choice.persons)
    if any(p.restricted for p in people if choice.scope == "all" or p.key in wanted):
        raise may_not_issue("RESTRICTED")


def _require_koseki(extract: Extract) -> None:
    person = extract.applicant
    if extract.koseki is None or person.key not in {m.resident for m in extract.koseki.members}:
        raise may_not_issue("NOT_REGISTERED")
    if person.residency is Residency.ELSEWHERE and person.koseki_access != "registered":
        raise may_not_issue(f"KOSEKI_ACCESS_{'PENDING' if person.koseki_access == 'pending' else 'NONE'}")


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
