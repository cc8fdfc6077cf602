"""Forms that put values and labels together in other ways: own is own, and what is put in is told or unread."""

import pytest
from press.forms import FORMS, under
from press.layouts import lay_out
from press.light import LIGHT
from press.plan import family, record, single, variants
from press.verdicts import told

ORIGINALS = (
    single("", "minami", "inkan", "R00111", "R00112", "name", "address"),
    single("", "kita", "juminhyo", "R00126", "R00115", "name"),
    single("", "nishi", "tax", "R00119", "R00118", "name", "annual_tax"),
    single("", "minami", "juminhyo", "R00115", "R00117", "born_on"),  # an address that a next row's 1 would make longer
    family("", "minami", "R00103", ("item", 1, "born_on", "R00107"), ("person", 1, 0, "R00120"), ("page", 1, "R00107")),
)
CASES = [
    pytest.param(form.__name__, original, id=f"{form.__name__}-{original.vendor}-{original.name}")
    for form in FORMS
    for original in ORIGINALS
    if form is not under or not original.everyone  # a household does not fit on the paper
]


@pytest.mark.parametrize(("form", "original"), CASES)
def test_own_is_own_and_what_is_put_in_is_told(form, original, corpus_opinion):
    for name, sheets, truth in variants(original):
        opinion = corpus_opinion(LIGHT["reportlab"](lay_out(sheets, form)), original)
        assert told(opinion, record(original, "reportlab", name, truth)) == "right", (name, opinion)
