"""Which certificates may be issued at a kiosk to whom (domain: not issuable at a kiosk). Pure rules, no issuer's code.

A municipality's rules may differ; what a target refuses with a reason is recorded as it answers. These rules decide
whom a plan asks to be refused on purpose, and what must never be issued.
"""

from __future__ import annotations

from datetime import date

from harness.records.certificates import Certificate
from harness.records.resident import KosekiAccess, Residency, Resident

MINIMUM_AGE = 15  # kiosks issue to holders of 15 and above
_AT_HOME = frozenset({Certificate.JUMINHYO, Certificate.KISAIJIKO, Certificate.INKAN, Certificate.TAX})


def refusal(resident: Resident, certificate: Certificate, on: date) -> str:
    """Return why `certificate` may not be issued to `resident` on that day, "" where it may.

    Unknown items (None) never forbid. The codes are those of the reference issuer's interface.
    """
    return _of_person(resident, on) or _of_certificate(resident, certificate)


def _of_person(resident: Resident, on: date) -> str:
    if resident.residency is Residency.DECEASED:
        return "DECEASED"
    if resident.residency is Residency.MOVED_OUT:
        return "MOVED_OUT"
    if resident.restricted:
        return "RESTRICTED"
    if resident.gaiji_pending:
        return "GAIJI_PENDING"
    if "name_too_long" in resident.traits:
        return "NAME_TOO_LONG"
    if resident.born_on and _age(date.fromisoformat(resident.born_on), on) < MINIMUM_AGE:
        return "UNDER_15"
    return ""


def _of_certificate(resident: Resident, certificate: Certificate) -> str:
    elsewhere = resident.residency is Residency.ELSEWHERE
    if certificate in _AT_HOME and elsewhere:
        return "NOT_REGISTERED"
    if certificate in {Certificate.KOSEKI, Certificate.FUHYO}:
        return _of_koseki(resident, elsewhere)
    if certificate is Certificate.INKAN:
        return _of_seal(resident)
    return ""


def _of_koseki(resident: Resident, elsewhere: bool) -> str:
    if resident.koseki in {None, ""}:
        return "NOT_REGISTERED"
    if elsewhere and resident.koseki_access is not KosekiAccess.REGISTERED:
        return f"KOSEKI_ACCESS_{resident.koseki_access.name}"
    return ""


def _of_seal(resident: Resident) -> str:
    if resident.seal is None:
        return "SEAL_NOT_REGISTERED"
    return "SEAL_CANCELLED" if resident.seal.cancelled_on else ""


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
