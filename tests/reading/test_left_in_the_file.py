"""Whoever is named anywhere in the file is found: fields, scripts, forms data, attachments, pages nobody lists."""

import io
import re
import warnings
import zipfile
import zlib
from contextlib import closing

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from press.layouts import lay_out
from press.light import LIGHT
from press.plan import single

from harness.reading.file_parts import parts
from harness.reading.file_texts import decoded, file_texts

SHEET = single("", "kita", "inkan", "R00118", "R00119")
OTHER = single("", "kita", "inkan", "R00101", "R00107")
THEIRS, ADDRESS = "桐島　清志", "架空県例川市桜台二丁目11番8号"
ENCRYPTED = {"encryption": pikepdf.Encryption(owner="secret", user="", R=6)}


@pytest.fixture(scope="module")
def mine():
    return LIGHT["reportlab"](lay_out(SHEET.sheets(), "ruled"))


@pytest.fixture(scope="module")
def theirs():
    return LIGHT["reportlab"](lay_out(OTHER.sheets(), "ruled"))


def changed(body, change, **save):
    with pikepdf.open(io.BytesIO(body)) as pdf, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pikepdf, about fields that no form lists
        change(pdf)
        out = io.BytesIO()
        pdf.save(out, **save)
        return out.getvalue()


def packed(pdf, text):
    return Stream(pdf, zlib.compress(text.encode()), Filter=Name.FlateDecode)


def xmp(text):
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:title>{text}</dc:title></x:xmpmeta>'


def note(pdf, **entries):
    place = Array([100, 100, 300, 130])
    pdf.pages[0].Annots = Array([pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=place, **entries))])
    return pdf.pages[0].Annots[0]


def bookmark(pdf):
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(THEIRS, 0))


def field(**entries):
    def add(pdf):
        found = Dictionary(FT=Name.Tx, T=String("x"), **entries)
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(found)]))

    return add


def forms_data(pdf):
    data = packed(pdf, f"<xfa:datasets><xfa:data><name>{THEIRS}</name></xfa:data></xfa:datasets>")
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array([String("datasets"), data]))


def attached(content):
    def attach(pdf):
        pdf.attachments["list.csv"] = pikepdf.AttachedFileSpec(pdf, content, filename="list.csv")

    return attach


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def root(entry, value):
    return lambda pdf: pdf.Root.__setitem__(entry, value(pdf))


def actual_text(pdf):
    text = (b"\xfe\xff" + THEIRS.encode("utf-16-be")).hex().encode()
    pdf.pages[0].contents_add(pdf.make_stream(b"/Span <</ActualText <" + text + b">>> BDC EMC"))


NAMED = {
    "own entry of the document information": lambda pdf: pdf.docinfo.__setitem__("/Applicant", THEIRS),
    "packed metadata of a page": lambda pdf: setattr(pdf.pages[0], "Metadata", packed(pdf, xmp(THEIRS))),
    "text with entities": root("/Private", lambda pdf: packed(pdf, xmp("".join(f"&#x{ord(c):x};" for c in THEIRS)))),
    "bookmark": bookmark,
    "private data of a program": lambda pdf: setattr(pdf.pages[0], "PieceInfo", Dictionary(App=Dictionary(N=THEIRS))),
    "script": root("/OpenAction", lambda _: Dictionary(S=Name.JavaScript, JS=String(f'var n = "{THEIRS}";'))),
    "alternate text": root("/StructTreeRoot", lambda _: Dictionary(K=Dictionary(S=Name.Figure, Alt=String(ADDRESS)))),
    "actual text of nothing": actual_text,
    "hidden note's rich text": lambda pdf: note(pdf, Subtype=Name.FreeText, RC=String(f"<p>{THEIRS}</p>"), F=2),
    "default value of a field": field(DV=String(THEIRS)),
    "value of a field that stands nowhere": field(V=String(THEIRS)),
    "forms data (XFA)": forms_data,
    "list in Shift JIS": attached(f"1,{THEIRS},{ADDRESS}".encode("cp932")),
    "list in UTF-16": attached(THEIRS.encode("utf-16")),
    "list in EUC-JP": attached(f"1,{THEIRS},{ADDRESS}".encode("euc_jp")),
    "list in an archive": attached(zipped(a=b"", b=f"1,{THEIRS}".encode("cp932"))),
    "office document": attached(zipped(document=f"<w:p><w:r><w:t>{THEIRS}</w:t></w:r></w:p>".encode())),
    "archive in an archive": attached(zipped(inner=zipped(b=THEIRS.encode()))),
    "name of a file in an archive": attached(zipped(**{THEIRS: b""})),
    "stream of a program's own": root("/Private", lambda pdf: packed(pdf, f'{{"name": "{THEIRS}"}}')),
}


@pytest.mark.parametrize("save", [{}, ENCRYPTED, {"object_stream_mode": pikepdf.ObjectStreamMode.generate}],
                         ids=["plain", "encrypted", "in object streams"])  # fmt: skip
@pytest.mark.parametrize("where", NAMED)
def test_another_person_named_in_the_file_is_residue(where, save, mine, corpus_opinion):
    opinion = corpus_opinion(changed(mine, NAMED[where], **save), SHEET)
    assert {p.verdict for p in opinion.pages} == {"own"}
    assert {e.owner for e in opinion.residue} == {"R00101"}


def form(pdf, body):
    with pikepdf.open(io.BytesIO(body)) as source:
        return pdf.copy_foreign(source.pages[0].as_form_xobject())


def page_without_a_list(pdf, body):
    with pikepdf.open(io.BytesIO(body)) as source:
        pdf.pages.append(source.pages[0])
        pdf.Root.Kept = pdf.pages[1].obj
        del pdf.pages[1]


def form_that_nothing_draws(pdf, body):
    pdf.pages[0].add_resource(form(pdf, body), Name.XObject)


def hidden_stamp(pdf, body):
    note(pdf, Subtype=Name.Stamp, F=2, AP=Dictionary(N=form(pdf, body)))


def other_state_of_a_button(pdf, body):
    states = Dictionary(Off=pdf.make_stream(b""), On=form(pdf, body))
    note(pdf, Subtype=Name.Widget, FT=Name.Btn, T=String("x"), AS=Name.Off, F=4, AP=Dictionary(N=states))


def attached_document(pdf, body):
    attached(body)(pdf)


@pytest.mark.parametrize("save", [{}, {"object_stream_mode": pikepdf.ObjectStreamMode.generate}],
                         ids=["plain", "in object streams"])  # fmt: skip
@pytest.mark.parametrize(
    "leave",
    [page_without_a_list, form_that_nothing_draws, hidden_stamp, other_state_of_a_button, attached_document],
)
def test_another_persons_page_that_no_list_of_pages_has_is_residue(leave, save, mine, theirs, corpus_opinion):
    opinion = corpus_opinion(changed(mine, lambda pdf: leave(pdf, theirs), **save), SHEET)
    assert {p.verdict for p in opinion.pages} == {"own"}
    assert {e.owner for e in opinion.residue} == {"R00101"}
    alone = corpus_opinion(changed(mine, lambda pdf: leave(pdf, mine), **save), SHEET)
    assert alone.residue == ()


@pytest.mark.parametrize("text", [THEIRS, "TRAN THI HOA"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_text_around_the_document_is_residue(text, encoding, mine, corpus_opinion):
    said = text.encode(encoding)
    for body in (said + b"\n" + mine, mine + b"\n" + said):
        assert {e.owner for e in corpus_opinion(body, SHEET).residue} <= {"R00101", "R00127"}
        assert corpus_opinion(body, SHEET).residue


def test_an_archive_that_has_the_document_in_it_or_stands_around_it_is_looked_through(mine, theirs, corpus_opinion):
    archive = zipped(theirs=theirs)
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as both:
        both.writestr("a.pdf", mine)
        both.writestr("list.csv", THEIRS)
    for body in (mine + b"\n" + archive, mine + b"\n" + zipped(b=THEIRS.encode())):
        opinion = corpus_opinion(body, SHEET)
        assert {e.owner for e in opinion.residue} == {"R00101"}
        assert opinion.marks.unread == 0
    assert {e.owner for e in corpus_opinion(stored.getvalue(), SHEET).residue} == {"R00101"}


def encrypted(archive):
    """Return an archive whose members are said to be encrypted."""
    local, central = archive.find(b"PK\x03\x04"), archive.find(b"PK\x01\x02")
    changed = bytearray(archive)
    changed[local + 6] |= 1
    changed[central + 8] |= 1
    return bytes(changed)


def deep(content, levels):
    return deep(zipped(inner=content), levels - 1) if levels else content


LIST = zipped(b=THEIRS.encode())


@pytest.mark.parametrize(
    "content",
    [
        encrypted(LIST),
        LIST[:-30],
        deep(LIST, 6),
        zipped(bomb=b"\0" * 30_000_000),
        zipped(**{f"m{n}": b"" for n in range(2_000)}),
        b"Rar!\x1a\x07\x00" + bytes(range(32)) * 4,
        zipped(picture=b"\x89PNG\r\n\x1a\n" + bytes(60)),
    ],
    ids=["encrypted", "damaged", "many deep", "bomb", "many members", "another kind", "picture in it"],
)
def test_what_is_attached_and_cannot_be_looked_through_is_counted(content, mine, corpus_opinion):
    opinion = corpus_opinion(changed(mine, attached(content)), SHEET)
    assert {p.verdict for p in opinion.pages} == {"own"}
    assert opinion.marks.unread >= 1
    assert corpus_opinion(mine, SHEET).marks.unread == 0


def locked(body):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="secret", user="secret", R=6))
    return out.getvalue()


def pictured(body):
    """Return a document whose page is a picture of the first page of `body`."""
    out = io.BytesIO()
    with closing(pypdfium2.PdfDocument(body)) as document:
        document[0].render(scale=1).to_pil().convert("1").save(out, "PDF")
    return out.getvalue()


def test_what_is_in_an_attached_document_is_looked_through(mine, theirs, corpus_opinion):
    within = (attached(theirs), attached(LIST), lambda pdf: pdf.docinfo.__setitem__("/Subject", THEIRS))
    for put_in in within:
        opinion = corpus_opinion(changed(mine, attached(changed(mine, put_in))), SHEET)
        assert {e.owner for e in opinion.residue} == {"R00101"}
    opinion = corpus_opinion(changed(mine, attached(changed(mine, attached(mine)))), SHEET)
    assert (opinion.residue, opinion.marks.unread) == ((), 0)


@pytest.mark.parametrize(
    "hide", [locked, pictured, lambda body: body[: len(body) // 2]], ids=["locked", "picture", "cut"]
)
def test_an_attached_document_that_shows_no_text_is_counted(hide, mine, theirs, corpus_opinion):
    assert corpus_opinion(changed(mine, attached(hide(theirs))), SHEET).marks.unread >= 1
    assert corpus_opinion(changed(mine, attached(changed(mine, attached(hide(theirs))))), SHEET).marks.unread >= 1


def test_a_picture_that_stood_before_the_document_is_counted_and_an_earlier_state_of_the_own_one_is_not(
    mine, theirs, read_pdf
):
    assert read_pdf(pictured(theirs) + mine).marks.unread == 1
    copy = pictured(mine)
    assert read_pdf(updated(copy)).marks.unread == 0
    assert read_pdf(updated(copy)).marks.prevs == 1


def updated(body):
    """Return the document with an empty update behind it, as signing makes one."""
    start = int(re.findall(rb"startxref\s+(\d+)", body)[-1])
    root, size = re.findall(rb"/Root (\d+ 0 R)", body)[-1], int(re.findall(rb"/Size (\d+)", body)[-1])
    trailer = b"trailer<</Size %d/Root %s/Prev %d>>" % (size, root, start)
    return body + b"\nxref\n0 0\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(body) + 1)


def test_a_filled_in_field_that_the_printer_is_to_draw_decides_nothing(mine, corpus_opinion):
    field = {"Subtype": Name.Widget, "FT": Name.Tx, "T": String("name"), "V": String("村上　博")}
    opinion = corpus_opinion(changed(mine, lambda pdf: note(pdf, F=4, **field)), SHEET)
    assert [(p.verdict, p.reason.split(":")[0]) for p in opinion.pages] == [
        ("unread", "1 filled-in fields have no appearance")
    ]
    hidden = corpus_opinion(changed(mine, lambda pdf: note(pdf, F=2, **field)), SHEET)
    assert {p.verdict for p in hidden.pages} == {"own"}


def test_empty_forms_left_over_are_no_unread_parts(mine, read_pdf):
    def forms(pdf):
        pdf.Root.Kept = Array([pdf.make_indirect(form(pdf, pictured(mine))) for _ in range(50)])

    assert read_pdf(changed(mine, forms)).marks.unread == 0


def test_a_list_longer_than_is_searched_is_counted(mine, corpus_opinion):
    body = changed(mine, attached(b"a,b\n" * 100_000 + THEIRS.encode()))
    assert corpus_opinion(body, SHEET).marks.unread >= 1


def test_bytes_before_the_document_are_counted(mine, read_pdf):
    assert read_pdf(b"<html><body>busy</body></html>\n" + mine).marks.leading_bytes == 30
    assert read_pdf(b"\xef\xbb\xbf\r\n" + mine).marks.leading_bytes == 0


def test_a_fonts_map_ends_as_files_do_and_bookmarks_name_their_neighbours(mine, corpus_opinion):
    def change(pdf):
        pdf.Root.Map = Stream(pdf, b"%!PS-Adobe-3.0 Resource-CMap\n/CMapName /A def\n%%EndResource\n%%EOF\n")
        with pdf.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(f"{n}", 0) for n in range(3))

    stored = changed(mine, change, compress_streams=False)
    assert stored.count(b"%%EOF") == 2
    marks = corpus_opinion(stored, SHEET).marks
    assert (marks.eofs, marks.prevs, marks.trailing_bytes) == (1, 0, 0)
    remains = corpus_opinion(stored + b"\n" + mine[len(mine) // 2 :], SHEET).marks
    assert remains.eofs == 2


def claiming(body, text):
    """Return the document with `text` claimed to be what its first page says (ActualText)."""

    def claim(pdf):
        page = pdf.pages[0]
        page.contents_coalesce()
        said = (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode()
        page.Contents = pdf.make_stream(
            b"/Span <</ActualText <" + said + b">>> BDC\n" + page.Contents.read_bytes() + b"\nEMC"
        )

    return changed(body, claim)


def test_a_page_that_claims_to_say_what_it_does_not_is_no_own_page(mine, theirs, read_pdf, corpus_opinion):
    says = read_pdf(mine).pages[0].text
    opinion = corpus_opinion(claiming(theirs, says), SHEET)
    assert {e.owner for e in opinion.residue} == {"R00101"}
    assert corpus_opinion(claiming(mine, says), SHEET).residue == ()
    assert {p.verdict for p in corpus_opinion(claiming(mine, read_pdf(theirs).pages[0].text), SHEET).pages} == {
        "foreign"
    }


def test_hostile_strings_and_streams_end_soon():
    body = b"%PDF-1.7 " + b"(" * 300_000 + b"<41" * 100_000 + b"1 0 obj<<>>stream\n" * 20_000
    found = parts(body, 1_000_000)
    assert len(list(file_texts(found, 1_000_000, range(len(found.streams))))) < 10


def test_what_is_in_no_encoding_is_no_text():
    assert decoded(b"\x81\xff\xfe\x00\x9f") == ""
    assert decoded("氏名".encode("euc_jp")) == "氏名"
