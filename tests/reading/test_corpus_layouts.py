"""Every light producer, layout and vendor's wording: own is own, and what is put in of look-alikes is told."""

import pytest
from press.layouts import lay_out
from press.light import LIGHT
from press.plan import Original, family, record, single, variants
from press.verdicts import told

HOUSEHOLD = (("item", 1, "name", "R00112"), ("item", 1, "honseki", "R00125"), ("person", 1, 0, "R00120"),
             ("page", 1, "R00107"))  # fmt: skip
KOSEKI = Original("", "higashi", "koseki", "R00101", (("page", 4, "R00107"), ("item", 2, "father", "R00107")))
FUHYO = Original("", "higashi", "fuhyo", "R00107", (("page", 1, "R00101"), ("item", 2, "address", "R00101")))
LOOK_ALIKES = (
    single("", "kita", "inkan", "R00111", "R00112", "name", "address"),
    single("", "minami", "inkan", "R00114", "R00113", "name", "address", "born_on"),
    single("", "nishi", "inkan", "R00116", "R00117", "name", "born_on"),
    single("", "kita", "tax", "R00118", "R00119", "name", "address", "total_income"),
    single("", "minami", "tax", "R00119", "R00118", "name", "born_on", "annual_tax"),
    single("", "nishi", "tax", "R00120", "R00121", "born_on", "address", "taxable"),
    single("", "minami", "juminhyo", "R00121", "R00120", "born_on", "address"),
    single("", "kita", "juminhyo", "R00126", "R00115", "name", "kana"),
    single("", "nishi", "inkan", "R00127", "R00128", "name", "address"),
    single("", "kita", "inkan", "R00130", "R00101", "address"),
)
FAMILIES = tuple(family("", vendor, "R00103", *HOUSEHOLD) for vendor in ("kita", "minami", "nishi"))
EVERYTHING = (*LOOK_ALIKES, *FAMILIES, KOSEKI, FUHYO)
WIDE = ("ruled", "heads", "columns", "table", "furigana", "shuffled")
# what fits on the paper: a household of four does not, written vertically
NARROW = tuple(o for o in EVERYTHING if o.vendor in {"nishi", "higashi"} or not o.everyone)
QUICK = {*LOOK_ALIKES[::2], FAMILIES[0], FAMILIES[2], KOSEKI}
DRAWN = (
    *[("reportlab", layout, original) for layout in WIDE for original in EVERYTHING],
    *[("reportlab", layout, original) for layout in ("vertical", "spread") for original in NARROW],
    *[("reportlab-cid", "ruled", original) for original in (LOOK_ALIKES[0], LOOK_ALIKES[3], FAMILIES[1], KOSEKI)],
    *[("typst", layout, original) for layout in ("heads", "columns", "table") for original in EVERYTHING],
    *[("typst", "vertical", original) for original in (KOSEKI, LOOK_ALIKES[2])],
    *[("matplotlib", "ruled", original) for original in (LOOK_ALIKES[1], FAMILIES[0])],
    *[("fpdf2", "heads", original) for original in (LOOK_ALIKES[4],)],
)


def _is_quick(producer, layout, original):
    if producer == "reportlab":
        return original in QUICK
    return producer not in {"typst", "matplotlib"} or (original in {KOSEKI, LOOK_ALIKES[1]} and layout != "columns")


CASES = [
    pytest.param(
        *case,
        id=f"{case[0]}-{case[1]}-{case[2].vendor}-{case[2].name}",
        marks=[pytest.mark.slow] * (not _is_quick(*case)),
    )
    for case in DRAWN
]


@pytest.mark.parametrize(("producer", "layout", "original"), CASES)
def test_own_is_own_and_what_is_put_in_is_told(producer, layout, original, corpus_opinion):
    for name, sheets, truth in variants(original):
        body = LIGHT[producer](lay_out(sheets, layout))
        opinion = corpus_opinion(body, original)
        assert told(opinion, record(original, producer, name, truth)) == "right", (name, opinion)
