"""A document that differs from one read before in figures alone is read by its likeness, and says what is read of it.

Whatever differs otherwise, or might, has no likeness: it is read as ever.
"""

import hashlib
import random
import re
import zlib

import pytest

from harness.reading.document import read_document
from harness.reading.likeness import read_by_likeness
from harness.reading.limits import ReaderLimits
from harness.records.reading import ReadingStatus

LIMITS = ReaderLimits()
LETTERS = sorted(set("住民票の写し発行番号試験令和年月日氏名見本太郎次架空県市一丁目0123456789-/ (\\)ABn"))
CODES = {letter: 0x28 + place for place, letter in enumerate(LETTERS)}  # some are brackets and backslashes as bytes
TO_UNICODE = (
    "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    f"{len(CODES)} beginbfchar\n"
    + "\n".join(f"<{code:04x}> <{ord(letter):04x}>" for letter, code in CODES.items())
    + "\nendbfchar endcmap end"
)


def in_hex(text):
    return b"<" + b"".join(b"%04x" % CODES[c] for c in text) + b">"


def in_brackets(text):
    raw = b"".join(CODES[c].to_bytes(2) for c in text)
    return b"(" + re.sub(rb"([()\\])", rb"\\\1", raw) + b")"


def kerned(text):
    return b"[" + b" -3 ".join(in_hex(c) for c in text) + b"]"


def page(*lines, string=in_hex, extra=b""):
    shown = b"".join(
        b"1 0 0 1 72 %d Tm %s %s\n" % (720 - 20 * n, string(line), b"TJ" if string is kerned else b"Tj")
        for n, line in enumerate(lines)
    )
    return b"q BT /F1 12 Tf\n" + shown + b"ET Q\n" + extra


def lines(number="0001", day="8年11月22日", name="見本太郎", of="1/1"):
    return ("住民票の写し", f"発行番号 試験-{number}", f"令和{day}", f"氏名 {name}", "架空県見本市1丁目2-3", of)


def pdf(*pages, made="D:20261122090000", annotation=b"", font=TO_UNICODE, more=(), tail=b""):
    """Return a PDF of content streams, packed, with `more` objects that no page leads to, and a `tail` behind it."""
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (6 + 2 * n) for n in range(count))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
        3: b"<</Type/Font/Subtype/Type0/BaseFont/Sheet/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>",
        4: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Sheet/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/DW 1000>>",
        5: stream(font.encode()),
    }
    for n, content in enumerate(pages):
        objects[6 + 2 * n] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]%s/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % (annotation, 7 + 2 * n)
        )
        objects[7 + 2 * n] = stream(content)
    objects |= dict(enumerate(more, max(objects) + 1))
    info = max(objects) + 1
    objects[info] = b"<</Producer(Sheets 1.0)/CreationDate(%s)>>" % made.encode()
    return whole(objects, info) + tail


def stream(content):
    packed = zlib.compress(content)
    return b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)


def whole(objects, info):
    body = b"%PDF-1.7\n"
    places = []
    for number, content in sorted(objects.items()):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    number = hashlib.md5(body).hexdigest().encode()
    trailer = b"<</Size %d/Root 1 0 R/Info %d 0 R/ID[<%s><%s>]>>" % (len(places) + 1, info, number, number)
    body += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n%s\n" % (len(places) + 1, table, trailer)
    return body + b"startxref\n%d\n%%%%EOF\n" % start


def read(body):
    return read_document(hashlib.sha256(body).hexdigest(), body, LIMITS)


def by_likeness(body, base):
    return read_by_likeness(hashlib.sha256(body).hexdigest(), body, base, read(base))


def says(reading):
    return [(p.number, p.text, p.hidden_text, p.images, p.width, p.height) for p in reading.pages]


BASE = pdf(page(*lines()))


@pytest.mark.parametrize("string", [in_hex, in_brackets, kerned])
def test_figures_are_read_by_likeness_as_they_are_read_from_the_page(string):
    base = pdf(page(*lines(), string=string))
    now = pdf(page(*lines("9784", "9年10月31日"), string=string), made="D:20271031101112")
    found = by_likeness(now, base)
    assert found is not None
    assert says(found) == says(read(now)) != says(read(base))
    assert "試験-9784" in found.pages[0].text
    assert found.digest == hashlib.sha256(now).hexdigest()
    assert "by likeness to" in found.reader
    assert "D:20271031101112" in found.residue
    assert "D:20261122090000" not in found.residue


def test_a_document_equal_but_for_its_making_is_read_by_likeness():
    now = pdf(page(*lines()), made="D:20271031101112")
    found, ever = by_likeness(now, BASE), read(now)
    assert says(found) == says(ever)
    assert (found.file_id, found.created) == (ever.file_id, ever.created)
    assert ever.created == "D:20271031101112" != read(BASE).created
    assert len(ever.file_id) == 65
    assert ever.file_id != read(BASE).file_id


def test_pages_keep_their_own_figures_though_all_have_the_same_number():
    base = pdf(page(*lines(of="1/2")), page(*lines(of="2/2")))
    now = pdf(page(*lines("4711", of="1/2")), page(*lines("0815", of="2/2")))
    assert says(by_likeness(now, base)) == says(read(now))


def test_a_figure_that_stands_twice_is_not_guessed():
    assert by_likeness(pdf(page("試験-0002", "試験-0001")), pdf(page("試験-0001", "試験-0001"))) is None


@pytest.mark.parametrize(
    "now",
    [
        pdf(page(*lines(name="見本次郎"))),
        pdf(page(*lines("00001"))),
        pdf(page(*lines("000A"))),
        pdf(page(*lines()), annotation=b"/Annots[<</Type/Annot/Subtype/FreeText/Contents(0)>>]"),
        pdf(page(*lines("0002")), font=TO_UNICODE.replace("<0033>", "<0034>")),
        pdf(page(*lines("0002"), extra=b"BT /F1 12 Tf 3 Tr 72 100 Td " + in_hex("氏名") + b" Tj ET\n")),
        pdf(page(*lines("0002"), extra=b"1 1 1 rg\n")),
        pdf(page(*lines("0002")), page("氏名")),
        pdf(page(*lines("0002")), tail=b"7 0 obj\n" + stream(page("氏名 見本次郎")) + b"\nendobj\n%%EOF\n"),
        pdf(page(*lines("0002")), tail=BASE),
        pdf(page(*lines("0002")), tail=b"x"),
        BASE[:-200],
        b"",
    ],
)
def test_whatever_differs_otherwise_has_no_likeness(now):
    assert by_likeness(now, BASE) is None


PICTURE = b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        pytest.param((), (b"(\x8c\xa9\x96{\x8e\x9f\x98Y)",), id="an object outside the page tree"),
        pytest.param((), (stream(page("氏名 見本次郎")),), id="a page's content that no page draws"),
        pytest.param((b"(0001)",), (b"(0002)",), id="a figure that no page shows"),
        pytest.param(*((PICTURE + b"stream\n%b\nendstream" % ink,) for ink in (b"\0", b"\xff")), id="another picture"),
        pytest.param((b"<<(D:20261122)/Length 7>>",), (b"<</Length 7(D:20261122)>>",), id="a date for a length"),
    ],
)
def test_what_no_page_leads_to_is_compared_too(was, now):
    base = pdf(page(*lines()), more=was)
    assert by_likeness(pdf(page(*lines("0002")), more=was), base) is not None
    assert by_likeness(pdf(page(*lines("0002")), more=now), base) is None


def test_a_code_that_is_no_figure_by_its_fonts_map_is_none():
    font = TO_UNICODE.replace(f"<{CODES['1']:04x}> <0031>", f"<{CODES['1']:04x}> <4e00>")
    base = pdf(page("令和8年", "氏名 1"), font=font)
    assert by_likeness(pdf(page("令和8年", "氏名 2"), font=font), base) is None
    assert by_likeness(pdf(page("令和9年", "氏名 1"), font=font), base) is not None


def test_an_object_table_that_leads_elsewhere_has_no_likeness():
    now = pdf(page(*lines("0002")))
    hidden = now.replace(b"Sheets 1.0", b"Sheets 1.1")
    places = re.findall(rb"\d{10} 00000 n", now)
    astray = now.replace(places[6], places[5])
    assert by_likeness(hidden, BASE) is None
    assert by_likeness(astray, BASE) is None


def test_concealed_text_makes_figures_be_read_from_the_page():
    hidden = b"BT /F1 12 Tf 3 Tr 72 100 Td " + in_hex("氏名 見本次郎") + b" Tj ET\n"
    base = pdf(page(*lines(), extra=hidden))
    assert "見本次郎" in read(base).pages[0].hidden_text
    assert by_likeness(pdf(page(*lines("0002"), extra=hidden)), base) is None
    same = by_likeness(pdf(page(*lines(), extra=hidden), made="D:20271031101112"), base)
    assert "見本次郎" in same.pages[0].hidden_text


@pytest.mark.parametrize("count", [400, pytest.param(6000, marks=pytest.mark.slow)])
def test_damaged_documents_are_read_by_likeness_as_from_the_page_or_not_at_all(count):
    chance = random.Random(3)
    base, now = pdf(page(*lines())), pdf(page(*lines("0002")))
    reading = read(base)
    whole_ones = 0
    for _ in range(count):
        damaged = damage(now, chance)
        found = read_by_likeness("0" * 64, damaged, base, reading)
        if found is not None:
            whole_ones += 1
            close = read(damaged)
            assert close.status is ReadingStatus.READ
            assert says(found) == says(close)
    assert 0 < whole_ones < count


def damage(body, chance):
    """Change a page's content before it is packed, or the file itself, in one place."""
    if chance.random() < 0.5:
        content = bytearray(page(*lines("0002")))
        place = chance.randrange(len(content))
        content[place] = chance.choice(b"0123456789abcdef<>()[]/TjmfQ \n")
        return pdf(bytes(content))
    place = chance.randrange(len(body))
    return body[:place] + chance.choice((b"", bytes([chance.randrange(256)]), b"0", b" ")) + body[place + 1 :]
