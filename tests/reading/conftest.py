"""The town of the hand-checked documents, and several producers that draw them."""

import base64
import hashlib
import importlib.util
import io
import random
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import matplotlib_fontja
import msgspec
import noto_cjk_sans_jp_regular
import pytest
from msgspec.structs import replace
from PIL import Image, ImageDraw
from press.plan import record

from harness.population import load
from harness.reading import Judge, OwnerIndex, expect, load_profile
from harness.reading.document import read_document
from harness.reading.limits import ReaderLimits
from harness.reading.seals import SealIndex
from harness.records.certificates import Certificate, Options
from harness.records.resident import Seal

DOCUMENTS = Path(__file__).parent / "documents"
IPAEX = Path(matplotlib_fontja.__file__).parent / "fonts" / "ipaexg.ttf"
NOTO = Path(noto_cjk_sans_jp_regular.__file__).parent / "NotoSansCJKjp-Regular.otf"
A4 = (595.0, 842.0)
NOTHING_CHOSEN = Options()


class Town:
    """A population made of hand-written residents."""

    municipality = "架空県見本市"

    def __init__(self, residents, koseki):
        self.residents = {r.key: r for r in residents}
        self.koseki = {k.key: k for k in koseki}

    def household(self, key):
        resident = self.residents.get(key)
        household = resident.household if resident else key
        return tuple(r for r in self.residents.values() if r.household == household)


def seal_picture(key, side=256):
    """Draw a seal impression of its own for every key: a ring and strokes that depend on the key."""
    return _engraving(key).resize((side, side), Image.Resampling.LANCZOS)


def _engraving(key):
    side = 512
    picture = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((4, 4, side - 5, side - 5), outline=0, width=side // 24)
    strokes = random.Random(key)
    for _ in range(9):
        points = [strokes.randint(side // 5, 4 * side // 5) for _ in range(4)]
        draw.line(points, fill=0, width=side // 18)
    return picture


def _seal(number, key):
    png = io.BytesIO()
    seal_picture(key).convert("1").save(png, "PNG")
    picture = base64.b64encode(png.getvalue()).decode()
    return Seal(number=f"第{number}号", registered_on="2010-04-01", diameter_mm=20.0, png_base64=picture)


@pytest.fixture(scope="session")
def town():
    spec = importlib.util.spec_from_file_location("reading_town", DOCUMENTS / "town.py")
    people = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(people)
    sealed = [
        replace(r, seal=_seal(100100 + number, r.key)) if r.key not in {"R00003", "R00004"} else r
        for number, r in enumerate(people.RESIDENTS)
    ]
    return Town(sealed, people.KOSEKI)


@pytest.fixture(scope="session")
def index(town):
    return OwnerIndex(town)


@pytest.fixture(scope="session")
def second():
    return load_profile(str(DOCUMENTS / "second.toml"))


@pytest.fixture(scope="session")
def judge(town, index, second):
    """Return a function that reads and judges a document as `applicant`'s."""
    oracle = Judge(index, second, SealIndex(town))

    def judge_document(body, certificate, applicant, options=NOTHING_CHOSEN, profile=None):
        reading = body if not isinstance(body, bytes) else read(body)
        judging = oracle if profile is None else Judge(index, profile, SealIndex(town))
        wanted = expect(Certificate(certificate), options, applicant, town, profile or second)
        return judging.document(reading, wanted)

    return judge_document


@pytest.fixture(scope="session")
def read_pdf():
    return read


def read(body):
    return read_document(hashlib.sha256(body).hexdigest(), body, ReaderLimits())


@pytest.fixture(scope="session")
def written():
    """Return a function that gives a hand-checked document's pages, with texts replaced: [(old, new), ...]."""

    def pages(name, *replacements):
        text = (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, f"{name}.txt does not say {old}"
            text = text.replace(old, new)
        return [[_line(line) for line in page.splitlines() if line.strip()] for page in text.split("---\n")]

    return pages


def _line(line):
    if line.startswith("seal "):
        _, key, x, y, side = line.split()
        return SimpleNamespace(x=float(x), y=float(y), side=float(side), seal=key, text="")
    x, y, size, text = line.split(" ", 3)
    return SimpleNamespace(x=float(x), y=float(y), size=float(size), text=text, seal="")


@pytest.fixture(params=["reportlab", "fpdf2", "typst", "matplotlib"])
def producer(request):
    return PRODUCERS[request.param]


@pytest.fixture(params=["reportlab", "typst"])
def quick_producer(request):
    """Those that take milliseconds, not seconds, for a page."""
    return PRODUCERS[request.param]


@pytest.fixture(scope="session")
def draw():
    """Return a function that draws pages with reportlab."""
    return PRODUCERS["reportlab"]


def with_reportlab(pages, *, font=IPAEX):
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if font.stem not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(font.stem, str(font)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for page in pages:
        for line in page:
            if line.seal:
                canvas.drawImage(ImageReader(seal_picture(line.seal)), line.x, line.y, line.side, line.side)
                continue
            canvas.setFont(font.stem, line.size)
            canvas.drawString(line.x, line.y, line.text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def with_fpdf2(pages):
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format=A4)
    pdf.add_font("ja", fname=str(IPAEX))
    for page in pages:
        pdf.add_page()
        for line in page:
            if line.seal:
                stamp = seal_picture(line.seal, 300).convert("1")
                pdf.image(stamp, line.x, A4[1] - line.y - line.side, line.side, line.side)
                continue
            pdf.set_font("ja", size=line.size)
            pdf.text(line.x, A4[1] - line.y, line.text)
    return bytes(pdf.output())


def with_typst(pages):
    import typst

    source = ["#set page(width: 595pt, height: 842pt, margin: 0pt)", '#set text(font: "IPAexGothic")']
    for number, page in enumerate(pages):
        source += ["#pagebreak()"] * bool(number)
        for line in page:
            if line.seal:
                png = io.BytesIO()
                seal_picture(line.seal, 200).convert("RGB").save(png, "PNG")
                picture = f"image(bytes(({', '.join(map(str, png.getvalue()))})), width: {line.side}pt)"
                source.append(f"#place(dx: {line.x}pt, dy: {A4[1] - line.y - line.side}pt, {picture})")
                continue
            text = line.text.replace("\\", "\\\\").replace('"', '\\"')
            source.append(
                f'#place(dx: {line.x}pt, dy: {A4[1] - line.y - line.size}pt, text(size: {line.size}pt, "{text}"))'
            )
    return typst.compile("\n".join(source).encode(), font_paths=[str(IPAEX.parent)], ignore_system_fonts=True)


def with_matplotlib(pages):
    """Type 42 fonts; every line of text is an artist, drawn one after the other."""
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    font = FontProperties(fname=str(IPAEX))
    out = io.BytesIO()
    with mpl.rc_context({"pdf.fonttype": 42}), PdfPages(out) as pdf:
        for page in pages:
            figure = Figure(figsize=(A4[0] / 72, A4[1] / 72))
            FigureCanvasPdf(figure)
            for line in page:
                if line.seal:
                    axes = figure.add_axes(
                        (line.x / A4[0], line.y / A4[1], line.side / A4[0], line.side / A4[1]), frameon=False
                    )
                    axes.set_axis_off()
                    axes.imshow(seal_picture(line.seal, 180), cmap="gray", interpolation="none")
                    continue
                figure.text(
                    line.x / A4[0],
                    line.y / A4[1],
                    line.text,
                    size=line.size,
                    fontproperties=font,
                    va="baseline",
                    parse_math=False,
                )
            pdf.savefig(figure)
    return out.getvalue()


PRODUCERS = {
    "reportlab": with_reportlab,
    "fpdf2": with_fpdf2,
    "typst": with_typst,
    "matplotlib": with_matplotlib,
}


CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.fixture(scope="session")
def corpus_judge():
    """Return a function from a vendor of the corpus to its judge; the population's index is built once."""
    population = load(CORPUS / "population")
    index, seals = OwnerIndex(population), SealIndex(population)

    @cache
    def of_vendor(vendor):
        profile = load_profile(str(CORPUS / "profiles" / f"{vendor}.toml"))
        return population, profile, Judge(index, profile, seals)

    return of_vendor


@pytest.fixture(scope="session")
def corpus_opinion(corpus_judge):
    """Return a function that reads and judges a document of the corpus as `original` says, or as a truth file does."""

    def opinion(body, original):
        told = original if isinstance(original, dict) else record(original, "", "", None)
        population, profile, oracle = corpus_judge(told["profile"])
        options = msgspec.convert(told["options"], Options)
        wanted = expect(Certificate(told["certificate"]), options, told["applicant"], population, profile)
        return oracle.document(body if not isinstance(body, bytes) else read(body), wanted)

    return opinion
