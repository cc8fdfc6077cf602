"""What happens to documents after they were drawn: encryption, revisions, layers, clipping, notes, turned pages."""

import io
import re

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from press.layouts import lay_out
from press.light import LIGHT
from press.plan import family, record, single, variants
from press.verdicts import told

SHEET = single("", "kita", "inkan", "R00118", "R00119", "name", "address", "born_on")
HOUSE = family("", "nishi", "R00108", ("item", 1, "name", "R00130"), ("person", 2, 1, "R00116"), ("page", 1, "R00103"))


def drawn(sheets, producer="reportlab", layout="ruled"):
    return LIGHT[producer](lay_out(sheets, layout))


def changed(body, change=lambda pdf: None, **save):
    with pikepdf.open(io.BytesIO(body)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out, **save)
        return out.getvalue()


def encrypted(revision):
    how = pikepdf.Encryption(
        owner="secret",
        user="",
        R=revision,
        aes=revision > 3,
        metadata=revision > 3,
        allow=pikepdf.Permissions(extract=False, modify_other=False),
    )
    return lambda body: changed(body, encryption=how)


def in_object_streams(body):
    return changed(body, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)


def turned(angle):
    """The sheet lies on its side in the file, and /Rotate puts it upright; or it is printed so."""

    def turn(pdf):
        for page in pdf.pages:
            page.rotate(angle, relative=False)

    return lambda body: changed(body, turn)


def drawn_turned(angle):
    """The contents are turned, and /Rotate turns them back: how printing in landscape is often done."""
    matrices = {90: "0 1 -1 0 842 0", 180: "-1 0 0 -1 595 842", 270: "0 -1 1 0 0 595"}

    def turn(pdf):
        for page in pdf.pages:
            page.contents_add(pdf.make_stream(f"q {matrices[angle]} cm ".encode()), prepend=True)
            page.contents_add(pdf.make_stream(b" Q"))
            if angle != 180:
                page.MediaBox = Array([0, 0, 842, 595])
            page.rotate(angle, relative=False)

    return lambda body: changed(body, turn)


def values_in_annotations(body):
    """All that the page draws is drawn by an annotation instead, as filled-in forms are."""

    def move(pdf):
        for page in pdf.pages:
            page.contents_coalesce()
            form = pdf.make_stream(page.Contents.read_bytes())
            form.Type, form.Subtype, form.BBox, form.Resources = Name.XObject, Name.Form, page.MediaBox, page.Resources
            note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, F=4, Rect=page.MediaBox, AP=Dictionary(N=form))
            page.Annots = Array([pdf.make_indirect(note)])
            page.Contents = pdf.make_stream(b"")

    return changed(body, move)


CHANGES = {
    "as it is": lambda body: body,
    "RC4-128": encrypted(3),
    "AES-128": encrypted(4),
    "AES-256": encrypted(6),
    "object streams, linearised": in_object_streams,
    "Rotate 90": turned(90),
    "Rotate 180": turned(180),
    "Rotate 270": turned(270),
    "turned contents 90": drawn_turned(90),
    "turned contents 180": drawn_turned(180),
    "turned contents 270": drawn_turned(270),
    "in annotations": values_in_annotations,
}


@pytest.mark.parametrize(
    ("producer", "original"),
    [
        pytest.param("reportlab", SHEET, id="reportlab sheet"),
        pytest.param("typst", HOUSE, id="typst household"),
        pytest.param("typst", SHEET, id="typst sheet", marks=pytest.mark.slow),
        pytest.param("reportlab", HOUSE, id="reportlab household", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("change", CHANGES)
def test_ownership_is_right_whatever_is_done_to_the_file(change, producer, original, corpus_opinion):
    for name, sheets, truth in variants(original):
        opinion = corpus_opinion(CHANGES[change](drawn(sheets, producer)), original)
        assert told(opinion, record(original, producer, name, truth)) == "right", (name, opinion)


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_page_in_random_drawing_order_is_read_by_its_places(angle, corpus_opinion):
    for name, sheets, truth in variants(SHEET):
        opinion = corpus_opinion(drawn_turned(angle)(drawn(sheets, layout="shuffled")), SHEET)
        assert told(opinion, record(SHEET, "reportlab", name, truth)) == "right", (name, opinion)


def without_to_unicode(pdf):
    for page in pdf.pages:
        for font in page.Resources.Font.values():
            if "/ToUnicode" in font:
                del font["/ToUnicode"]


def mapped_wrongly(pdf):
    """Every character decodes to the third after it: plausible text, all of it wrong."""
    for page in pdf.pages:
        for font in page.Resources.Font.values():
            if "/ToUnicode" not in font:
                continue
            cmap = font.ToUnicode.read_bytes().decode("latin-1")
            cmap = re.sub(r"<([0-9A-Fa-f]{4})>(?=\s*(?:\n|$))", lambda m: f"<{int(m[1], 16) + 3:04X}>", cmap)
            font.ToUnicode = pdf.make_stream(cmap.encode("latin-1"))


@pytest.mark.parametrize("damage", [without_to_unicode, mapped_wrongly])
@pytest.mark.parametrize("original", [SHEET, HOUSE], ids=["sheet", "household"])
def test_text_that_does_not_decode_is_unread_and_nobody_is_accused_but_by_a_seal(damage, original, corpus_opinion):
    for name, sheets, truth in variants(original):
        opinion = corpus_opinion(changed(drawn(sheets), damage), original)
        verdict = told(opinion, record(original, "reportlab", name, truth))
        assert verdict.startswith("unread") or (opinion.seal is not None and verdict == "right"), (name, opinion)
        assert {p.verdict for p in opinion.pages} == {"unread"}


def over(body, other, *, draw=b"", prepare=lambda pdf, page: None):
    """Return `body` with the first page of `other` drawn on its own as `draw` says (%s is the form's name)."""
    with pikepdf.open(io.BytesIO(body)) as pdf, pikepdf.open(io.BytesIO(other)) as source:
        page = pdf.pages[0]
        form = pdf.copy_foreign(source.pages[0].as_form_xobject())
        name = page.add_resource(form, Name.XObject)
        prepare(pdf, page)
        page.contents_add(pdf.make_stream(draw % str(name).encode()))
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def a_layer(state):
    def prepare(pdf, page):
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="layer"))
        page.Resources.Properties = Dictionary(L=group)
        chosen = Dictionary({"/Order": Array([group]), state: Array([group])})
        pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=chosen)

    return prepare


HIDDEN = {
    "layer": {"draw": b"/OC /L BDC q %s Do Q EMC", "prepare": a_layer("/OFF")},
    "clipped": {"draw": b"q 0 0 4 4 re W n %s Do Q"},
}


def others_page():
    donor = single("", "kita", "tax", "R00101", "R00107")
    return drawn(donor.sheets())


@pytest.mark.parametrize("how", HIDDEN)
def test_text_that_does_not_show_is_no_text_of_the_page_and_is_searched_for_leaks(how, corpus_opinion):
    opinion = corpus_opinion(over(drawn(SHEET.sheets()), others_page(), **HIDDEN[how]), SHEET)
    assert [p.verdict for p in opinion.pages] == ["own"]
    assert (opinion.wrong, opinion.missing, opinion.seal) == ((), (), None)
    assert "R00101" in {e.owner for e in opinion.residue}
    alone = over(drawn(SHEET.sheets()), drawn(SHEET.sheets()), **HIDDEN[how])
    assert corpus_opinion(alone, SHEET).residue == ()


@pytest.mark.parametrize("how", HIDDEN)
def test_an_own_page_whose_text_does_not_show_is_no_own_page(how, corpus_opinion):
    blank, out = pikepdf.new(), io.BytesIO()
    blank.add_blank_page(page_size=(595, 842))
    blank.save(out)
    opinion = corpus_opinion(over(out.getvalue(), drawn(SHEET.sheets()), **HIDDEN[how]), SHEET)
    assert [p.verdict for p in opinion.pages] == ["unread"]


def test_a_layer_that_is_on_is_the_page(corpus_opinion):
    shown = over(drawn(SHEET.sheets()), others_page(), draw=HIDDEN["layer"]["draw"], prepare=a_layer("/ON"))
    assert corpus_opinion(shown, SHEET).pages[0].verdict == "mixed"


def test_an_earlier_revision_with_another_persons_page_is_residue(corpus_opinion):
    first = drawn(single("", "kita", "inkan", "R00119", "R00118").sheets())
    opinion = corpus_opinion(first + b"\n" + drawn(SHEET.sheets()), SHEET)
    assert [p.verdict for p in opinion.pages] == ["own"]
    assert {e.owner for e in opinion.residue} == {"R00119"}
