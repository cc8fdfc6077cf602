"""More layouts of official forms: numbered frames, dates in parts, labels in brackets or under values, two halves."""

import re

from press.layouts import LAYOUTS, Paper, _foot, ruled, width, wrapped

LONG = {"name", "kana", "alias", "honseki", "address", "hittousha"}


def frames(sheet):
    """Numbered frames, the empty ones struck out; short labels written downwards; dates and amounts in parts."""
    paper = _begun(sheet)
    y = 765
    for f in sheet.head:
        paper.form(55, y - 14, 8, f.label)
        for n, line in enumerate(wrapped(f.value, 10, 360)):
            paper.value(150, y - 14 - 12 * n, 10, line)
        y -= 26
    for number in range(4):
        paper.form(60, y - 30, 9, str(number + 1))
        if number < len(sheet.blocks):
            y = _frame(paper, sheet.blocks[number], y)
        else:
            paper.form(250, y - 30, 10, "以下余白")
            paper.box(50, y - 60, 545, y)
            y -= 66
    return _ended(paper, sheet, y)


def _frame(paper, block, top):
    left = right = top
    for f in block:
        if f.item not in LONG:
            paper.form(330, right - 12, 7, f.label)
            _in_parts(paper, 430, right - 12, f.value)
            right -= 17
            continue
        characters = [c for c in f.label if not c.isspace()]
        if len(characters) == 2:
            paper.form(78, left - 12, 7, characters[0])
            paper.form(78, left - 22, 7, characters[1])
        else:
            paper.form(72, left - 12, 5.5, f.label)
        lines = wrapped(f.value, 9, 190)
        for n, line in enumerate(lines):
            paper.value(120, left - 15 - 10 * n, 9, line)
        left -= 14 + 12 * len(lines)
    bottom = min(left, right) - 6
    paper.box(50, bottom, 545, top)
    return bottom - 6


def _in_parts(paper, x, y, value):
    for part in re.findall(r"[^\d元]+|[\d元]+", value):
        paper.value(x, y, 9, part)
        x += width(part, 9) + 4


def halves(sheet):
    """Two halves side by side, labels left and values right in each, drawn row by row across both."""
    paper, fields = _begun(sheet), _fields(sheet)
    half, y = (len(fields) + 1) // 2, 740
    for row in range(half):
        for column, place in enumerate((row, row + half)):
            if place < len(fields):
                paper.form(50 + 260 * column, y, 8, fields[place].label)
                for n, line in enumerate(wrapped(fields[place].value, 9, 150)):
                    paper.value(300 + 260 * column - width(line, 9), y - 11 * n, 9, line)
        y -= 40
    return _ended(paper, sheet, y)


def brackets(sheet):
    """【氏名】値, a field a line."""
    paper, y = _begun(sheet), 760
    for f in _fields(sheet):
        for line in wrapped(f"【{f.label}】{f.value}", 10, 470):
            paper.value(60, y, 10, line)
            y -= 14
    return _ended(paper, sheet, y)


def colons(sheet):
    """氏名:値, several fields a line."""
    paper, x, y = _begun(sheet), 60, 760
    for f in _fields(sheet):
        text = f"{f.label}:{f.value}"
        if x + width(text, 9) > 540:
            x, y = 60, y - 14
        paper.value(x, y, 9, text)
        x += width(text, 9) + 16
    return _ended(paper, sheet, y - 20)


def under(sheet):
    """Every value on a line, its label small under the line."""
    paper, y = _begun(sheet), 750
    for f in _fields(sheet):
        for line in wrapped(f.value, 10, 470):
            paper.value(60, y, 10, line)
            y -= 12
        paper.line(60, y + 9, 540, y + 9)
        paper.form(60, y + 1, 6, f.label)
        y -= 16
    return _ended(paper, sheet, y)


def readings(sheet):
    """The ruled table with the reading in brackets behind every name."""
    paper = ruled(sheet)
    known = {f.value: f.kana for block in sheet.blocks for f in block if f.kana}
    paper.marks = [
        (*m[:4], f"{m[4]}({known[m[4]]})", m[5]) if m[0] == "text" and m[5] == "value" and m[4] in known else m
        for m in paper.marks
    ]
    return paper


def labels_last(sheet):
    """The ruled table, all values drawn before the form."""
    paper = ruled(sheet)
    paper.marks.sort(key=lambda mark: mark[0] == "text" and mark[5] == "form")
    return paper


def cells(sheet):
    """A cell for every character of a name, digit of an amount and part of a date, over a copy guard (複写)."""
    paper = Paper()
    for place in range(120):
        paper.form(20 + 70 * (place % 8) + 35 * (place // 8 % 2), 40 + 50 * (place // 8), 14, "複写")
    paper.form(200, 790, 17, "　".join(sheet.title))
    paper.form(410, 815, 8, sheet.number)
    y = 760
    for f in _fields(sheet):
        paper.form(55, y - 14, 8, f.label)
        y = _celled(paper, f, y)
        paper.line(50, y, 545, y)
    return _ended(paper, sheet, y)


def _celled(paper, f, y):
    if f.item == "name":
        for n, character in enumerate(f.value.replace("　", "")):
            paper.value(160 + 22 * n, y - 15, 11, character)
    elif re.fullmatch(r"[\d０-９,，]+円?", f.value):
        for n, digit in enumerate(re.sub(r"[,，円]", "", f.value)[::-1]):
            paper.value(480 - 15 * n, y - 15, 10, digit)
        paper.form(496, y - 15, 8, "円")
    elif f.item == "born_on":
        x = 160
        for part in re.findall(r"[\d元]+|[^\d元]+", f.value):
            paper.value(x, y - 15, 10, part)
            x += width(part, 10) + 9
    else:
        for line in wrapped(f.value, 10, 110 if f.item == "address" else 360):
            paper.value(160, y - 15, 10, line)
            y -= 12
        y += 12
    return y - 22


def _fields(sheet):
    return [f for fields in (sheet.head, *sheet.blocks) for f in fields]


def _begun(sheet):
    paper = Paper()
    paper.form(200, 790, 17, sheet.title)
    paper.form(410, 815, 8, sheet.number)
    return paper


def _ended(paper, sheet, y):
    paper.seal(sheet.seal, 430, y - 60)
    _foot(paper, sheet, 60, 110)
    return paper


FORMS = (frames, halves, brackets, colons, under, readings, labels_last, cells)
LAYOUTS.update({form.__name__: form for form in FORMS})
