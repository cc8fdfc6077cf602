"""所得・課税証明書 and 納税証明書: one fiscal year's figures of the holder."""

from __future__ import annotations

from mock_issuer.documents.layout import Choice, Item, Layout, Order, Page, fitted
from mock_issuer.documents.wareki import fiscal_year
from mock_issuer.people import Tax
from mock_issuer.refusals import may_not_issue

_WIDTH_MM = 130.0
_PAYMENT = "nozei"


def compose(order: Order) -> Layout:
    """Lay out the certificate. Raises Refusal TAX_YEAR_UNKNOWN for a year without figures."""
    person, tax = order.extract.applicant, _of_year(order)
    who = (
        ("年度", fiscal_year(tax.year)),
        ("住所", person.address),
        ("氏名", person.name),
        ("生年月日", order.dates.day(person.born_on)),
    )
    payment = order.choice.tax_kind == _PAYMENT
    figures = _payment(tax) if payment else _income(tax)
    return Layout(
        template="rows",
        title="納税証明書" if payment else "所得・課税証明書",
        proof="上記のとおり相違ないことを証明する。",
        issued_on=order.dates.day(order.today.isoformat()),
        pages=(Page(head=_items(who), blocks=((_items(figures),),)),),
    )


def _of_year(order: Order) -> Tax:
    """Return the year asked for, the latest where none is."""
    choice: Choice = order.choice
    if choice.tax_kind not in {"kazei", _PAYMENT}:
        raise may_not_issue("NOT_ALLOWED")
    years = [t for t in order.extract.applicant.taxes if choice.tax_year in (None, t.year)]
    if not years:
        raise may_not_issue("TAX_YEAR_UNKNOWN")
    return max(years, key=lambda t: t.year)


def _income(tax: Tax) -> tuple[tuple[str, str], ...]:
    return (
        ("合計所得金額", _yen(tax.total_income)),
        ("給与所得", _yen(tax.salary_income)),
        ("所得控除合計", _yen(tax.deductions)),
        ("扶養人数", f"{tax.dependants}人"),
        ("課税標準額", _yen(tax.taxable)),
        ("市民税所得割", _yen(tax.city_levy)),
        ("市民税均等割", _yen(tax.city_per_capita)),
        ("県民税所得割", _yen(tax.prefecture_levy)),
        ("県民税均等割", _yen(tax.prefecture_per_capita)),
        ("年税額", _yen(tax.annual_tax)),
    )


def _payment(tax: Tax) -> tuple[tuple[str, str], ...]:
    return (("年税額", _yen(tax.annual_tax)), ("納付済額", _yen(tax.paid)), ("未納額", _yen(tax.unpaid)))


def _yen(amount: int) -> str:
    return f"{amount:,}円"


def _items(rows: tuple[tuple[str, str | None], ...]) -> tuple[Item, ...]:
    return tuple(fitted(label, value, _WIDTH_MM) for label, value in rows)
