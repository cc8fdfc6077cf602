"""Which certificates may be issued at a kiosk to whom (domain: not issuable at a kiosk). Pure rules, no issuer's code.

Where municipalities differ, the target file's `[rules]` decide. The rules say whom a plan asks to be refused on
purpose, and what must never be issued; what a target refuses with a reason is recorded as it answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from harness.records.certificates import Certificate
from harness.records.resident import KosekiAccess, Residency, Resident
from harness.records.rules import DEFAULT_RULES, Rules

# Every reason there is, in the order in which they are told. The codes are those of the reference issuer's interface.
REASONS = (
    "DECEASED",
    "MOVED_OUT",
    "RESTRICTED",
    "GAIJI_PENDING",
    "NAME_TOO_LONG",
    "UNDER_15",
    "NOT_REGISTERED",
    "KOSEKI_ACCESS_NONE",
    "KOSEKI_ACCESS_PENDING",
    "SEAL_NOT_REGISTERED",
    "SEAL_CANCELLED",
)
_AT_HOME = frozenset({Certificate.JUMINHYO, Certificate.KISAIJIKO, Certificate.INKAN, Certificate.TAX})
_OF_KOSEKI = frozenset({Certificate.KOSEKI, Certificate.FUHYO})


def refusal(resident: Resident, certificate: Certificate, on: date, rules: Rules = DEFAULT_RULES) -> str:
    """Return why `certificate` may not be issued to `resident` on that day, "" where it may.

    Unknown items (None) never forbid. Of several reasons the first of `REASONS` is returned.
    """
    return next(refusals(resident, certificate, on, rules), "")


def refusals(resident: Resident, certificate: Certificate, on: date, rules: Rules = DEFAULT_RULES) -> Iterator[str]:
    """Yield every reason why `certificate` may not be issued, in the order of `REASONS`."""
    yield from _of_person(resident, on, rules)
    elsewhere = resident.residency is Residency.ELSEWHERE
    if certificate in _AT_HOME and elsewhere:
        yield "NOT_REGISTERED"
    if certificate in _OF_KOSEKI:
        yield from _of_koseki(resident, elsewhere, rules)
    if certificate is Certificate.INKAN:
        yield from _of_seal(resident)


def reasons_ruled(rules: Rules) -> tuple[str, ...]:
    """Return the reasons for which anybody may be refused under `rules`."""
    off = {
        "UNDER_15": rules.minimum_age == 0,
        "NAME_TOO_LONG": rules.name_limit == 0,
        "RESTRICTED": not rules.refuse_restricted,
        "GAIJI_PENDING": not rules.refuse_gaiji_pending,
        "KOSEKI_ACCESS_NONE": not rules.koseki_access,
        "KOSEKI_ACCESS_PENDING": not rules.koseki_access,
    }
    return tuple(reason for reason in REASONS if not off.get(reason))


def concerned(reason: str) -> frozenset[Certificate]:
    """Return the certificates that may be refused for a reason of `REASONS`."""
    if reason.startswith("SEAL_"):
        return frozenset({Certificate.INKAN})
    return _OF_KOSEKI if reason.startswith("KOSEKI_") else frozenset(Certificate)


def age(born_on: str, on: date) -> int:
    """Return the age in full years on a day of who was born on an ISO date."""
    born = date.fromisoformat(born_on)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def longest_name(resident: Resident) -> int:
    """Return the characters (code points) of the longest of name, alias and former name."""
    return max(len(name or "") for name in (resident.name, resident.alias, resident.former_name))


def _of_person(resident: Resident, on: date, rules: Rules) -> Iterator[str]:
    if resident.residency is Residency.DECEASED:
        yield "DECEASED"
    if resident.residency is Residency.MOVED_OUT:
        yield "MOVED_OUT"
    if resident.restricted and rules.refuse_restricted:
        yield "RESTRICTED"
    if resident.gaiji_pending and rules.refuse_gaiji_pending:
        yield "GAIJI_PENDING"
    if _too_long(resident, rules.name_limit):
        yield "NAME_TOO_LONG"
    if resident.born_on and age(resident.born_on, on) < rules.minimum_age:
        yield "UNDER_15"


def _too_long(resident: Resident, limit: int | None) -> bool:
    if limit is None:
        return "name_too_long" in resident.traits
    return 0 < limit < longest_name(resident)


def _of_koseki(resident: Resident, elsewhere: bool, rules: Rules) -> Iterator[str]:
    if resident.koseki in {None, ""}:
        yield "NOT_REGISTERED"
    elif elsewhere and rules.koseki_access and resident.koseki_access is not KosekiAccess.REGISTERED:
        yield f"KOSEKI_ACCESS_{resident.koseki_access.name}"


def _of_seal(resident: Resident) -> Iterator[str]:
    if resident.seal is None:
        yield "SEAL_NOT_REGISTERED"
    elif resident.seal.cancelled_on:
        yield "SEAL_CANCELLED"
