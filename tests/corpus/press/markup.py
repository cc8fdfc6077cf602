"""Sheets as documents that flow: HTML for browsers, Flat ODT for LibreOffice, XSL-FO for Apache FOP."""

import base64
from xml.sax.saxutils import escape

from press.town import seal_png

FAMILY = "IPAexGothic"


def html(sheets, layout, faces):
    """Return an HTML page a sheet. `faces` are pairs (family, font file); `layout` is table, grid, vertical or ruby."""
    fonts = "".join(f"@font-face{{font-family:'{name}';src:url('file://{path}')}}" for name, path in faces)
    families = ",".join(f"'{name}'" for name, _ in faces)
    body = "".join(f'<section class="{layout}">{_HTML[layout](sheet)}</section>' for sheet in sheets)
    return (
        f'<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>証明書</title><style>{fonts}'
        f"body{{font-family:{families};font-size:10pt;margin:0}}{_CSS}</style></head><body>{body}</body></html>"
    )


_CSS = """
@page{size:A4;margin:14mm}
section{break-after:page}section:last-child{break-after:auto}
h1{font-size:16pt;text-align:center;font-weight:normal}.number{text-align:right;font-size:8pt}
table{border-collapse:collapse;width:100%;margin-bottom:8pt}td,th{border:0.6pt solid #000;padding:3pt;text-align:left;
font-weight:normal}th{width:28%;background:#eee}
.cards{display:grid;grid-template-columns:1fr 1fr;gap:4pt;margin-bottom:10pt}.card{border:0.5pt solid #555;padding:3pt}
.card small{display:block;font-size:6.5pt;color:#333}
section.vertical{writing-mode:vertical-rl;height:230mm}section.vertical h1{text-align:start}
img{width:18mm;height:18mm}.counter{text-align:right;font-size:8pt}rt{font-size:4.5pt}
"""


def _picture(sheet):
    if not sheet.seal:
        return ""
    return f'<p>印影 <img src="data:image/png;base64,{base64.b64encode(seal_png(sheet.seal)).decode()}"></p>'


def _around(sheet, inner):
    foot = "".join(f"<p>{escape(line)}</p>" for line in sheet.foot)
    return (
        f'<p class="number">{escape(sheet.number)}</p><h1>{escape(sheet.title)}</h1>{inner}{_picture(sheet)}{foot}'
        f'<p class="counter">{escape(sheet.counter)}</p>'
    )


def _groups(sheet):
    return [fields for fields in (sheet.head, *sheet.blocks) if fields]


def _table(sheet, value=lambda f: escape(f.value)):
    rows = (
        "".join(f"<tr><th>{escape(f.label)}</th><td>{value(f)}</td></tr>" for f in fields) for fields in _groups(sheet)
    )
    return _around(sheet, "".join(f"<table>{r}</table>" for r in rows))


def _grid(sheet):
    cards = (
        "".join(f'<div class="card"><small>{escape(f.label)}</small>{escape(f.value)}</div>' for f in fields)
        for fields in _groups(sheet)
    )
    return _around(sheet, "".join(f'<div class="cards">{c}</div>' for c in cards))


def _vertical(sheet):
    lines = ("".join(f"<p>{escape(f.label)}　{escape(f.value)}</p>" for f in fields) for fields in _groups(sheet))
    return _around(sheet, "".join(lines))


def _ruby(sheet):
    return _table(sheet, _with_ruby)


def _with_ruby(f):
    if not f.kana:
        return escape(f.value)
    words = zip(f.value.split("　"), f.kana.split("　"), strict=False)
    return "　".join(f"<ruby>{escape(word)}<rt>{escape(over)}</rt></ruby>" for word, over in words)


_HTML = {"table": _table, "grid": _grid, "vertical": _vertical, "ruby": _ruby}

_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)


def fodt(sheets, layout, family=FAMILY):
    """Return a Flat ODT document; `layout` is table, ruby or vertical."""
    mode = "tb-rl" if layout == "vertical" else "lr-tb"
    size = 'fo:page-width="297mm" fo:page-height="210mm"' if layout == "vertical" else (
        'fo:page-width="210mm" fo:page-height="297mm"'
    )  # fmt: skip
    face = f'style:font-name="{family}" style:font-name-asian="{family}"'
    body = "".join(_odt_sheet(sheet, layout, number) for number, sheet in enumerate(sheets))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_ODF} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.text"><office:font-face-decls>'
        f'<style:font-face style:name="{family}" svg:font-family="{family}"/></office:font-face-decls><office:styles>'
        f'<style:default-style style:family="paragraph"><style:text-properties {face} fo:font-size="10pt" '
        'style:font-size-asian="10pt" fo:language="ja" fo:country="JP"/></style:default-style>'
        '<style:style style:name="Rubies" style:family="text"><style:text-properties fo:font-size="5pt" '
        'style:font-size-asian="5pt"/></style:style></office:styles><office:automatic-styles>'
        '<style:style style:name="new" style:family="paragraph"><style:paragraph-properties fo:break-before="page"/>'
        '<style:text-properties fo:font-size="16pt" style:font-size-asian="16pt"/></style:style>'
        '<style:style style:name="big" style:family="paragraph"><style:text-properties fo:font-size="16pt" '
        'style:font-size-asian="16pt"/></style:style>'
        '<style:style style:name="cell" style:family="table-cell"><style:table-cell-properties '
        'fo:border="0.5pt solid #000000" fo:padding="1mm"/></style:style>'
        '<style:style style:name="narrow" style:family="table-column"><style:table-column-properties '
        'style:rel-column-width="1*"/></style:style><style:style style:name="wide" style:family="table-column">'
        '<style:table-column-properties style:rel-column-width="3*"/></style:style>'
        '<style:style style:name="ruby" style:family="ruby"><style:ruby-properties style:ruby-position="above"/>'
        f'</style:style><style:page-layout style:name="page"><style:page-layout-properties {size} fo:margin="15mm" '
        f'style:writing-mode="{mode}"/></style:page-layout></office:automatic-styles><office:master-styles>'
        '<style:master-page style:name="Standard" style:page-layout-name="page"/></office:master-styles>'
        f"<office:body><office:text>{body}</office:text></office:body></office:document>"
    )


def _odt_sheet(sheet, layout, number):
    style = "new" if number else "big"
    parts = [f'<text:p text:style-name="{style}">{escape(sheet.title)}</text:p>', _paragraph(sheet.number)]
    for fields in _groups(sheet):
        if layout == "vertical":
            parts += [_paragraph(f"{f.label}　{f.value}") for f in fields]
        else:
            parts += [_odt_table(fields, layout), _paragraph("")]
    if sheet.seal:
        picture = base64.b64encode(seal_png(sheet.seal)).decode()
        parts.append(
            '<text:p>印影 <draw:frame text:anchor-type="as-char" svg:width="18mm" svg:height="18mm"><draw:image>'
            f"<office:binary-data>{picture}</office:binary-data></draw:image></draw:frame></text:p>"
        )
    parts += [_paragraph(line) for line in (*sheet.foot, sheet.counter)]
    return "".join(parts)


def _paragraph(text):
    return f"<text:p>{escape(text)}</text:p>"


def _odt_table(fields, layout):
    columns = '<table:table-column table:style-name="narrow"/><table:table-column table:style-name="wide"/>'
    rows = "".join(
        f'<table:table-row><table:table-cell table:style-name="cell">{_paragraph(f.label)}</table:table-cell>'
        f'<table:table-cell table:style-name="cell"><text:p>{_odt_value(f, layout)}</text:p></table:table-cell>'
        "</table:table-row>"
        for f in fields
    )
    return f"<table:table>{columns}{rows}</table:table>"


def _odt_value(f, layout):
    if layout != "ruby" or not f.kana:
        return escape(f.value)
    words = zip(f.value.split("　"), f.kana.split("　"), strict=False)
    return "　".join(
        f'<text:ruby text:style-name="ruby"><text:ruby-base>{escape(w)}</text:ruby-base>'
        f'<text:ruby-text text:style-name="Rubies">{escape(o)}</text:ruby-text></text:ruby>'
        for w, o in words
    )


def fo(sheets, layout, family=FAMILY):
    """Return XSL-FO; `layout` is table or grid (labels above values)."""
    pages = "".join(_fo_sheet(sheet, layout, number) for number, sheet in enumerate(sheets))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><fo:root xmlns:fo="http://www.w3.org/1999/XSL/Format" '
        f'font-family="{family},ReikawaGaiji" font-size="10pt" font-selection-strategy="character-by-character">'
        '<fo:layout-master-set><fo:simple-page-master master-name="a4" page-width="210mm" page-height="297mm" '
        'margin="16mm"><fo:region-body/></fo:simple-page-master></fo:layout-master-set>'
        f'<fo:page-sequence master-reference="a4"><fo:flow flow-name="xsl-region-body">{pages}</fo:flow>'
        "</fo:page-sequence></fo:root>"
    )


def _fo_sheet(sheet, layout, number):
    new = ' break-before="page"' if number else ""
    parts = [f'<fo:block font-size="17pt"{new}>{escape(sheet.title)}</fo:block>', _fo_block(sheet.number)]
    for fields in _groups(sheet):
        parts.append(_fo_table(fields) if layout == "table" else _fo_grid(fields))
    if sheet.seal:
        picture = base64.b64encode(seal_png(sheet.seal)).decode()
        size = 'content-width="18mm" content-height="18mm"'
        parts.append(f'<fo:block>印影 <fo:external-graphic src="data:image/png;base64,{picture}" {size}/></fo:block>')
    parts += [_fo_block(line) for line in (*sheet.foot, sheet.counter)]
    return "".join(parts)


def _fo_block(text):
    return f"<fo:block>{escape(text) or ' '}</fo:block>"


def _fo_cell(content):
    return f'<fo:table-cell border="0.5pt solid black" padding="2pt">{content}</fo:table-cell>'


def _fo_table(fields):
    rows = "".join(
        f"<fo:table-row>{_fo_cell(_fo_block(f.label))}{_fo_cell(_fo_block(f.value))}</fo:table-row>" for f in fields
    )
    return _fo_body('<fo:table-column column-width="45mm"/><fo:table-column column-width="130mm"/>', rows)


def _fo_grid(fields):
    cells = [_fo_cell(f'<fo:block font-size="6pt">{escape(f.label)}</fo:block>{_fo_block(f.value)}') for f in fields]
    if len(cells) % 2:
        cells.append(_fo_cell(_fo_block("")))
    rows = "".join(f"<fo:table-row>{a}{b}</fo:table-row>" for a, b in zip(cells[::2], cells[1::2], strict=True))
    return _fo_body('<fo:table-column column-width="88mm"/>' * 2, rows)


def _fo_body(columns, rows):
    return (
        f'<fo:table table-layout="fixed" width="100%" space-after="8pt">{columns}<fo:table-body>{rows}'
        "</fo:table-body></fo:table>"
    )
