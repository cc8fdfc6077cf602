"""住民票の写し and 住民票記載事項証明書: the chosen members of a household, at most four a sheet."""

from __future__ import annotations

from mock_issuer.documents.layout import OMITTED, Item, Layout, Order, Page, fitted
from mock_issuer.people import Resident
from mock_issuer.refusals import may_not_issue

PERSONS_A_SHEET = 4
_FULL_MM, _HALF_MM = 142.0, 52.0
_TITLES = {
    "juminhyo": ("住民票の写し", "この写しは、住民票の原本と相違ないことを証明する。"),
    "kisaijiko": ("住民票記載事項証明書", "上記の事項は、住民票に記載があることを証明する。"),
}


def compose(order: Order) -> Layout:
    """Lay out the certificate. Raises Refusal NOT_ALLOWED for persons outside the household."""
    persons = chosen(order)
    title, proof = _TITLES[order.certificate]
    head = _head(order)
    sheets = [persons[i : i + PERSONS_A_SHEET] for i in range(0, len(persons), PERSONS_A_SHEET)]
    pages = tuple(Page(head=head, blocks=tuple(_block(p, order) for p in sheet)) for sheet in sheets)
    return Layout(
        template="persons", title=title, proof=proof, issued_on=order.dates.day(order.today.isoformat()), pages=pages
    )


def chosen(order: Order) -> tuple[Resident, ...]:
    """Return whom the certificate lists, in the household's order."""
    choice, household = order.choice, order.extract.household
    if choice.scope == "all":
        return household
    if choice.scope == "self":
        return (order.extract.applicant,)
    wanted = set(choice.persons)
    listed = tuple(p for p in household if p.key in wanted)
    if not wanted or len(listed) != len(wanted):
        raise may_not_issue("NOT_ALLOWED")
    return listed


def _head(order: Order) -> tuple[Item, ...]:
    applicant = order.extract.applicant
    householder = applicant.householder if order.choice.relation else OMITTED
    return (fitted("住所", applicant.address, _FULL_MM), fitted("世帯主", householder, _FULL_MM))


def _block(person: Resident, order: Order) -> tuple[tuple[Item, ...], ...]:
    return _foreign(person, order) if person.foreign else _japanese(person, order)


def _japanese(person: Resident, order: Order) -> tuple[tuple[Item, ...], ...]:
    choice, day = order.choice, order.dates.day
    above = _column(_FULL_MM, ("氏名", person.name), ("ふりがな", person.kana))
    left = _column(
        _HALF_MM,
        ("旧氏", person.former_name),
        ("性別", person.sex),
        ("住民となった年月日", day(person.resident_since)),
        ("届出日", day(person.notified_on)),
    )
    right = _column(
        _HALF_MM,
        ("生年月日", day(person.born_on)),
        ("続柄", person.relation if choice.relation else OMITTED),
        ("住所を定めた年月日", day(person.address_since)),
        ("筆頭者", person.hittousha if choice.honseki else OMITTED),
    )
    honseki = person.honseki if choice.honseki else OMITTED
    return (above, left, right, _column(_FULL_MM, ("本籍", honseki), *_closing(person)))


def _foreign(person: Resident, order: Order) -> tuple[tuple[Item, ...], ...]:
    choice, day = order.choice, order.dates.day
    above = _column(_FULL_MM, ("氏名", person.name), ("ふりがな", person.kana), ("通称", person.alias))
    left = _column(
        _HALF_MM,
        ("生年月日", day(person.born_on)),
        ("続柄", person.relation if choice.relation else OMITTED),
        ("住所を定めた年月日", day(person.address_since)),
        ("国籍・地域", person.nationality),
        ("在留期間", person.residence_period),
        ("在留カード番号", person.residence_card),
    )
    right = _column(
        _HALF_MM,
        ("性別", person.sex),
        ("住民となった年月日", day(person.resident_since)),
        ("届出日", day(person.notified_on)),
        ("在留資格", person.residence_status),
        ("満了日", day(person.residence_expires_on)),
    )
    return (above, left, right, _column(_FULL_MM, *_closing(person)))


def _closing(person: Resident) -> tuple[tuple[str, str | None], ...]:
    return (("転入前住所", person.previous_address), ("備考", person.remarks))


def _column(width_mm: float, *items: tuple[str, str | None]) -> tuple[Item, ...]:
    return tuple(fitted(label, value, width_mm) for label, value in items)
