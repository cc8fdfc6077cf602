"""Takes out of a file the colour profiles that change nothing: PDFium sets each up anew, as long as it reads a page.

A profile is one that changes nothing if PDFium itself gives the same colours with it and without it. All others, and
all files that are not plainly built, stay as they are.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

import pypdfium2

from harness.reading import pdfium_calls as calls
from harness.records.reading import FileMarks

_PROFILE = b"/ICCBased"
_SPACE = re.compile(rb"\[ ?/ICCBased (\d{1,8}) 0 R ?\]")
# what shows pictures, and what may hide an object of the same number
_NOT_PLAIN = re.compile(rb"/(?:Image|ObjStm)\b")
_LENGTH = re.compile(rb"/Length (\d{1,8})\b")
_DIGITS = b"0123456789"
_END = re.compile(rb"\s*endstream")
_COMPONENTS = re.compile(rb"/N ([13])\b")
_NAMES = {1: b"/DeviceGray", 3: b"/DeviceRGB"}  # each no longer than what it stands for
_STEPS = {1: 256, 3: 9}  # of each component: 256 greys, 729 colours
_SAME_LEVELS = 2  # of 255: rounding in the profile's curves
_LARGEST = 600_000  # bytes of a profile as it is stored
_CHANNELS = 4  # red, green, blue, alpha
_KEPT = 32  # profiles, by their bytes; a producer has one or two


def without_profiles(body: bytes, marks: FileMarks) -> bytes:
    """Return the file, of the same length, with device colours for all colour spaces whose profile changes nothing.

    Pictures keep theirs: their pixels are compared as they decode.
    """
    if _PROFILE not in body or marks.encrypted or (marks.headers, marks.eofs) != (1, 1):
        return body
    if _NOT_PLAIN.search(body) is not None:
        return body
    out = bytearray(body)
    for space in _SPACE.finditer(body):
        if components := _components(body, space[1]):
            out[space.start() : space.end()] = _NAMES[components].ljust(len(space[0]))
    return bytes(out)


def _components(body: bytes, number: bytes) -> int:
    """Return the number of components of the profile with this object number where it changes nothing, 0 elsewhere."""
    places = [m.start() for m in re.finditer(rb"%b\s+\d+\s+obj" % number, body) if body[m.start() - 1] not in _DIGITS]
    begun = re.compile(rb"%b 0 obj\s*(<<[^()]{,400}?>>)\s*stream\r?\n" % number).match(body, places[0] if places else 0)
    length = _LENGTH.search(begun[1]) if begun is not None and len(places) == 1 else None
    if begun is None or length is None or b" R" in begun[1] or int(length[1]) > _LARGEST:
        return 0
    end = begun.end() + int(length[1])
    return _changes_nothing(begun[1], body[begun.end() : end]) if _END.match(body, end) else 0


@lru_cache(_KEPT)
def _changes_nothing(header: bytes, data: bytes) -> int:
    """Return the number of components of a profile with which PDFium gives the colours that it gives without, 0 else.

    `header` is the dictionary of its stream, `data` what the stream holds as it is stored.
    """
    told = _COMPONENTS.search(header)
    components = int(told[1]) if told else 0
    if not components:
        return 0
    levels = [step / (_STEPS[components] - 1) for step in range(_STEPS[components])]
    colours = list(itertools.product(levels, repeat=components))
    profile = b"%sstream\n%s\nendstream" % (header, data)
    try:
        with_it = _fills(b"[/ICCBased 5 0 R]", profile, colours)
        without = _fills(_NAMES[components], profile, colours)
    except pypdfium2.PdfiumError:
        return 0
    pairs = zip(itertools.chain(*with_it), itertools.chain(*without), strict=True)
    same = {len(of) for of in (*with_it, *without)} == {_CHANNELS} and len(with_it) == len(without) == len(colours)
    same = same and all(abs(a - b) <= _SAME_LEVELS for a, b in pairs)
    return components if same else 0


def _fills(space: bytes, profile: bytes, colours: list[tuple[float, ...]]) -> list[list[int]]:
    """Return red, green, blue and alpha that PDFium gives for colours of a colour space."""
    drawing = b"/C cs " + b"".join(b"%s scn 0 0 9 9 re f\n" % b" ".join(b"%.4f" % c for c in of) for of in colours)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</ColorSpace<</C %s>>>>/Contents 4 0 R>>" % space
    document = pypdfium2.PdfDocument(
        _file(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            page,
            b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
            profile,
        )
    )
    try:
        page = document[0]  # kept: a page that nobody holds is closed
        drawn = calls.handle(page)
        return [_fill(calls.object_at(drawn, place)) for place in range(max(0, calls.count_objects(drawn)))]
    finally:
        document.close()


def _fill(handle: calls.Handle) -> list[int]:
    return calls.colour.tolist() if handle and calls.fill_colour(handle, *calls.colour_at) else []


def _file(*objects: bytes) -> bytes:
    """Return a PDF of objects with the numbers 1, 2, ..., the first of them its catalogue."""
    out, table = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        table.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(table) + 1, b"".join(table))
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(table) + 1, start)
    return bytes(out)
