"""戸籍全部事項証明書 and 戸籍個人事項証明書: the members of a family register with their 身分事項."""

from __future__ import annotations

import unicodedata

from mock_issuer.documents.dates import Dates
from mock_issuer.documents.flow import Block, Unit, pages
from mock_issuer.documents.layout import Item, Layout, Order, fitted
from mock_issuer.people import Koseki, KosekiMember
from mock_issuer.refusals import may_not_issue

_WIDTH_MM = 142.0
_LINE_EMS = 44  # of 身分事項, at the normal size


def compose(order: Order) -> Layout:
    """Lay out the certificate. Raises Refusal NOT_ALLOWED for persons of another 戸籍."""
    koseki = register_of(order)
    head = (fitted("本籍", koseki.honseki, _WIDTH_MM), fitted("筆頭者氏名", koseki.hittousha, _WIDTH_MM))
    whole = order.choice.scope == "all"
    return Layout(
        template="rows",
        title="戸籍全部事項証明書" if whole else "戸籍個人事項証明書",
        proof=f"これは、戸籍に記録されている事項の{'全部' if whole else '一部'}を証明した書面である。",
        issued_on=order.dates.day(order.today.isoformat()),
        pages=pages(head, (_block(member, order.dates) for member in chosen(order))),
    )


def register_of(order: Order) -> Koseki:
    """Return the applicant's 戸籍; the rules have made sure that there is one."""
    assert order.extract.koseki is not None
    return order.extract.koseki


def chosen(order: Order) -> tuple[KosekiMember, ...]:
    """Return which members the certificate lists, in the register's order."""
    choice, members = order.choice, register_of(order).members
    if choice.scope == "all":
        return members
    wanted = {order.extract.applicant.key} if choice.scope == "self" else set(choice.persons)
    listed = tuple(m for m in members if m.resident in wanted)
    if not wanted or len(listed) != len(wanted):
        raise may_not_issue("NOT_ALLOWED")
    return listed


def _block(member: KosekiMember, dates: Dates) -> Block:
    facts = (
        ("名", member.given_name),
        ("生年月日", dates.day(member.born_on)),
        ("父", member.father),
        ("母", member.mother),
        ("続柄", member.relation),
    )
    rows: list[Unit] = [(fitted(label, value, _WIDTH_MM),) for label, value in facts]
    if member.removed:
        rows.append((fitted("戸籍区分", "除籍", _WIDTH_MM),))
    return (*rows, *map(_event, member.events))


def _event(event: str) -> Unit:
    """Return one 身分事項 as rows, broken at its spaces."""
    lines = [""]
    for word in event.split(" "):
        if lines[-1] and _ems(lines[-1]) + _ems(word) > _LINE_EMS:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    first, *others = (fitted("身分事項", line, _WIDTH_MM) for line in lines)
    return (first, *(Item(label="", value=item.value, size=item.size) for item in others))


def _ems(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.6 for c in text)
