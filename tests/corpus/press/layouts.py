"""Puts sheets on paper by coordinates: marks that any drawing library can set. Origin bottom left, points.

Marks are ("text", x, y, size, text, layer), ("line", x1, y1, x2, y2), ("seal", key, x, y, side); layer is "form" for
what the form prints and "value" for what is filled in.
"""

import random

A4 = (595, 842)
A4_LANDSCAPE = (842, 595)


def width(text, size):
    return sum(size * (0.55 if ord(c) < 0x100 or 0xFF61 <= ord(c) <= 0xFF9F else 1.0) for c in text)


def wrapped(text, size, room):
    lines, line = [], ""
    for character in text:
        if width(line + character, size) > room:
            lines.append(line)
            line = ""
        line += character
    return [*lines, line]


class Paper:
    def __init__(self, size=A4):
        self.size, self.marks = size, []

    def form(self, x, y, size, text):
        self.marks.append(("text", x, y, size, text, "form"))

    def value(self, x, y, size, text):
        self.marks.append(("text", x, y, size, text, "value"))

    def line(self, *ends):
        self.marks.append(("line", *ends))

    def box(self, left, bottom, right, top):
        for ends in ((left, bottom, right, bottom), (left, top, right, top), (left, bottom, left, top),
                     (right, bottom, right, top)):  # fmt: skip
            self.line(*ends)

    def seal(self, key, x, y, side=52):
        if key:
            self.marks.append(("seal", key, x, y, side))


def ruled(sheet):
    """A bordered table; labels at the left of their values."""
    paper = Paper()
    paper.form(200, 790, 17, sheet.title)
    paper.form(410, 815, 8, sheet.number)
    y = 760
    for fields in (sheet.head, *sheet.blocks):
        top = y
        for f in fields:
            lines = wrapped(f.value, 10, 370)
            height = 8 + 13 * len(lines)
            paper.form(56, y - 15, 9, f.label)
            for n, line in enumerate(lines):
                paper.value(156, y - 15 - 13 * n, 10, line)
            y -= height
            paper.line(50, y, 545, y)
        if fields:
            paper.box(50, y, 545, top)
            paper.line(150, y, 150, top)
            y -= 10
    paper.seal(sheet.seal, 430, y - 70)
    _foot(paper, sheet, 60, 130)
    return paper


def heads(sheet):
    """Cells with a small label above the value, three to a row; the whole cell is drawn before the next."""
    paper = Paper()
    paper.form(60, 800, 15, sheet.title)
    paper.form(60, 40, 8, sheet.number)
    y = 770
    for fields in (sheet.head, *sheet.blocks):
        x = 60
        for f in fields:
            room = 155 if width(f.value, 10) <= 145 else 475
            if x + room > 540:
                x, y = 60, y - 40
            paper.box(x, y - 38, x + room, y)
            paper.form(x + 4, y - 10, 6.5, f.label)
            for n, line in enumerate(wrapped(f.value, 10, room - 10)):
                paper.value(x + 4, y - 23 - 11 * n, 10, line)
            x += room
        y -= 50 if fields else 0
    paper.seal(sheet.seal, 80, y - 90, 60)
    _foot(paper, sheet, 60, 120, counter_x=480)
    return paper


def columns(sheet):
    """Two people side by side, drawn row by row across both columns."""
    paper = Paper(A4_LANDSCAPE)
    paper.form(340, 555, 16, sheet.title)
    paper.form(660, 570, 8, sheet.number)
    y = 525
    for f in sheet.head:
        paper.form(50, y, 9, f.label)
        paper.value(170, y, 10, f.value)
        y -= 18
    for pair in (sheet.blocks[i : i + 2] for i in range(0, len(sheet.blocks), 2)):
        rows = max(len(block) for block in pair)
        y -= 12
        for row in range(rows):
            for column, block in enumerate(pair):
                if row < len(block):
                    paper.form(50 + 390 * column, y, 8, block[row].label)
                    for n, line in enumerate(wrapped(block[row].value, 9, 260)):
                        paper.value(170 + 390 * column, y - 11 * n, 9, line)
            y -= 24
        paper.line(430, y + 12, 430, y + 24 * rows + 12)
    paper.seal(sheet.seal, 700, 100)
    _foot(paper, sheet, 50, 90)
    return paper


def vertical(sheet):
    """Written from top to bottom, columns from right to left, every character set by itself."""
    paper = Paper(A4_LANDSCAPE)
    x = 790
    for size, text, layer in _columns_of(sheet):
        y = 540
        for character in text:
            if y < 50:
                x, y = x - size * 1.4, 520
            if not character.isspace():
                (paper.form if layer == "form" else paper.value)(x, y, size, character)
            y -= size * 1.12
        x -= size * 1.9
    paper.seal(sheet.seal, 60, 60, 54)
    return paper


def _columns_of(sheet):
    yield 16, sheet.title, "form"
    yield 8, sheet.number, "form"
    for fields in (sheet.head, *sheet.blocks):
        for f in fields:
            yield 9, f.label, "form"
            yield 11, f.value, "value"
    for line in (*sheet.foot, sheet.counter):
        yield 9, line, "form"


def table(sheet):
    """A row of labels, then one row per person under it, drawn label row first and then row by row."""
    paper = Paper(A4_LANDSCAPE)
    paper.form(60, 560, 16, sheet.title)
    paper.form(600, 560, 8, sheet.number)
    y = 530
    for f in sheet.head:
        paper.form(60, y, 9, f.label)
        paper.value(180, y, 10, f.value)
        y -= 18
    items = list(dict.fromkeys((f.item, f.label) for block in sheet.blocks for f in block))
    widest = {i: max([60, *(width(f.value, 8) + 12 for b in sheet.blocks for f in b if f.item == i)]) for i, _ in items}
    lefts, x = {}, 40
    for item, label in items:
        lefts[item] = x
        paper.form(x + 4, y - 12, 7, label)
        x += min(widest[item], 190)
    for block in sheet.blocks:
        y -= 34
        paper.line(40, y + 20, x, y + 20)
        for f in block:
            for n, line in enumerate(wrapped(f.value, 8, min(widest[f.item], 190) - 8)):
                paper.value(lefts[f.item] + 4, y + 6 - 10 * n, 8, line)
    paper.box(40, y - 10, x, y + 34 * len(sheet.blocks) + 20)
    paper.seal(sheet.seal, 700, 100)
    _foot(paper, sheet, 60, 110)
    return paper


def furigana(sheet):
    """The ruled table with the reading in small kana over every name, drawn before it."""
    paper = ruled(sheet)
    readings = {f.value: f.kana for block in sheet.blocks for f in block if f.kana}
    marks = []
    for mark in paper.marks:
        if mark[0] == "text" and mark[5] == "value" and mark[4] in readings:
            x = mark[1]
            for word, over in zip(mark[4].split("　"), readings[mark[4]].split("　"), strict=False):
                marks.append(("text", x, mark[2] + 9.5, 4, over, "value"))
                x += 10 * (len(word) + 1)
        marks.append(mark)
    paper.marks = marks
    return paper


def spread(sheet):
    """The ruled table with every character of a value set by itself, far apart (均等割付)."""
    return _by_glyph(ruled(sheet), gap=1.35)


def shuffled(sheet, seed=7):
    """The ruled table, glyph by glyph in random order."""
    paper = _by_glyph(ruled(sheet), gap=1.0)
    random.Random(seed).shuffle(paper.marks)
    return paper


def _by_glyph(paper, *, gap):
    marks = []
    for mark in paper.marks:
        if mark[0] != "text":
            marks.append(mark)
            continue
        _, x, y, size, text, layer = mark
        for character in text:
            if not character.isspace():
                marks.append(("text", x, y, size, character, layer))
            x += width(character, size) * (gap if layer == "value" else 1.0)
    paper.marks = marks
    return paper


def _foot(paper, sheet, x, y, counter_x=500):
    for line in sheet.foot:
        paper.form(x, y, 10, line)
        y -= 18
    paper.form(counter_x, 25, 8, sheet.counter)


LAYOUTS = {f.__name__: f for f in (ruled, heads, columns, vertical, table, furigana, spread, shuffled)}


def lay_out(sheets, layout):
    """Return one `Paper` per sheet."""
    return [LAYOUTS[layout](sheet) for sheet in sheets]
