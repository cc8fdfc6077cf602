"""Contents of certificates as four vendors word them, and what is put into them of another resident.

A vendor here is a set of labels and notations; where it puts them is a layout's business.
"""

import datetime
import re
from dataclasses import dataclass, replace

from press.town import people, registers

ERAS = ((2019, 5, 1, "令和", "R", 2018), (1989, 1, 8, "平成", "H", 1988), (1926, 12, 25, "昭和", "S", 1925))
KANJI = "〇一二三四五六七八九"
ISSUED = "2026-04-06"


@dataclass(frozen=True)
class Field:
    item: str
    label: str
    value: str
    person: str
    kana: str = ""  # furigana printed over a name


@dataclass(frozen=True)
class Sheet:
    title: str
    number: str  # issue number with its label
    counter: str
    head: tuple
    blocks: tuple  # of each person listed, a tuple of fields
    foot: tuple
    seal: str = ""


@dataclass(frozen=True)
class Vendor:
    name: str
    labels: dict
    titles: dict
    date: str
    address: str
    yen: str
    number: str
    counter: str
    foot: tuple
    per_page: int = 4

    def day(self, iso):
        return written_day(iso, self.date)

    def place(self, address):
        return written_address(address, self.address)

    def amount(self, yen):
        text = f"{yen:,}{'円' if self.yen == 'comma' else ''}"
        return text.translate(WIDE) if self.yen == "wide" else text


WIDE = str.maketrans("0123456789-,", "０１２３４５６７８９－，")


def era(day):
    for year, month, of_month, name, letter, before in ERAS:
        if day >= datetime.date(year, month, of_month):
            return name, letter, day.year - before
    return "大正", "T", day.year - 1911


def kanji_number(n):
    tens, ones = divmod(n, 10)
    return ("" if tens < 1 else "十" if tens == 1 else KANJI[tens] + "十") + (KANJI[ones] if ones else "")


def written_day(iso, style):
    day = datetime.date.fromisoformat(iso)
    name, letter, year = era(day)
    if style == "western":
        return f"{day.year}年{day.month:02}月{day.day:02}日"
    if style == "points":
        return f"{letter}{year:02}.{day.month:02}.{day.day:02}"
    if style == "kanji":
        first = "元" if year == 1 else kanji_number(year)
        return f"{name}{first}年{kanji_number(day.month)}月{kanji_number(day.day)}日"
    first = "元" if year == 1 else str(year)
    text = f"{name}{first}年{day.month}月{day.day}日"
    return text.translate(WIDE) if style == "wide" else text


def written_address(address, style):
    if style == "town":
        return address.removeprefix("架空県")
    if style == "wide":
        return address.translate(WIDE)
    if style == "hyphens":
        digits = re.sub(r"([一二三四五六七八九])丁目", lambda m: f"{KANJI.index(m[1])}丁目", address)
        digits = re.sub(r"(\d+)丁目(\d+)番(?:(\d+)号)?$", lambda m: "-".join(filter(None, m.groups())), digits)
        return digits.removeprefix("架空県")
    return address


VENDORS = {
    "kita": Vendor(
        "kita",
        {"name": "氏　名", "kana": "ふりがな", "born_on": "生年月日", "sex": "性　別", "relation": "続　柄",
         "address": "住　所", "householder": "世帯主氏名", "address_since": "住所を定めた日", "honseki": "本　籍",
         "hittousha": "筆頭者氏名", "alias": "通　称", "year": "課税年度", "total_income": "所得金額の合計",
         "taxable": "課税総所得金額", "annual_tax": "市・県民税額"},
        {"juminhyo": "住民票(世帯連記式)", "inkan": "印鑑登録証明", "tax": "市民税・県民税課税証明"},
        date="era", address="wide", yen="comma", number="整理番号 K-{:06}", counter="({} / {})",
        foot=("上記は住民基本台帳に記録されている事項と相違ありません。", "{day}", "例川市長　試験　一郎"),
    ),
    "minami": Vendor(
        "minami",
        {"name": "登録者名", "kana": "フリガナ", "born_on": "出生年月日", "sex": "男女の別",
         "relation": "世帯主との関係",
         "address": "現在の住所", "householder": "世帯主", "address_since": "住定年月日", "honseki": "本籍の表示",
         "hittousha": "戸籍筆頭者", "alias": "通称の氏名", "year": "年度区分", "total_income": "総所得",
         "taxable": "課税標準", "annual_tax": "年税額"},
        {"juminhyo": "住民票記載事項の写し", "inkan": "登録印鑑に関する証明書", "tax": "所得証明書"},
        date="points", address="hyphens", yen="wide", number="第{:07}号", counter="{}頁中{}頁",
        foot=("発行日 {day}", "架空県例川市長　試験　一郎　公印省略"), per_page=3,
    ),
    "nishi": Vendor(
        "nishi",
        {"name": "お名前", "kana": "よみがな", "born_on": "お生まれの日", "sex": "性別", "relation": "ご続柄",
         "address": "おところ", "householder": "世帯を代表する方", "address_since": "ここに住み始めた日",
         "honseki": "ご本籍",
         "hittousha": "筆頭者", "alias": "通称", "year": "対象年度", "total_income": "合計所得", "taxable": "課税所得",
         "annual_tax": "税額"},
        {"juminhyo": "住民記録証明", "inkan": "印影証明書", "tax": "税に関する証明書"},
        date="western", address="town", yen="comma", number="発行番号 {:04}-2026", counter="{}/{}ページ",
        foot=("この証明書は例川市が発行しました。", "{day}", "例川市役所 市民課"), per_page=2,
    ),
    "higashi": Vendor(
        "higashi",
        {"koseki_honseki": "本籍", "koseki_hittousha": "氏名", "given_name": "名", "member_born_on": "生年月日",
         "father": "父", "mother": "母", "member_relation": "続柄", "events": "身分事項", "name": "氏名",
         "born_on": "出生の日", "address": "住所", "address_since": "住定の日", "member_name": "名前"},
        {"koseki": "戸籍の全部事項証明", "inkan": "印鑑証明", "fuhyo": "附票の写し", "juminhyo": "住民票抄本"},
        date="kanji", address="full", yen="comma", number="証第{:05}号", counter="{}の{}",
        foot=("原簿の記載と相違ないことを証明する。", "{day}", "例川市長　試験　一郎"), per_page=1,
    ),
}  # fmt: skip
ITEMS = {
    "juminhyo": ("name", "kana", "alias", "born_on", "sex", "relation", "address_since", "honseki", "hittousha"),
    "inkan": ("name", "alias", "born_on", "address"),
    "tax": ("year", "name", "born_on", "address", "total_income", "taxable", "annual_tax"),
}


def compose(vendor, certificate, applicant, *, persons=None, honseki=False, relation=False, number=1):
    """Return the sheets of a certificate. `persons` are those listed: the household, or the applicant alone."""
    vendor = VENDORS[vendor]
    person = people()[applicant]
    if certificate in {"koseki", "fuhyo"}:
        head, blocks = _koseki(vendor, certificate, person)
    else:
        head = list(_head(vendor, person, relation=relation)) if certificate == "juminhyo" else []
        blocks = [
            _block(vendor, certificate, people()[key], honseki=honseki, relation=relation)
            for key in persons or [applicant]
        ]
    pages = [tuple(blocks[i : i + vendor.per_page]) for i in range(0, len(blocks), vendor.per_page)]
    foot = tuple(line.format(day=vendor.day(ISSUED)) for line in vendor.foot)
    return tuple(
        Sheet(
            title=vendor.titles[certificate],
            number=vendor.number.format(number * 37 + 1204),
            counter=vendor.counter.format(*((n, len(pages)) if vendor.name != "minami" else (len(pages), n))),
            head=tuple(head),
            blocks=page,
            foot=foot,
            seal=applicant if certificate == "inkan" else "",
        )
        for n, page in enumerate(pages, 1)
    )


def _head(vendor, person, *, relation):
    yield Field("address", vendor.labels["address"], vendor.place(person.address), person.key)
    if relation:
        yield Field("householder", vendor.labels["householder"], person.householder, person.key)


def _block(vendor, certificate, person, *, honseki, relation):
    chosen = {"honseki": honseki, "hittousha": honseki, "relation": relation}
    items = [i for i in ITEMS[certificate] if chosen.get(i, True) and i in vendor.labels]
    values = ((item, value_of(vendor, item, person)) for item in items)
    return tuple(
        Field(item, vendor.labels[item], value, person.key, person.kana if item == "name" else "")
        for item, value in values
        if value
    )


def value_of(vendor, item, person):
    """Return an item of a resident as the vendor writes it, "" where the register holds none."""
    if item in {"born_on", "address_since"}:
        return vendor.day(getattr(person, item))
    if item in {"address", "honseki"}:
        return vendor.place(getattr(person, item))
    if item in {"year", "total_income", "taxable", "annual_tax"}:
        tax = person.taxes[0]
        return f"令和{tax.year - 2018}年度" if item == "year" else vendor.amount(getattr(tax, item))
    value = getattr(person, item)
    if item == "kana" and vendor.name != "minami":
        return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in value)
    return value


def _koseki(vendor, certificate, person):
    koseki = registers()[person.koseki]
    head = [
        Field("koseki_honseki", vendor.labels["koseki_honseki"], vendor.place(koseki.honseki), person.key),
        Field("koseki_hittousha", vendor.labels["koseki_hittousha"], koseki.hittousha, person.key),
    ]
    return head, [_member(vendor, certificate, m, koseki) for m in koseki.members]


def _member(vendor, certificate, member, koseki):
    if certificate == "fuhyo":
        surname = koseki.hittousha.partition("　")[0]
        rows = [("member_name", f"{surname}　{member.given_name}")]
        for address, since in member.addresses:
            rows += [("address", vendor.place(address)), ("address_since", vendor.day(since))]
    else:
        rows = [
            ("given_name", member.given_name),
            ("member_born_on", vendor.day(member.born_on)),
            ("father", member.father),
            ("mother", member.mother),
            ("member_relation", member.relation),
        ]
        for event in member.events:
            iso = re.sub(r"\d{4}-\d\d-\d\d", lambda m: written_day(m.group(), "era"), event)
            rows += [("events", iso)]
    return tuple(Field(item, vendor.labels[item], value, member.resident) for item, value in rows)


def with_item(sheets, others, page, item):
    """Return the sheets with one item of page `page` (from 1) as the others' document has it, and that value."""
    sheet = sheets[page - 1]
    value = next(f.value for other in others for f in _fields(other) if f.item == item)
    old = next(f for f in _fields(sheet) if f.item == item and f.value != value)

    def changed(fields):
        return tuple(replace(f, value=value, kana="") if f is old else f for f in fields)

    new = replace(sheet, head=changed(sheet.head), blocks=tuple(map(changed, sheet.blocks)))
    return (*sheets[: page - 1], new, *sheets[page:]), value


def _fields(sheet):
    return (*sheet.head, *(f for block in sheet.blocks for f in block))


def with_person(sheets, others, page, place):
    """Return the sheets with person `place` of page `page` replaced by the first person of the `others`' sheets."""
    sheet = sheets[page - 1]
    blocks = (*sheet.blocks[:place], others[0].blocks[0], *sheet.blocks[place + 1 :])
    return (*sheets[: page - 1], replace(sheet, blocks=blocks), *sheets[page:])


def with_page(sheets, others, page):
    """Return the sheets with page `page` as the other document has it, numbers and counter kept."""
    mine, theirs = sheets[page - 1], others[min(page, len(others)) - 1]
    changed = replace(theirs, number=mine.number, counter=mine.counter)
    return (*sheets[: page - 1], changed, *sheets[page:])


def with_seal(sheets, donor):
    """Return the sheets with the seal impression of `donor`."""
    return tuple(replace(s, seal=donor) if s.seal else s for s in sheets)
