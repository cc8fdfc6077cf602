"""Damages PDFs in the ways that transport, storage and attackers do; and the known bombs."""

import hashlib
import random
import re
import zlib

_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\b.*?endobj", re.DOTALL)
WAYS = ("bytes", "block", "truncated", "holed", "spliced", "joined", "swapped", "numbers")


def damaged(bodies, number, seed=2026):
    """Return (index of the body damaged, how, bytes) of mutation `number`: always the same for one seed."""
    dice = random.Random(f"{seed} {number}")
    which = dice.randrange(len(bodies))
    how = WAYS[number % len(WAYS)]
    return which, how, _HOW[how](bytes(bodies[which]), dice, bodies)


def _bytes(body, dice, _):
    out = bytearray(body)
    for _ in range(dice.choice((1, 3, 10, 100, 1000))):
        out[dice.randrange(len(out))] = dice.randrange(256)
    return bytes(out)


def _block(body, dice, _):
    at, size = dice.randrange(len(body)), dice.choice((4, 64, 1024, 8192))
    return body[:at] + dice.choice((bytes(size), dice.randbytes(size), b" " * size)) + body[at + size :]


def _truncated(body, dice, _):
    return body[: dice.randrange(1, len(body))]


def _holed(body, dice, _):
    at = dice.randrange(len(body))
    return body[:at] + body[at + dice.choice((1, 10, 500, 5000)) :]


def _spliced(body, dice, bodies):
    other = bodies[dice.randrange(len(bodies))]
    return body[: dice.randrange(len(body))] + other[dice.randrange(len(other)) :]


def _joined(body, dice, bodies):
    other = bodies[dice.randrange(len(bodies))]
    return dice.choice((other + body, body[: dice.randrange(len(body))] + other, body + other[-2000:]))


def _swapped(body, dice, _):
    """Exchange two objects of the file: contents, fonts, pages, the catalogue."""
    objects = list(_OBJECT.finditer(body))
    if len(objects) < 2:
        return _bytes(body, dice, _)
    first, second = sorted(dice.sample(objects, 2), key=re.Match.start)
    return (
        body[: first.start()] + _renumbered(second, first[1]) + body[first.end() : second.start()]
        + _renumbered(first, second[1]) + body[second.end() :]
    )  # fmt: skip


def _renumbered(found, number):
    return number + found.group()[len(found[1]) :]


def _numbers(body, dice, _):
    """Change numbers and references outside streams' data where they are plain."""
    numbers = list(re.finditer(rb"(?<=[ /\[])\d{1,6}(?=[ /\]\r\n>])", body))
    out = bytearray(body)
    for found in dice.sample(numbers, min(len(numbers), dice.choice((1, 3, 20)))):
        out[found.start() : found.end()] = (
            str(dice.randrange(10 ** len(found.group()))).zfill(len(found.group())).encode()
        )
    return bytes(out)


_HOW = {
    "bytes": _bytes,
    "block": _block,
    "truncated": _truncated,
    "holed": _holed,
    "spliced": _spliced,
    "joined": _joined,
    "swapped": _swapped,
    "numbers": _numbers,
}


def _file(*objects):
    """Return a PDF of numbered objects, the first the catalogue; readers rebuild the missing table."""
    numbered = (b"%d 0 obj%s endobj\n" % (n, o) for n, o in enumerate(objects, 1))
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def _stream(content, entries=b""):
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


_CATALOGUE, _PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R%s>>"


def form_that_draws_itself():
    form = _stream(b"/F Do /F Do", b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</F 5 0 R>>>>")
    return _file(_CATALOGUE, _PAGES, _PAGE % b"/Resources<</XObject<</F 5 0 R>>>>", _stream(b"/F Do"), form)


def deflated_twice():
    inner = zlib.compress(zlib.compress(b"0 0 m 9 9 l S " * 10_000_000, 9), 9)
    return _file(_CATALOGUE, _PAGES, _PAGE % b"", _stream(inner, b"/Filter[/FlateDecode/FlateDecode]"))


def deflated_operators():
    operators = zlib.compress(b"q " * 2_000_000 + b"0 0 m " * 2_000_000, 9)
    return _file(_CATALOGUE, _PAGES, _PAGE % b"", _stream(operators, b"/Filter/FlateDecode"))


def huge_picture():
    entries = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB"
    picture = _stream(zlib.compress(bytes(50_000_000), 9), entries + b"/Filter/FlateDecode")
    return _file(_CATALOGUE, _PAGES, _PAGE % b"/Resources<</XObject<</I 5 0 R>>>>", _stream(b"9 0 0 9 0 0 cm /I Do"),
                 picture)  # fmt: skip


def ten_thousand_pages():
    kids = b" ".join(b"%d 0 R" % n for n in range(3, 10_003))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    return _file(_CATALOGUE, b"<</Type/Pages/Count 10000/Kids[%s]>>" % kids, *[page] * 10_000)


def page_tree_in_a_circle():
    return _file(_CATALOGUE, b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 3/Parent 3 0 R>>",
                 b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 3/Parent 2 0 R>>")  # fmt: skip


def deep_nesting():
    return _file(_CATALOGUE, _PAGES, _PAGE % (b"/X " + b"[" * 200_000), _stream(b"(" * 200_000))


def with_a_script(body):
    """Return a document with a script that runs on opening and never ends."""
    return body.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(while\\(1\\){})>>", 1)


def html_with_a_pdf_behind(body):
    return b"<!DOCTYPE html><html><body>200 OK</body></html>\n" + bytes(2000) + body


def html_in_front(body):
    return b"<html><!--" + body


def zip_behind(body):
    return body + b"PK\x03\x04" + bytes(500) + b"PK\x05\x06" + bytes(18)


def three_hundred_megabytes(body):
    return body + bytes(300_000_000 - len(body))


def bombs(body):
    """Yield (name, bytes); `body` is a sound document that some of them are made of. The largest has 300 MB."""
    for make in (form_that_draws_itself, deflated_twice, deflated_operators, huge_picture, ten_thousand_pages,
                 page_tree_in_a_circle, deep_nesting):  # fmt: skip
        yield make.__name__, make()
    for change in (with_a_script, html_with_a_pdf_behind, html_in_front, zip_behind, three_hundred_megabytes):
        yield change.__name__, change(body)
    yield "html", b"<!DOCTYPE html><html><body>200 OK</body></html>"


def digest(body):
    return hashlib.sha256(body).hexdigest()
