"""What the print field cannot take: characters still being registered (外字), names longer than the field."""

from __future__ import annotations

from mock_issuer.documents.layout import Order
from mock_issuer.people import Resident
from mock_issuer.refusals import may_not_issue


def require_printable(order: Order, name_limit: int) -> None:
    """Raise Refusal GAIJI_PENDING or NAME_TOO_LONG if a listed person's name cannot be printed."""
    for person in _listed(order):
        if person.gaiji_pending:
            raise may_not_issue("GAIJI_PENDING")
        if any(len(name or "") > name_limit for name in (person.name, person.alias, person.former_name)):
            raise may_not_issue("NAME_TOO_LONG")


def _listed(order: Order) -> tuple[Resident, ...]:
    choice, extract = order.choice, order.extract
    if choice.scope == "self" or order.certificate in {"inkan", "tax"}:
        return (extract.applicant,)
    family = order.certificate in {"koseki", "fuhyo"}
    people = tuple(extract.relatives.values()) if family else extract.household
    return people if choice.scope == "all" else tuple(p for p in people if p.key in choice.persons)
