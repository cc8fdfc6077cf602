"""What PDF producers do to text: any order, any spacing, hidden layers, no mapping at all. Unread, never wrong."""

import io
import random
from types import SimpleNamespace

import pikepdf
import pytest

from harness.records.certificates import Options, Scope
from harness.records.ownership import PageVerdict
from harness.records.reading import ReadingStatus

OWN, FOREIGN, UNREAD = PageVerdict.OWN, PageVerdict.FOREIGN, PageVerdict.UNREAD


def glyph_by_glyph(pages, *, shuffle=0, gap=1.0):
    """Return the pages with every character drawn by itself, in a random order, `gap` times its width apart."""
    drawn = []
    for page in pages:
        glyphs = []
        for line in page:
            x = line.x
            for character in line.text:
                width = line.size * (0.5 if character.isascii() else 1.0)
                glyphs.append(SimpleNamespace(x=x, y=line.y, size=line.size, text=character, seal=""))
                x += width * gap
        if shuffle:
            random.Random(shuffle).shuffle(glyphs)
        drawn.append(glyphs)
    return drawn


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_glyphs_drawn_in_any_order_are_put_in_order_by_their_places(draw, written, judge, seed):
    body = draw(glyph_by_glyph(written("alone"), shuffle=seed))
    document = judge(body, "juminhyo", "R00012")
    assert document.pages[0].verdict is OWN, document.pages[0]
    assert document.wrong == ()
    assert judge(body, "juminhyo", "R00013").pages[0].verdict is FOREIGN


def test_glyphs_set_apart_are_words_all_the_same(draw, written, judge):
    body = draw(glyph_by_glyph(written("alone"), gap=1.6))
    document = judge(body, "juminhyo", "R00012")
    assert document.pages[0].verdict is OWN, document.pages[0]
    assert (document.wrong, document.missing) == ((), ())
    assert judge(body, "juminhyo", "R00013").pages[0].verdict is FOREIGN


def test_all_labels_first_and_then_all_values(draw, written, judge):
    pages = written("alone")
    pages[0].sort(key=lambda line: line.x != 60)
    document = judge(draw(pages), "juminhyo", "R00012")
    assert document.pages[0].verdict is OWN
    assert (document.wrong, document.missing, document.leaked) == ((), (), ())


def test_an_address_that_wraps_in_its_cell_beside_another_column(draw, written, judge):
    pages = written("alone", ("140 745 10 見本市港町五丁目15番2号", "140 745 10 架空県見本市港町五丁"))
    more = [(140, 733, "目15番2号"), (400, 745, "交付用"), (400, 733, "写し")]
    pages[0] += [SimpleNamespace(x=x, y=y, size=10.0, text=text, seal="") for x, y, text in more]
    pages[0].sort(key=lambda line: (-line.y, line.x))  # row by row: the columns interleave
    document = judge(draw(pages), "juminhyo", "R00012")
    assert document.pages[0].verdict is OWN
    assert (document.wrong, document.missing) == ((), ())


def test_a_turned_page_is_read(draw, written, judge):
    document = judge(
        changed(draw(written("alone")), lambda pdf: pdf.pages[0].rotate(90, relative=False)), "juminhyo", "R00012"
    )
    assert document.pages[0].verdict is OWN


def test_without_a_mapping_to_unicode_a_page_is_unread(draw, written, judge):
    body = changed(draw(written("alone")), _drop_to_unicode)
    for applicant in ("R00012", "R00013"):
        page = judge(body, "juminhyo", applicant).pages[0]
        assert page.verdict is UNREAD
        assert page.evidence == ()


def _drop_to_unicode(pdf):
    for page in pdf.pages:
        for font in page.Resources.Font.values():
            if "/ToUnicode" in font:
                del font["/ToUnicode"]


def test_a_page_whose_text_decodes_to_something_else_is_unread(draw, written, judge):
    body = changed(draw(written("alone")), _shift_to_unicode)
    for applicant in ("R00012", "R00013"):
        document = judge(body, "juminhyo", applicant)
        assert document.pages[0].verdict is UNREAD
        assert document.wrong == ()


def _shift_to_unicode(pdf):
    """Let every character decode to its neighbour in the font: plausible text, all of it wrong."""
    import re

    for page in pdf.pages:
        for font in page.Resources.Font.values():
            if "/ToUnicode" not in font:
                continue
            cmap = font.ToUnicode.read_bytes().decode("latin-1")
            cmap = re.sub(r"<([0-9A-F]{4})>(?=\s*(?:\n|$))", lambda m: f"<{int(m[1], 16) + 1:04X}>", cmap)
            font.ToUnicode = pdf.make_stream(cmap.encode("latin-1"))


def test_a_page_that_is_a_picture_is_unread(written, draw, judge):
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    from harness.reading.document import draw_page

    png = draw_page(draw(written("alone")), 1, 100)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.drawImage(ImageReader(Image.open(io.BytesIO(png))), 0, 0, 595, 842)
    canvas.save()
    page = judge(out.getvalue(), "juminhyo", "R00012").pages[0]
    assert page.verdict is UNREAD
    assert "picture" in page.reason


@pytest.mark.parametrize("trick", ["invisible", "white", "off the page", "covered", "transparent"])
def test_hidden_text_proves_nothing_but_leaks(draw, written, judge, trick):
    body = with_hidden_line(draw, written("alone"), trick)
    document = judge(body, "juminhyo", "R00012")
    assert document.pages[0].verdict is OWN
    assert {e.owner for e in document.residue} == {"R00008"}


def with_hidden_line(draw, pages, trick):
    """Return the sheet with 高橋　健 on it in a way that no reader of paper sees."""
    from reportlab.pdfgen.canvas import Canvas

    body = io.BytesIO()
    canvas = Canvas(body, pagesize=(595, 842))
    draw(pages)  # registers the font
    x, y = (700, 300) if trick == "off the page" else (60, 300)
    text = canvas.beginText(x, y)
    text.setFont("ipaexg", 10)
    if trick == "invisible":
        text.setTextRenderMode(3)
    if trick == "white":
        text.setFillColorRGB(1, 1, 1)
    if trick == "transparent":
        canvas.setFillAlpha(0.01)
    text.textOut("高橋　健")
    canvas.drawText(text)
    if trick == "covered":
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(50, 290, 100, 30, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    with pikepdf.open(io.BytesIO(draw(pages))) as pdf, pikepdf.open(body) as over:
        pdf.pages[0].add_overlay(over.pages[0], pikepdf.Rectangle(0, 0, 595, 842), push_stack=True, expand=False)
        return _saved(pdf)


def test_white_text_on_a_dark_band_is_visible(read_pdf, draw, written):
    from reportlab.pdfgen.canvas import Canvas

    draw(written("alone"))
    body = io.BytesIO()
    canvas = Canvas(body, pagesize=(595, 842))
    canvas.setFillColorRGB(0.1, 0.2, 0.4)
    canvas.rect(50, 690, 300, 40, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setFont("ipaexg", 14)
    canvas.drawString(60, 700, "住民票の写し")
    canvas.save()
    page = read_pdf(body.getvalue()).pages[0]
    assert (page.text, page.hidden_text) == ("住民票の写し", "")


def test_values_in_form_fields_and_notes_are_read(draw, written, judge):
    def add_note(pdf):
        pdf.pages[0].Annots = pdf.make_indirect(
            [
                pdf.make_indirect(
                    pikepdf.Dictionary(
                        Type=pikepdf.Name.Annot,
                        Subtype=pikepdf.Name.Text,
                        Rect=[10, 10, 30, 30],
                        Contents=pikepdf.String("前の申請者: 高橋　健"),
                    )
                )
            ]
        )

    document = judge(changed(draw(written("alone")), add_note), "juminhyo", "R00012")
    assert document.pages[0].verdict is OWN
    assert {e.owner for e in document.residue} == {"R00008"}


def test_metadata_and_attachments_are_searched(draw, written, judge):
    def add(pdf):
        pdf.docinfo["/Title"] = "村上　博美"
        pdf.attachments["note.txt"] = "見本市東町四丁目5番16号".encode()

    document = judge(changed(draw(written("alone")), add), "juminhyo", "R00012")
    assert {e.owner for e in document.residue} == {"R00013", "R00008"}
    assert document.pages[0].verdict is OWN


def test_an_earlier_revision_of_the_file_is_searched(draw, written, judge):
    first = draw(written("alone"))
    own = written(
        "alone",
        ("村上　博", "高橋　健"),
        ("ムラカミ　ヒロシ", "タカハシ　ケン"),
        ("昭 和 41 年 6 月 6 日", "1980/7/8"),
        ("見本市港町五丁目15番2号", "見本市東町四丁目5番16号"),
        ("平成１１年１月１日", "2010/6/2"),
    )
    document = judge(first + draw(own), "juminhyo", "R00008")
    assert document.pages[0].verdict is OWN
    assert {e.owner for e in document.residue} == {"R00012"}
    assert document.marks.headers == 2


def test_own_items_in_metadata_are_no_residue(draw, written, judge):
    def add(pdf):
        pdf.docinfo["/Title"] = "住民票 村上　博 見本市港町五丁目15番2号"

    assert judge(changed(draw(written("alone")), add), "juminhyo", "R00012").residue == ()


def test_a_file_encrypted_with_permissions_only_is_read(draw, written, judge):
    for revision in (3, 4, 6):
        how = pikepdf.Encryption(owner="secret", user="", R=revision, aes=revision > 3, metadata=revision > 3)
        body = changed(draw(written("alone")), encryption=how)
        document = judge(body, "juminhyo", "R00012")
        assert document.pages[0].verdict is OWN
        assert document.marks.encrypted


def test_a_file_that_needs_a_password_says_so(draw, written, judge):
    body = changed(draw(written("alone")), encryption=pikepdf.Encryption(owner="secret", user="1234", R=6))
    document = judge(body, "juminhyo", "R00012")
    assert document.status is ReadingStatus.ENCRYPTED
    assert document.pages == ()


def changed(body, change=lambda pdf: None, **save):
    with pikepdf.open(io.BytesIO(body)) as pdf:
        change(pdf)
        return _saved(pdf, **save)


def _saved(pdf, **save):
    out = io.BytesIO()
    pdf.save(out, **save)
    return out.getvalue()


def test_two_people_side_by_side_drawn_row_by_row(draw, written, judge):
    options = Options(scope=Scope.SOME, persons=("R00001", "R00002"))
    document = judge(draw(_side_by_side(written)), "juminhyo", "R00001", options)
    assert document.pages[0].verdict is OWN
    assert (document.wrong, document.missing) == ((), ())


def _side_by_side(written):
    columns = [
        ("見本　太郎", "ミホン　タロウ", "昭50. 3. 4", "男", "平13. 4. 1"),
        ("見本　花子", "ミホン　ハナコ", "昭52.11.23", "女", "平13. 4. 1"),
    ]
    page = [line for line in written("alone")[0] if line.y > 730 or line.y < 130]
    next(line for line in page if (line.x, line.y) == (140, 745)).text = "見本市中央１－２－３"
    for row, label in enumerate(("氏名", "フリガナ", "生年月日", "性別", "住定日")):
        for column, values in enumerate(columns):
            x, y = 60 + 250 * column, 700 - 18 * row
            page.append(SimpleNamespace(x=x, y=y, size=9.0, text=label, seal=""))
            page.append(SimpleNamespace(x=x + 80, y=y, size=9.0, text=values[row], seal=""))
    return [page]


@pytest.mark.parametrize(
    "street", ["見本市港町5丁目15番2号", "見本市港町５－１５－２", "架空県見本市港町五丁目15番2号"]
)
def test_an_address_in_another_notation_is_the_same(draw, written, judge, street):
    document = judge(draw(written("alone", ("見本市港町五丁目15番2号", street))), "juminhyo", "R00012")
    assert (document.wrong, document.missing) == ((), ())
    other = judge(draw(written("alone", ("見本市港町五丁目15番2号", "見本市港町５－１５－２５"))), "juminhyo", "R00012")
    assert {e.owner for e in other.pages[0].evidence} == {"R00013"}
