"""`honnin read` is as strict as a run: own is only what a run would find nothing in."""

import io
import json
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from press.layouts import lay_out
from press.light import LIGHT
from press.plan import family, single

from harness.cli import root

CORPUS = Path(__file__).parents[1] / "corpus"
HOLDER = single("", "kita", "inkan", "R00118", "R00119")
FAMILY = family("", "kita", "R00103")


def drawn(sheets):
    return LIGHT["reportlab"](lay_out(sheets, "ruled"))


def with_an_attachment_that_does_not_open(body):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        pdf.attachments["list.rar"] = pikepdf.AttachedFileSpec(pdf, b"Rar!\x1a\x07\x00" + bytes(range(32)) * 4)
        pdf.save(out)
    return out.getvalue()


CASES = {
    "own": (HOLDER, lambda: drawn(HOLDER.sheets()), 0, set()),
    "somebody else's": (HOLDER, lambda: drawn(HOLDER.sheets("R00119")), 1, {"MISDELIVERY"}),
    "an attachment nobody can look into": (
        HOLDER,
        lambda: with_an_attachment_that_does_not_open(drawn(HOLDER.sheets())),
        2,
        {"RESIDUE"},
    ),
    "bytes behind the end": (HOLDER, lambda: drawn(HOLDER.sheets()) + bytes(range(1, 200)), 2, {"RESIDUE"}),
    "a page too few": (FAMILY, lambda: drawn(FAMILY.sheets()[:1]), 1, {"PAGE-LOSS", "WRONG-ITEM"}),
}


@pytest.mark.parametrize("case", CASES)
def test_own_is_what_a_run_would_find_nothing_in(case, tmp_path):
    original, make, code, anomalies = CASES[case]
    file = tmp_path / "one.pdf"
    file.write_bytes(make())
    options = ",".join(k if v is True else f"{k}={v}" for k, v in original.options.items())
    asked = ("--resident", original.applicant, "--certificate", original.certificate, "--options", options)
    profile = ("--profile", str(CORPUS / "profiles" / f"{original.vendor}.toml"))
    command = ["read", str(file), "--population", str(CORPUS / "population"), *asked, *profile]
    said = CliRunner().invoke(root, [*command, "--json"], standalone_mode=False)
    assert said.return_value == code, said.output
    assert {f["anomaly"] for f in json.loads(said.output)["findings"]} == anomalies
