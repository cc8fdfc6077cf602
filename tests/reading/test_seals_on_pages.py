"""A seal impression is found however a producer puts it on the page; whose it is is said, right text or not."""

import base64
import io
from pathlib import Path

import matplotlib_fontja
import pikepdf
import pypdfium2
import pytest
import typst
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageOps
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

A4 = (595.0, 842.0)
X, Y, SIDE = 140, 690, 57  # where the hand-written certificate has its seal
HOLDER, ANOTHER = "R00001", "R00012"
FONT = Path(matplotlib_fontja.__file__).parent / "fonts" / "ipaexg.ttf"
PAPER = 255


@pytest.fixture(scope="module")
def seal_of(town):
    def picture(key):
        return Image.open(io.BytesIO(base64.b64decode(town.residents[key].seal.png_base64))).convert("L")

    return picture


@pytest.fixture(scope="module")
def certificate(written):
    """Return a function that makes the holder's certificate with reportlab, the seal drawn by `stamp(canvas)`."""
    if "seals" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("seals", str(FONT)))

    def make(stamp, *, text=True):
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A4)
        for line in written("seal")[0] if text else []:
            if not line.seal:
                canvas.setFont("seals", line.size)
                canvas.drawString(line.x, line.y, line.text)
        _official_seal(canvas)
        stamp(canvas)
        canvas.showPage()
        canvas.save()
        return out.getvalue()

    return make


def _official_seal(canvas):
    """公印: a square red frame with characters, as every certificate bears one."""
    canvas.saveState()
    canvas.setStrokeColorRGB(0.8, 0.1, 0.1)
    canvas.setFillColorRGB(0.8, 0.1, 0.1)
    canvas.setLineWidth(2)
    canvas.rect(440, 80, 60, 60)
    canvas.setFont("seals", 18)
    for row, text in enumerate(("見本", "市長", "之印")):
        canvas.drawString(452, 120 - 19 * row, text)
    canvas.restoreState()


def _runs(seal):
    """Yield the horizontal runs of ink of a picture 128 wide: x, y, length."""
    seal = seal.resize((128, 128)).point(lambda v: 255 * (v > 127))
    for y in range(128):
        row = [*seal.crop((0, y, 128, y + 1)).tobytes(), PAPER]
        start = None
        for x, level in enumerate(row):
            if level < 128 and start is None:
                start = x
            elif level >= 128 and start is not None:
                yield start, y, x - start
                start = None


def _outline(canvas, seal, x=X, y=Y):
    path, unit = canvas.beginPath(), SIDE / 128
    for left, top, length in _runs(seal):
        path.rect(x + left * unit, y + (127 - top) * unit, length * unit, unit)
    canvas.drawPath(path, stroke=0, fill=1)


def paths(canvas, seal):
    _outline(canvas, seal)


def one_path_per_run(canvas, seal):
    unit = SIDE / 128
    for left, top, length in _runs(seal):
        canvas.rect(X + left * unit, Y + (127 - top) * unit, length * unit, unit, stroke=0, fill=1)


def red_paths(canvas, seal):
    canvas.setFillColorRGB(0.85, 0.15, 0.15)
    _outline(canvas, seal)


def pale_paths(canvas, seal):
    canvas.setFillGray(0.7)
    _outline(canvas, seal)


def paths_in_a_form(canvas, seal):
    canvas.beginForm("stamp")
    _outline(canvas, seal, 0, 0)
    canvas.endForm()
    canvas.translate(X, Y)
    canvas.doForm("stamp")


def paths_in_a_printed_box(canvas, seal):
    canvas.rect(X - 10, Y - 10, SIDE + 20, SIDE + 20)
    _outline(canvas, seal)


def paths_under_text(canvas, seal):
    _outline(canvas, seal)
    canvas.setFont("seals", 10)
    canvas.drawString(X - 30, Y + 25, "この欄の押印は登録印影に同じ")


def _bitmap(canvas, bitmap, **how):
    canvas.drawImage(ImageReader(bitmap), X, Y, SIDE, SIDE, **how)


def grey_bitmap(canvas, seal):
    _bitmap(canvas, seal)


def indexed_bitmap(canvas, seal):
    _bitmap(canvas, ImageOps.colorize(seal, (200, 30, 30), "white").quantize(16))


def soft_mask(canvas, seal):
    ink = Image.merge("RGBA", [Image.new("L", seal.size, 0)] * 3 + [ImageOps.invert(seal)])
    _bitmap(canvas, ink, mask="auto")


def cmyk_jpeg(canvas, seal):
    out = io.BytesIO()
    seal.convert("CMYK").save(out, "JPEG", quality=40)
    _bitmap(canvas, out)


def inline_bitmap(canvas, seal):
    canvas.drawInlineImage(seal.convert("RGB"), X, Y, SIDE, SIDE)


def strips(canvas, seal):
    step = seal.height // 8
    for top in range(0, seal.height, step):
        strip = seal.crop((0, top, seal.width, top + step))
        canvas.drawImage(ImageReader(strip), X, Y + SIDE * (1 - (top + step) / seal.height), SIDE, SIDE / 8)


def tiles(canvas, seal):
    step = seal.height // 4
    for top in range(0, seal.height, step):
        for left in range(0, seal.width, step):
            tile = seal.crop((left, top, left + step, top + step))
            at = X + SIDE * left / seal.width, Y + SIDE * (1 - (top + step) / seal.height)
            canvas.drawImage(ImageReader(tile), *at, SIDE / 4, SIDE / 4)


def bitmap_with_a_printed_box(canvas, seal):
    frame = Image.new("L", (seal.width + 140, seal.height + 140), PAPER)
    frame.paste(seal, (70, 70))
    ImageDraw.Draw(frame).rectangle((2, 2, frame.width - 3, frame.height - 3), outline=0, width=3)
    canvas.drawImage(ImageReader(frame), X - 14, Y - 14, SIDE + 28, SIDE + 28)


def bitmap_with_white_margin(canvas, seal):
    frame = Image.new("L", (seal.width + 120, seal.height + 100), PAPER)
    frame.paste(seal, (30, 60))
    _bitmap(canvas, frame)


def part_of_a_wide_picture(canvas, seal):
    wide = Image.new("L", (1200, 400), PAPER)
    wide.paste(seal.resize((256, 256)), (500, 60))
    canvas.drawImage(ImageReader(wide), 100, 660, 267, 89)


def slightly_turned(canvas, seal):
    canvas.translate(X, Y)
    canvas.rotate(3)
    canvas.drawImage(ImageReader(seal), 0, 0, SIDE, SIDE)


def upside_down(canvas, seal):
    canvas.translate(X + SIDE, Y + SIDE)
    canvas.rotate(180)
    canvas.drawImage(ImageReader(seal), 0, 0, SIDE, SIDE)


def upside_down_in_itself(canvas, seal):
    canvas.drawImage(ImageReader(seal.rotate(180)), X, Y, SIDE, SIDE)


def on_its_side(canvas, seal):
    canvas.translate(X + SIDE, Y)
    canvas.rotate(90)
    canvas.drawImage(ImageReader(seal), 0, 0, SIDE, SIDE)


def on_a_background_picture(canvas, seal):
    paper = Image.new("RGB", (800, 1100), (250, 245, 235))
    draw = ImageDraw.Draw(paper)
    for x in range(0, 1900, 12):
        draw.line((x, 0, x - 1100, 1100), fill=(215, 225, 215))
    canvas.saveState()
    canvas.setFillAlpha(0.5)
    canvas.drawImage(ImageReader(paper), 0, 0, *A4)
    canvas.restoreState()
    _outline(canvas, seal)


def printed_twice(canvas, seal):
    grey_bitmap(canvas, seal)
    canvas.drawImage(ImageReader(seal), 400, 400, SIDE, SIDE)


WAYS = (
    paths, one_path_per_run, red_paths, pale_paths, paths_in_a_form, paths_in_a_printed_box, paths_under_text,
    grey_bitmap, indexed_bitmap, soft_mask, cmyk_jpeg, inline_bitmap, strips, tiles, bitmap_with_a_printed_box,
    bitmap_with_white_margin, part_of_a_wide_picture, slightly_turned, on_a_background_picture,
    printed_twice,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_seal_is_found_and_a_wrong_one_is_named(certificate, judge, seal_of, way):
    right = judge(certificate(lambda canvas: way(canvas, seal_of(HOLDER))), "inkan", HOLDER)
    assert right.seal is None
    wrong = judge(certificate(lambda canvas: way(canvas, seal_of(ANOTHER))), "inkan", HOLDER)
    assert wrong.seal is not None
    assert wrong.seal.owner == ANOTHER


@pytest.mark.parametrize("way", [upside_down, on_its_side, upside_down_in_itself], ids=lambda way: way.__name__)
def test_a_seal_turned_against_the_text_is_for_a_persons_eyes(certificate, judge, seal_of, way):
    seal = judge(certificate(lambda canvas: way(canvas, seal_of(HOLDER))), "inkan", HOLDER).seal
    assert seal.owner == HOLDER
    assert seal.value.startswith("turned by ")
    assert judge(certificate(lambda canvas: way(canvas, seal_of(ANOTHER))), "inkan", HOLDER).seal.owner == ANOTHER


def test_a_turned_seal_beside_an_upright_one_is_no_fault(certificate, judge, seal_of):
    def both(canvas):
        grey_bitmap(canvas, seal_of(HOLDER))
        canvas.drawImage(ImageReader(seal_of(HOLDER).rotate(180)), 400, 400, SIDE, SIDE)

    assert judge(certificate(both), "inkan", HOLDER).seal is None


@pytest.mark.parametrize("degrees", [0, 90])
@pytest.mark.parametrize("way", [paths, grey_bitmap, bitmap_with_a_printed_box], ids=lambda way: way.__name__)
def test_a_page_whose_contents_are_turned_as_a_whole_is_no_fault(certificate, judge, seal_of, way, degrees):
    document = pikepdf.open(io.BytesIO(certificate(lambda canvas: way(canvas, seal_of(HOLDER)))))
    page = document.pages[0]
    page.contents_add(f"q 0 1 -1 0 {A4[1]} 0 cm\n".encode(), prepend=True)
    page.contents_add(b"\nQ")
    page.MediaBox = [0, 0, A4[1], A4[0]]
    page.Rotate = degrees
    out = io.BytesIO()
    document.save(out)
    assert judge(out.getvalue(), "inkan", HOLDER).seal is None


@pytest.mark.parametrize("decode", [[0, 1], [1, 0]], ids=["as drawn", "negative"])
def test_a_stencil_mask_is_read_in_either_polarity(certificate, judge, seal_of, decode):
    for key in (HOLDER, ANOTHER):
        seal = seal_of(key).resize((200, 200))
        bits = (seal if decode == [0, 1] else ImageOps.invert(seal)).convert("1")
        document = pikepdf.open(io.BytesIO(certificate(lambda canvas: None)))
        mask = document.make_stream(
            bits.tobytes(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=200, Height=200,
            ImageMask=True, BitsPerComponent=1, Decode=pikepdf.Array(decode),
        )  # fmt: skip
        page = document.pages[0]
        name = page.add_resource(mask, pikepdf.Name.XObject)
        page.contents_add(f"q 0.8 0.1 0.1 rg {SIDE} 0 0 {SIDE} {X} {Y} cm {name} Do Q".encode())
        out = io.BytesIO()
        document.save(out)
        seal = judge(out.getvalue(), "inkan", HOLDER).seal
        assert (seal.owner if seal else HOLDER) == key


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_is_turned_for_display_is_read_all_the_same(certificate, judge, seal_of, degrees):
    for key in (HOLDER, ANOTHER):
        for way in (paths, grey_bitmap):
            document = pikepdf.open(io.BytesIO(certificate(lambda c, w=way, k=key: w(c, seal_of(k)))))
            document.pages[0].Rotate = degrees
            out = io.BytesIO()
            document.save(out)
            seal = judge(out.getvalue(), "inkan", HOLDER).seal
            assert (seal.owner if seal else HOLDER) == key


def _page_picture(body, dpi, save):
    picture = pypdfium2.PdfDocument(body)[0].render(scale=dpi / 72).to_pil().convert("L")
    return save(picture)


def _jpeg(picture):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=50)
    return Image.open(out)


SCANS = {
    "300 dpi, 1 bit": (300, lambda p: p.point(lambda v: 255 * (v > 150)).convert("1")),
    "150 dpi, JPEG": (150, _jpeg),
    "200 dpi, turned": (200, lambda p: p.rotate(-2, Image.Resampling.BICUBIC, fillcolor=255)),
}


@pytest.mark.parametrize("scan", SCANS)
def test_a_seal_within_a_page_that_is_one_picture_is_found(certificate, read_pdf, seals, seal_of, scan):
    for key in (HOLDER, ANOTHER):
        body = certificate(lambda canvas, k=key: paths(canvas, seal_of(k)))
        picture = _page_picture(body, *SCANS[scan])
        whole = certificate(lambda canvas, p=picture: canvas.drawImage(ImageReader(p), 0, 0, *A4), text=False)
        shown = {seals.nearest(image) for page in read_pdf(whole).pages for image in page.images if image.ink64}
        assert max(shown, key=lambda found: found[1])[0] == key


@pytest.fixture(scope="module")
def seals(town):
    from harness.reading.seals import SealIndex

    return SealIndex(town)


def test_a_drawing_in_svg_is_found(written, judge, seal_of, tmp_path):
    for key in (HOLDER, ANOTHER):
        runs = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in _runs(seal_of(key)))
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128"><path d="{runs}"/></svg>'
        (tmp_path / "seal.svg").write_text(svg)
        lines = [f'#place(dx: {X}pt, dy: {A4[1] - Y - SIDE}pt, image("/seal.svg", width: {SIDE}pt))']
        lines += [
            f'#place(dx: {line.x}pt, dy: {A4[1] - line.y - line.size}pt, text(size: {line.size}pt, "{line.text}"))'
            for line in written("seal")[0]
            if not line.seal
        ]
        source = f'#set page(width: {A4[0]}pt, height: {A4[1]}pt, margin: 0pt)\n#set text(font: "IPAexGothic")\n'
        body = typst.compile(
            (source + "\n".join(lines)).encode(), root=tmp_path, font_paths=[str(FONT.parent)], ignore_system_fonts=True
        )
        seal = judge(body, "inkan", HOLDER).seal
        assert (seal.owner if seal else HOLDER) == key


def test_bitmaps_of_another_producer_are_found(judge, written, seal_of):
    pdf = FPDF(unit="pt", format=A4)
    pdf.add_font("ja", fname=FONT)
    pdf.add_page()
    for line in written("seal")[0]:
        if not line.seal:
            pdf.set_font("ja", size=line.size)
            pdf.text(line.x, A4[1] - line.y, line.text)
    with pdf.rotation(2, X, A4[1] - Y):
        pdf.image(_jpeg(seal_of(ANOTHER)), X, A4[1] - Y - SIDE, SIDE, SIDE)
    assert judge(bytes(pdf.output()), "inkan", HOLDER).seal.owner == ANOTHER


def test_a_wrong_seal_beside_the_right_one_is_found(certificate, judge, seal_of):
    def both(canvas):
        grey_bitmap(canvas, seal_of(HOLDER))
        _outline(canvas, seal_of(ANOTHER), 400, 400)

    assert judge(certificate(both), "inkan", HOLDER).seal.owner == ANOTHER


def test_an_official_seal_alone_is_no_registered_seal(certificate, judge):
    seal = judge(certificate(lambda canvas: None), "inkan", HOLDER).seal
    assert (seal.value, seal.owner) == ("no seal impression found", "")


def test_a_seal_outside_the_paper_is_not_printed(certificate, judge, seal_of):
    def outside(canvas):
        canvas.drawImage(ImageReader(seal_of(HOLDER)), -100, Y, SIDE, SIDE)

    assert judge(certificate(outside), "inkan", HOLDER).seal is not None


def test_other_certificates_are_not_searched_for_drawn_seals(judge, written, draw, read_pdf):
    assert not any(page.images for page in read_pdf(draw(written("alone"))).pages)


def covered(canvas, seal):
    grey_bitmap(canvas, seal)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(X - 5, Y - 5, SIDE + 10, SIDE + 10, stroke=0, fill=1)


def covered_by_a_picture(canvas, seal):
    grey_bitmap(canvas, seal)
    canvas.drawImage(ImageReader(Image.new("L", (64, 64), PAPER)), X - 5, Y - 5, SIDE + 10, SIDE + 10)


def framed(canvas, seal):
    grey_bitmap(canvas, seal)
    canvas.rect(X - 5, Y - 5, SIDE + 10, SIDE + 10, stroke=1, fill=0)
    canvas.saveState()
    canvas.setFillColorRGB(1, 1, 0)
    canvas.setFillAlpha(0.3)
    canvas.rect(X - 5, Y - 5, SIDE + 10, SIDE + 10, stroke=0, fill=1)
    canvas.restoreState()


@pytest.mark.parametrize("way", [covered, covered_by_a_picture], ids=lambda way: way.__name__)
def test_a_seal_under_something_opaque_is_not_printed(certificate, judge, seal_of, way):
    hidden = judge(certificate(lambda canvas: way(canvas, seal_of(HOLDER))), "inkan", HOLDER).seal
    assert hidden is not None
    assert (hidden.owner, hidden.value) == ("", "no seal impression found")


@pytest.mark.parametrize("hide", ["under", "layer"])
def test_another_persons_seal_that_is_in_the_file_and_not_on_the_page_is_residue(certificate, judge, seal_of, hide):
    def under(canvas, key):
        covered(canvas, seal_of(key))
        canvas.drawImage(ImageReader(seal_of(HOLDER)), 400, 400, SIDE, SIDE)

    def beside(canvas, key):
        grey_bitmap(canvas, seal_of(HOLDER))
        canvas.drawImage(ImageReader(seal_of(key)), 400, 400, SIDE, SIDE)

    def paper(key):
        if hide == "under":
            return certificate(lambda canvas: under(canvas, key))
        return _in_a_layer(certificate(lambda canvas: beside(canvas, key)), on=False)

    leaking = judge(paper(ANOTHER), "inkan", HOLDER)
    assert leaking.seal is None
    assert [(e.kind, e.item, e.owner) for e in leaking.residue] == [("residue", "seal", ANOTHER)]
    assert judge(paper(HOLDER), "inkan", HOLDER).residue == ()


def test_a_seal_in_a_frame_or_under_a_tint_is_printed(certificate, judge, seal_of):
    assert judge(certificate(lambda canvas: framed(canvas, seal_of(HOLDER))), "inkan", HOLDER).seal is None


@pytest.mark.parametrize(("on", "owner"), [(False, None), (True, ANOTHER)])
def test_a_seal_in_a_layer_counts_where_the_layer_is_on(certificate, judge, seal_of, on, owner):
    """The right seal stands on the page, and another person's in a layer beside it."""

    def both(canvas):
        grey_bitmap(canvas, seal_of(HOLDER))
        canvas.drawImage(ImageReader(seal_of(ANOTHER)), 400, 400, SIDE, SIDE)

    seal = judge(_in_a_layer(certificate(both), on=on), "inkan", HOLDER).seal
    assert (seal.owner if seal else None) == owner


def _in_a_layer(body, *, on):
    """Put the last picture of the first page into a layer of its own."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="seal"))
        shown = pikepdf.Dictionary(ON=[layer] if on else [], OFF=[] if on else [layer])
        pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=shown)
        page = pdf.pages[0]
        page.Resources.Properties = pikepdf.Dictionary(L=layer)
        commands = list(pikepdf.parse_content_stream(page))
        last = max(n for n, (_, name) in enumerate(commands) if str(name) == "Do")
        begin = ([pikepdf.Name.OC, pikepdf.Name.L], pikepdf.Operator("BDC"))
        commands[last : last + 1] = [begin, commands[last], ([], pikepdf.Operator("EMC"))]
        page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(commands))
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()
