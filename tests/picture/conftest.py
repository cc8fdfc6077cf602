"""Papers of several producers, and what copiers and scanners make of them: pages that are one picture."""

import io
from pathlib import Path
from types import SimpleNamespace

import matplotlib_fontja
import numpy as np
import pytest
from PIL import Image

from harness.picture.raster import from_png
from harness.reading.document import draw_page

IPAEX = Path(matplotlib_fontja.__file__).parent / "fonts" / "ipaexg.ttf"
A4 = (595.0, 842.0)

PEOPLE = {
    "taka": ("高橋 健一", "昭和55年4月12日", "架空県見本市本町一丁目2番3号"),
    "hashigo": ("髙橋 健一", "昭和55年4月12日", "架空県見本市本町一丁目2番3号"),
    "saki": ("山崎 花子", "平成2年11月3日", "架空県見本市緑町五丁目10番8号"),
    "tatsu": ("山﨑 花子", "平成2年11月8日", "架空県見本市緑町五丁目10番9号"),
    "mori": ("森 一郎", "昭和30年1月1日", "架空県見本市本町二丁目7番1号"),
    "watanabe": ("渡邉 さくら", "平成15年7月21日", "架空県見本市栄町88番地"),
    "nabe": ("渡邊 さくら", "平成15年7月21日", "架空県見本市栄町88番地"),
}


def lines_of(person, number="000123", date="令和8年11月22日"):
    """Return (x, y, size, text): a resident record with an issue number and a date of issue."""
    name, born, address = PEOPLE[person] if isinstance(person, str) else person
    return [
        (220, 780, 18, "住民票の写し"),
        (70, 700, 10.5, "氏名"),
        (170, 700, 10.5, name),
        (70, 670, 10.5, "生年月日"),
        (170, 670, 10.5, born),
        (70, 640, 10.5, "住所"),
        (170, 640, 10.5, address),
        (70, 610, 10.5, "世帯主"),
        (170, 610, 10.5, name),
        (70, 560, 9, "この写しは、住民票の原本と相違ないことを証明する。"),
        (70, 520, 10.5, date),
        (70, 490, 10.5, "架空県見本市長 見本 太郎"),
        (400, 60, 9, f"発行番号 第{number}号"),
        (70, 60, 9, "1 / 1"),
    ]


def with_reportlab(lines):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if "ja" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("ja", str(IPAEX)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for x, y, size, text in lines:
        canvas.setFont("ja", size)
        canvas.drawString(x, y, text)
    canvas.rect(60, 600, 470, 120)
    canvas.save()
    return out.getvalue()


def with_fpdf2(lines):
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format=A4)
    pdf.add_font("ja", fname=str(IPAEX))
    pdf.add_page()
    for x, y, size, text in lines:
        pdf.set_font("ja", size=size)
        pdf.text(x, A4[1] - y, text)
    return bytes(pdf.output())


def with_typst(lines):
    import typst

    source = ["#set page(width: 595pt, height: 842pt, margin: 0pt)", '#set text(font: "IPAexGothic")']
    source += [
        f'#place(dx: {x}pt, dy: {A4[1] - y - size}pt, text(size: {size}pt, "{text}"))' for x, y, size, text in lines
    ]
    return typst.compile("\n".join(source).encode(), font_paths=[str(IPAEX.parent)], ignore_system_fonts=True)


PRODUCERS = {"reportlab": with_reportlab, "fpdf2": with_fpdf2, "typst": with_typst}


def raster_of(body, page=1, dpi=100):
    return from_png(draw_page(body, page, dpi))


def copied(body, *, dpi=200, form="grey", shift=(0, 0), scale=1.0, turn=0.0, noise=0.0, strips=1, seed=1):
    """Return a PDF whose page is one picture of the page of `body` (or several strips of it)."""
    picture = Image.fromarray(raster_of(body, dpi=dpi))
    width, height = picture.size
    if scale != 1.0 or turn or shift != (0, 0):
        cosine, sine = np.cos(np.radians(turn)) / scale, np.sin(np.radians(turn)) / scale
        x, y = shift
        cx, cy = width / 2, height / 2
        matrix = (
            cosine,
            sine,
            cx - cosine * (cx + x) - sine * (cy + y),
            -sine,
            cosine,
            cy + sine * (cx + x) - cosine * (cy + y),
        )
        picture = picture.transform(
            picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=255
        )
    if noise:
        rough = np.asarray(picture, np.float32) * 0.93 + np.random.default_rng(seed).normal(
            0, noise, picture.size[::-1]
        )
        picture = Image.fromarray(np.clip(rough, 0, 255).astype(np.uint8))
    if form == "1-bit":
        picture = picture.point([0] * 150 + [255] * 106).convert("1")
    return _as_pdf(picture, strips, "JPEG" if form == "jpeg" else "PNG")


def _as_pdf(picture, strips, form):
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    high = -(-picture.height // strips)
    for number in range(strips):
        part = picture.crop((0, number * high, picture.width, min(picture.height, (number + 1) * high)))
        packed = io.BytesIO()
        part.save(packed, form, **({"quality": 75} if form == "JPEG" else {}))
        packed.seek(0)
        scale = A4[1] / picture.height
        canvas.drawImage(
            ImageReader(packed), 0, A4[1] - (number * high + part.height) * scale, A4[0], part.height * scale
        )
    canvas.save()
    return out.getvalue()


@pytest.fixture(scope="session", params=sorted(PRODUCERS))
def producer(request):
    """Return a function that draws a person's paper, each paper made once."""
    made = {}

    def paper(person, number="000123", date="令和8年11月22日"):
        key = (person, number, date)
        if key not in made:
            made[key] = PRODUCERS[request.param](lines_of(person, number, date))
        return made[key]

    return paper


@pytest.fixture(scope="session")
def paper():
    """Return a function that draws a person's paper with reportlab."""
    return lambda person, number="000123", date="令和8年11月22日": with_reportlab(lines_of(person, number, date))


@pytest.fixture(scope="session")
def tools():
    """Return what tests draw with."""
    return SimpleNamespace(raster=raster_of, copied=copied, people=PEOPLE, lines=lines_of, reportlab=with_reportlab)
