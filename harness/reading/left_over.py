"""Makes pages readable that are in a file and in none of its page lists: left over from a template or another job.

An update is written behind the file whose catalogue lists every page object, and a page for every form; nothing of the
file itself is changed. PDFium then reads them as it reads any page.
"""

from __future__ import annotations

import re

from harness.reading.file_parts import Parts

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_FORM = re.compile(rb"/Subtype\s*/Form\b")
_START = re.compile(rb"startxref\s+(\d+)")
_FREE = 9_000_000  # object numbers from here on are nobody's
_MOST = 40  # pages and forms


def with_left_over(body: bytes, found: Parts, pages: int, forms: int) -> bytes:
    """Return a file that shows all pages and forms of `body`; b"" where it shows them all itself.

    `pages` and `forms` are how many of them are on paper. Encrypted files cannot be treated so.
    """
    page_objects = sorted(found.objects(_PAGE))
    form_objects = sorted({s.number for s in found.streams if s.number and _FORM.search(s.header)})
    if len(page_objects) <= pages and len(form_objects) <= forms:
        return b""
    starts = _START.findall(body)
    return _updated(body, page_objects[:_MOST], form_objects[:_MOST], int(starts[-1])) if starts else b""


def _updated(body: bytes, pages: list[int], forms: list[int], before: int) -> bytes:
    catalogue, kids = _FREE, _FREE + 1
    numbers = [*pages, *range(_FREE + 2, _FREE + 2 + len(forms))]
    objects = [
        b"<</Type/Catalog/Pages %d 0 R>>" % kids,
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(numbers), b" ".join(b"%d 0 R" % n for n in numbers)),
        *(_form_page(form, kids, _FREE + 2 + len(forms)) for form in forms),
        b"<</Length 5>>stream\n/X Do\nendstream",
    ]
    out, table = bytearray(body + b"\n"), []
    for number, content in enumerate(objects, catalogue):
        table.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj%sendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n%d %d\n%s" % (catalogue, len(table), b"".join(table))
    size = catalogue + len(table)
    out += b"trailer<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (size, catalogue, before, start)
    return bytes(out)


def _form_page(form: int, kids: int, content: int) -> bytes:
    """Return a page that draws one form."""
    places = b"/MediaBox[-2000 -2000 4000 4000]/Resources<</XObject<</X %d 0 R>>>>" % form
    return b"<</Type/Page/Parent %d 0 R%s/Contents %d 0 R>>" % (kids, places, content)
