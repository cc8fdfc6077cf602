"""Which documents the corpus holds: whose, by which producer and layout, and what of another resident is put in."""

from dataclasses import dataclass

from press.sheets import compose, with_item, with_page, with_person, with_seal
from press.town import household, people


@dataclass(frozen=True)
class Original:
    """A document as it must be. `changes` are what its variants have of others; see `put_in`."""

    layout: str
    vendor: str
    certificate: str
    applicant: str
    changes: tuple
    everyone: bool = False  # lists the household
    relation: bool = False
    honseki: bool = False
    font: str = "ipaex"

    @property
    def name(self):
        return f"{self.certificate}_{self.applicant}_{self.layout}"

    def sheets(self, applicant=None):
        who = applicant or self.applicant
        listed = household(who) if self.everyone else [who]
        chosen = {"persons": listed, "relation": self.relation, "honseki": self.honseki, "number": int(who[1:])}
        return compose(self.vendor, self.certificate, who, **chosen)

    @property
    def options(self):
        """The options of the application, in the wire form of the plan."""
        all_listed = self.everyone or self.certificate in {"koseki", "fuhyo"}
        chosen = {"scope": "all" if all_listed else "self", "relation": self.relation, "honseki": self.honseki}
        return {key: value for key, value in chosen.items() if value}


def put_in(original, change):
    """Return the sheets with a change, and the truth about it.

    Changes are ("item", page, item, donor), ("person", page, place, donor), ("page", page, donor), ("seal", donor).
    """
    kind, *where, donor = change
    mine, theirs = original.sheets(), original.sheets(donor)
    truth = {"kind": kind, "of": donor, "page": 1}
    if kind == "seal":
        return with_seal(mine, donor), truth
    truth["page"] = where[0]
    if kind == "item":
        sheets, value = with_item(mine, theirs, where[0], where[1])
        return sheets, {**truth, "item": where[1], "value": value, "persons": bearers(value, theirs)}
    if kind == "person":
        return with_person(mine, theirs, *where), truth
    sheets = with_page(mine, theirs, where[0])
    return sheets, {**truth, "persons": sorted({f.person for block in sheets[where[0] - 1].blocks for f in block})}


def bearers(value, sheets):
    """Return everyone whom a value may rightly be attributed to: the donor's page says it, or it is their own name."""
    said = {f.person for s in sheets for f in (*s.head, *(f for b in s.blocks for f in b)) if f.value == value}
    homes = {people()[key].household for key in said}
    housed = {r.key for r in people().values() if r.household in homes}
    return sorted(housed | {r.key for r in people().values() if value in {r.name, r.alias}})


def variants(original):
    """Yield (name, sheets, truth) of an original and of all its variants; truth is None for the original itself."""
    yield original.name, original.sheets(), None
    for change in original.changes:
        sheets, truth = put_in(original, change)
        yield f"{original.name}__{'-'.join(map(str, change))}", sheets, truth


def record(original, producer, name, truth, *, text="fine"):
    """Return the truth about one document. `text` is "fine", or "lost" where no text layer tells what is printed."""
    return {
        "file": f"{name}.pdf",
        "producer": producer,
        "text": text,
        "profile": original.vendor,
        "layout": original.layout,
        "certificate": original.certificate,
        "applicant": original.applicant,
        "options": original.options,
        "pages": len(original.sheets()),
        "change": truth,
    }


def single(layout, vendor, certificate, applicant, donor, *items, font="ipaex", seal=True, relation=False):
    """A sheet of one person, and variants with items, the whole page, and the seal of a look-alike."""
    changes = [("item", 1, item, donor) for item in items] + [("page", 1, donor)]
    if certificate == "inkan" and seal:
        changes.append(("seal", donor))
    return Original(layout, vendor, certificate, applicant, tuple(changes), font=font, relation=relation)


def family(layout, vendor, applicant, *changes, honseki=True, font="ipaex"):
    """A household's sheets, with relation and 本籍."""
    return Original(
        layout, vendor, "juminhyo", applicant, changes, everyone=True, relation=True, honseki=honseki, font=font
    )


HEAVY_PLAN = {
    "chromium": (
        family("table", "kita", "R00103", ("item", 1, "name", "R00112"), ("item", 2, "address", "R00130"),
               ("person", 1, 1, "R00116"), ("page", 2, "R00107")),
        single("grid", "minami", "inkan", "R00113", "R00114", "name", "address", "born_on"),
        single("ruby", "nishi", "tax", "R00118", "R00119", "name", "total_income"),
        Original("vertical", "higashi", "koseki", "R00107", (("page", 2, "R00101"), ("item", 1, "mother", "R00101"),
                 ("item", 2, "koseki_honseki", "R00101"))),
        single("grid", "nishi", "inkan", "R00122", "R00123", "name", font="noto"),
        single("table", "kita", "inkan", "R00124", "R00125", "address", font="noto"),
    ),
    "weasyprint": (
        single("table", "kita", "tax", "R00111", "R00112", "name", "taxable"),
        family("grid", "minami", "R00109", ("item", 1, "born_on", "R00117"), ("person", 2, 0, "R00115"),
               ("page", 1, "R00102")),
        single("grid", "nishi", "inkan", "R00126", "R00128", "name", "address"),
        Original("table", "higashi", "koseki", "R00101", (("page", 4, "R00107"), ("item", 3, "father", "R00107"),
                 ("item", 5, "koseki_hittousha", "R00107"))),
    ),
    "libreoffice": (
        family("table", "kita", "R00108", ("item", 1, "kana", "R00118"), ("person", 1, 2, "R00121"),
               ("page", 1, "R00103")),
        single("ruby", "nishi", "inkan", "R00119", "R00118", "name", "address", "born_on"),
        single("table", "minami", "tax", "R00120", "R00121", "born_on", "annual_tax"),
        Original("vertical", "higashi", "koseki", "R00107", (("page", 1, "R00101"), ("item", 2, "father", "R00101"))),
    ),
    "fop": (
        family("table", "kita", "R00101", ("item", 2, "name", "R00130"), ("person", 2, 1, "R00129"),
               ("page", 1, "R00108")),
        single("grid", "nishi", "inkan", "R00115", "R00116", "name", "born_on"),
        single("table", "minami", "tax", "R00121", "R00120", "born_on", "total_income"),
    ),
    "cairo": (
        family("heads", "minami", "R00102", ("item", 2, "honseki", "R00125"), ("person", 1, 0, "R00120"),
               ("page", 2, "R00110")),
        single("ruled", "kita", "inkan", "R00129", "R00130", "address", "name"),
        Original("vertical", "higashi", "koseki", "R00107", (("page", 2, "R00101"), ("item", 1, "father", "R00101"))),
        single("columns", "nishi", "inkan", "R00122", "R00123", "name", "address", font="noto"),
    ),
    "itext": (
        family("columns", "nishi", "R00104", ("item", 1, "name", "R00117"), ("item", 3, "kana", "R00113"),
               ("person", 2, 1, "R00114"), ("page", 3, "R00107")),
        single("ruled", "kita", "tax", "R00107", "R00101", "total_income", "address"),
        Original("ruled", "higashi", "fuhyo", "R00101", (("page", 1, "R00107"), ("item", 2, "address", "R00107"))),
    ),
    "prawn": (
        single("heads", "minami", "inkan", "R00127", "R00128", "name", "address", "born_on"),
        family("table", "kita", "R00110", ("item", 1, "name", "R00111"), ("person", 1, 1, "R00124")),
    ),
    "tcpdf": (
        single("heads", "nishi", "tax", "R00101", "R00107", "name", "annual_tax"),
        Original("ruled", "higashi", "koseki", "R00107", (("page", 2, "R00101"), ("item", 2, "mother", "R00101"))),
    ),
    "pdfbox": (
        family("frames", "minami", "R00108", ("item", 1, "honseki", "R00101"), ("person", 1, 1, "R00116"),
               ("page", 1, "R00103")),
        single("colons", "kita", "inkan", "R00113", "R00114", "name", "born_on"),
    ),
    "pdfkit": (
        single("halves", "nishi", "tax", "R00120", "R00121", "born_on", "annual_tax"),
        single("spread", "minami", "inkan", "R00116", "R00115", "name"),
    ),
    "pdf-lib": (
        single("brackets", "kita", "inkan", "R00119", "R00118", "name", "address"),
    ),
    "jspdf": (
        single("readings", "minami", "juminhyo", "R00111", "R00112", "name", "address"),
    ),
    "api2": (
        single("under", "nishi", "inkan", "R00128", "R00127", "name", "born_on"),
    ),
    "haru": (
        family("ruled", "kita", "R00103", ("item", 1, "name", "R00112"), ("item", 2, "born_on", "R00117")),
        single("frames", "minami", "tax", "R00118", "R00119", "name", "total_income"),
        Original("vertical", "higashi", "koseki", "R00107", (("page", 2, "R00101"), ("item", 1, "mother", "R00101"))),
    ),
}  # fmt: skip
# what Ghostscript makes of other producers' documents: (producer, place in its plan, how, what is left of the text)
REDISTILLED = (
    ("chromium", 1, "pdfwrite", "fine"),
    ("libreoffice", 1, "pdfwrite", "fine"),
    ("cairo", 0, "pdfwrite", "fine"),
    ("chromium", 2, "postscript", "lost"),
    ("itext", 1, "postscript", "lost"),
    ("weasyprint", 2, "outlines", "lost"),
    ("fop", 1, "image", "lost"),
    ("prawn", 0, "grey-image", "lost"),
)
