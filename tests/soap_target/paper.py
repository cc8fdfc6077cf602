"""The SOAP target's documents: reportlab, western dates, labels above their values, landscape for households."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable
from pathlib import Path

import matplotlib_fontja
from PIL import Image
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = "IPAexGothic"
_FILE = Path(matplotlib_fontja.__file__).parent / "fonts" / "ipaexg.ttf"
_PERSONS_A_SHEET = 3
_NOTHING = "－－－"

pdfmetrics.registerFont(TTFont(FONT, str(_FILE)))


def prints(text: str) -> bool:
    """Return whether the font has every character of `text`."""
    glyphs = pdfmetrics.getFont(FONT).face.charToGlyph
    return all(ord(character) in glyphs for character in text)


def day(iso: str | None) -> str:
    """Return 1985/04/01 for 1985-04-01."""
    return (iso or "").replace("-", "/")


def yen(amount: int) -> str:
    """Return 1,234円."""
    return f"{amount:,}円"


class Sheet:
    """One page under way."""

    def __init__(self, canvas: Canvas, size: tuple[float, float]) -> None:
        self._canvas = canvas
        self._width, self._height = size
        canvas.setPageSize(size)

    def text(self, x_mm: float, y_mm: float, text: str, size: float = 10.0) -> None:
        """Write at millimetres from the top left corner."""
        self._canvas.setFont(FONT, size)
        self._canvas.drawString(x_mm * mm, self._height - y_mm * mm, text)

    def pair(self, x_mm: float, y_mm: float, label: str, value: str) -> None:
        """Write a label with its value below."""
        self.text(x_mm, y_mm, label, 7.0)
        self.text(x_mm, y_mm + 4.5, value or _NOTHING)

    def rule(self, y_mm: float) -> None:
        """Draw a line across the page."""
        y = self._height - y_mm * mm
        self._canvas.line(12 * mm, y, self._width - 12 * mm, y)

    def seal(self, x_mm: float, y_mm: float, png: bytes, size_mm: float) -> None:
        """Place a seal impression."""
        picture = ImageReader(Image.open(io.BytesIO(png)).convert("L"))
        size = size_mm * mm
        self._canvas.drawImage(picture, x_mm * mm, self._height - y_mm * mm - size, size, size)

    def end(self, number: str, page: int, pages: int) -> None:
        """Write what stands on every page, and close it."""
        self.text(12, self._height / mm - 18, "この書面は原簿の記載事項と相違ないことを認める。 試験用")
        self.text(12, self._height / mm - 10, f"管理番号:{number}", 8.0)
        self.text(self._width / mm - 40, self._height / mm - 10, f"- {page} / {pages} -", 8.0)
        self._canvas.showPage()


def household(people: list[dict], number: str, *, domicile: bool, relation: bool) -> bytes:
    """Return a 住民票, three persons a sheet."""
    sheets = [people[i : i + _PERSONS_A_SHEET] for i in range(0, len(people), _PERSONS_A_SHEET)]

    def draw(canvas: Canvas) -> None:
        for page, persons in enumerate(sheets, 1):
            sheet = Sheet(canvas, landscape(A4))
            sheet.text(100, 15, "住民票(写)", 16.0)
            sheet.pair(12, 24, "現住所", persons[0]["address"])
            if relation:
                sheet.pair(180, 24, "世帯主氏名", persons[0].get("householder", ""))
            for place, person in enumerate(persons):
                _person(sheet, 36 + 48 * place, person, domicile=domicile, relation=relation)
            sheet.end(number, page, len(sheets))

    return _document(draw)


def _person(sheet: Sheet, top: float, person: dict, *, domicile: bool, relation: bool) -> None:
    sheet.rule(top)
    sheet.pair(14, top + 5, "お名前", person["name"])
    sheet.pair(90, top + 5, "フリガナ", person.get("kana", ""))
    sheet.pair(180, top + 5, "出生年月日", day(person["born_on"]))
    sheet.pair(220, top + 5, "性別", person["sex"])
    if relation:
        sheet.pair(250, top + 5, "続柄", person["relation"])
    sheet.pair(14, top + 17, "住民となった日", day(person.get("resident_since")))
    sheet.pair(60, top + 17, "住所を定めた日", day(person.get("address_since")))
    sheet.pair(106, top + 17, "届出の日", day(person.get("notified_on")))
    sheet.pair(152, top + 17, "前住所", person.get("previous_address", ""))
    if domicile:
        sheet.pair(14, top + 29, "本籍", person.get("honseki", ""))
        sheet.pair(152, top + 29, "筆頭者", person.get("hittousha", ""))


def seal_certificate(person: dict, seal: dict, number: str) -> bytes:
    """Return an 印鑑登録証明書."""

    def draw(canvas: Canvas) -> None:
        sheet = Sheet(canvas, A4)
        sheet.text(60, 30, "印鑑登録証明", 18.0)
        sheet.seal(150, 50, base64.b64decode(seal["png_base64"]), seal["diameter_mm"])
        sheet.text(150, 46, "登録印影", 7.0)
        sheet.pair(20, 60, "お名前", person["name"])
        sheet.pair(20, 80, "出生年月日", day(person["born_on"]))
        sheet.pair(20, 100, "現住所", person["address"])
        sheet.end(number, 1, 1)

    return _document(draw)


def tax_certificate(person: dict, tax: dict, number: str) -> bytes:
    """Return a 課税証明書."""
    rows = [
        ("合計所得", yen(tax["total_income"])),
        ("給与所得額", yen(tax["salary_income"])),
        ("課税標準", yen(tax["taxable"])),
        ("市民税(所得割)", yen(tax["city_levy"])),
        ("県民税(所得割)", yen(tax["prefecture_levy"])),
        ("年税額合計", yen(tax["annual_tax"])),
    ]

    def draw(canvas: Canvas) -> None:
        sheet = Sheet(canvas, A4)
        sheet.text(60, 30, f"課税証明書({tax['year']}年度)", 18.0)
        sheet.pair(20, 50, "お名前", person["name"])
        sheet.pair(110, 50, "出生年月日", day(person["born_on"]))
        sheet.pair(20, 65, "現住所", person["address"])
        for line, (label, value) in enumerate(rows):
            sheet.pair(20 if line % 2 == 0 else 110, 90 + 14 * (line // 2), label, value)
        sheet.end(number, 1, 1)

    return _document(draw)


def _document(draw: Callable[[Canvas], None]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=1)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def texts(people: Iterable[dict]) -> str:
    """Return everything that a document about these people may print."""
    fields = ("name", "kana", "address", "previous_address", "householder", "honseki", "hittousha")
    return "".join(person.get(field) or "" for person in people for field in fields)
