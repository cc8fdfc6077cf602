"""戸籍の附票の写し: the members of a family register with all their addresses, oldest first."""

from __future__ import annotations

from mock_issuer.documents.flow import Block, Unit, pages
from mock_issuer.documents.koseki import chosen, register_of
from mock_issuer.documents.layout import Layout, Order, fitted
from mock_issuer.people import KosekiMember

_WIDTH_MM = 142.0


def compose(order: Order) -> Layout:
    """Lay out the certificate. Raises Refusal NOT_ALLOWED for persons of another 戸籍."""
    koseki = register_of(order)
    head = (fitted("本籍", koseki.honseki, _WIDTH_MM), fitted("筆頭者氏名", koseki.hittousha, _WIDTH_MM))
    members = chosen(order)
    return Layout(
        template="rows",
        title="戸籍の附票の写し",
        proof="この写しは、戸籍の附票の原本と相違ないことを証明する。",
        issued_on=order.dates.day(order.today.isoformat()),
        pages=pages(head, (_block(m, order) for m in members)),
    )


def _block(member: KosekiMember, order: Order) -> Block:
    """Return a member's rows; who is not in the register is named by the 戸籍 and has no sex on record."""
    koseki, resident, dates = register_of(order), order.extract.relatives.get(member.resident or ""), order.dates
    name = resident.name if resident else f"{koseki.hittousha.split(chr(0x3000))[0]}\u3000{member.given_name}"
    facts = (("氏名", name), ("生年月日", dates.day(member.born_on)), ("性別", resident.sex if resident else None))
    stays: tuple[Unit, ...] = tuple(
        (fitted("住所", address, _WIDTH_MM), fitted("住所を定めた年月日", dates.day(since), _WIDTH_MM))
        for address, since in member.addresses
    )
    return (*((fitted(label, value, _WIDTH_MM),) for label, value in facts), *stays)
