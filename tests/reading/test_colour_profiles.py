"""Colour profiles that change nothing are spared; one that hides or shows anything never is."""

import hashlib
import struct

import pytest

from harness.reading.colour_profiles import without_profiles
from harness.reading.document import read_document
from harness.reading.envelope import mark
from harness.reading.limits import ReaderLimits

# the tones of sRGB (IEC 61966-2-1), as which device colours are taken
EVEN = [
    round(65535 * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4))
    for v in (n / 1023 for n in range(1024))
]
NEGATIVE = EVEN[::-1]
KINKED = [0, *EVEN[600:601] * 800, *EVEN[801:]]  # black and white are the same, greys are not


def profile(curve):
    """Return a grey ICC profile (ICC.1:2010) with this curve of tones and the white of D50."""
    white = b"XYZ " + bytes(4) + struct.pack(">iii", 63190, 65536, 54061)
    tones = b"curv" + bytes(4) + struct.pack(">I", len(curve)) + struct.pack(f">{len(curve)}H", *curve)
    tones += bytes(-len(tones) % 4)
    tags = [(b"wtpt", white), (b"kTRC", tones)]
    table, at, content = struct.pack(">I", len(tags)), 128 + 4 + 12 * len(tags), b""
    for name, tag in tags:
        table += name + struct.pack(">II", at + len(content), len(tag))
        content += tag
    head = struct.pack(">I4sI4s4s4s", at + len(content), bytes(4), 0x02400000, b"mntr", b"GRAY", b"XYZ ") + bytes(12)
    head += b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + content


def document(curve, *more, drawing=b"0 scn (SHOWN) Tj 0 -40 Td 1 scn (NOT SHOWN) Tj"):
    """Return a page with a text in black and one in white of a colour space that has this profile."""
    content = b"/C cs BT /F 24 Tf 20 150 Td %b ET" % drawing
    tones = profile(curve)
    resources = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/ColorSpace<</C 5 0 R>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Resources%b/Contents 4 0 R>>" % resources,
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content),
        b"[/ICCBased 6 0 R]",
        b"<</Length %d/N 1>>\nstream\n%b\nendstream" % (len(tones), tones),
        *more,
    ]
    out, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, one in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n%b" % (len(objects) + 1, table) + end


def spared(body):
    return without_profiles(body, mark(body))


def page_of(body):
    (page,) = read_document(hashlib.sha256(body).hexdigest(), body, ReaderLimits()).pages
    return page


def test_a_profile_that_changes_nothing_is_spared_and_nothing_is_read_otherwise():
    body = document(EVEN)
    less = spared(body)
    assert b"/ICCBased" not in less and len(less) == len(body)
    page = page_of(body)
    assert page.text.split() == ["SHOWN"] and page.hidden_text.split() == ["NOT", "SHOWN"]


@pytest.mark.parametrize("curve", [NEGATIVE, KINKED])
def test_a_profile_that_changes_any_grey_stays(curve):
    body = document(curve)
    assert spared(body) == body


def test_what_a_profile_hides_is_hidden():
    page = page_of(document(NEGATIVE))
    assert page.text.split() == ["NOT", "SHOWN"] and page.hidden_text.split() == ["SHOWN"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(document(EVEN, b"<</Type/XObject/Subtype/Image>>"), id="pictures"),
        pytest.param(document(EVEN) + b"6 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n", id="a later revision"),
        pytest.param(document(EVEN, b"(6 0 obj)"), id="two objects of the profile's number"),
        pytest.param(document(EVEN, b"<</Type/ObjStm>>"), id="objects in streams"),
    ],
)
def test_what_is_not_plain_stays_as_it_is(body):
    assert b"/ICCBased" in spared(body)
