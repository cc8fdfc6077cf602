"""印鑑登録証明書: the holder's registered seal as a picture, and who the holder is."""

from __future__ import annotations

from mock_issuer.documents.layout import Item, Layout, Order, Page, fitted

_WIDTH_MM = 100.0


def compose(order: Order) -> Layout:
    """Lay out the certificate; the order brings the picture of a valid registration."""
    person = order.extract.applicant
    items: tuple[Item, ...] = (
        fitted("氏名", person.name, _WIDTH_MM),
        fitted("通称", person.alias, _WIDTH_MM) if person.foreign else fitted("旧氏", person.former_name, _WIDTH_MM),
        fitted("生年月日", order.dates.day(person.born_on), _WIDTH_MM),
        fitted("住所", person.address, _WIDTH_MM),
    )
    page = Page(head=items, picture=order.picture, picture_mm=order.picture_mm)
    return Layout(
        template="seal",
        title="印鑑登録証明書",
        proof="この写しは、登録された印影と相違ないことを証明する。",
        issued_on=order.dates.day(order.today.isoformat()),
        pages=(page,),
    )
