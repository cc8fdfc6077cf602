"""`honnin read`: one document explained, with the exit codes that scripts rely on."""

import json
import re

import pytest
from click.testing import CliRunner

from harness.cli import root
from harness.cli.read import options_of
from harness.errors import UsageError
from harness.picture.ocr import figures_in
from harness.population import make_population, save
from harness.records.certificates import Scope

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(tmp_path_factory, tools):
    """Return (folder of 60 people, one of them, a paper of theirs)."""
    folder = tmp_path_factory.mktemp("read")
    people = make_population(1, 60)
    save(people, folder / "people")
    one = people.residents["R00010"]
    paper = folder / "paper.pdf"
    paper.write_bytes(tools.reportlab(tools.lines((one.name, "昭和55年4月12日", one.address))))
    return folder / "people", one, paper


def run(*arguments):
    return CliRunner().invoke(root, ["read", *map(str, arguments)], standalone_mode=False, catch_exceptions=True)


def test_the_most_likely_owner_is_named_and_nothing_is_decided(stage):
    people, one, paper = stage
    said = run(paper, "--population", people, "--lang", "en", "--json")
    assert said.return_value == 2
    explained = json.loads(said.output)
    assert one.key in {explained["likely_owner"], *explained["fits_as_well"]}
    assert explained["verdict"] == "undecided"
    assert {item["role"] for item in explained["pages"][0]["items"]} >= {"name"}


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_somebody_elses_paper_is_foreign_and_names_its_owner(stage, lang):
    people, one, paper = stage
    said = run(
        paper,
        "--population",
        people,
        "--resident",
        "R00020",
        "--certificate",
        "juminhyo",
        "--lang",
        lang,
        "--profile",
        "generic",
    )
    assert said.return_value in {1, 2}
    assert one.key in said.output


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"%PDF-1.7\n%%EOF", b"\x00" * 5000], ids=range(4))
def test_what_is_no_document_is_unread_without_a_traceback(stage, tmp_path, body):
    people, _, _ = stage
    file = tmp_path / "odd.pdf"
    file.write_bytes(body)
    said = run(file, "--population", people, "--resident", "R00020", "--certificate", "juminhyo", "--lang", "en")
    assert (said.return_value, said.exception) == (2, None)
    assert "status" in said.output


ENCRYPTED = b"%PDF-1.4 1 0 obj<</Filter/Standard/V 9>>endobj trailer<</Encrypt 1 0 R>> %%EOF"


@pytest.mark.parametrize(
    "body", [b"", b"<html>busy</html>", b"%PDF-1.7\n%%EOF", b"PK\x03\x04zip", ENCRYPTED, "own", "copy"]
)
def test_in_japanese_nothing_is_left_in_english(stage, tmp_path, tools, monkeypatch, body):
    monkeypatch.setattr("harness.cli.read.available", lambda: True)
    monkeypatch.setattr("harness.cli.read.read_figures", lambda png, dpi: figures_in("令和8年11月22日 0012345"))
    people, _, paper = stage
    made = {"own": paper.read_bytes, "copy": lambda: tools.copied(paper.read_bytes(), form="1-bit")}
    file = tmp_path / "some.pdf"
    file.write_bytes(made[body]() if isinstance(body, str) else body)
    for more in ((), ("--resident", "R00020", "--certificate", "juminhyo")):
        said = run(file, "--population", people, "--lang", "ja", *more)
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"--\w+|PDFium|PDF|HTML|OCR|ZIP|zip|R\d+", "", said.output))
        assert words == [], said.output


def test_an_image_only_page_says_what_to_install(stage, tmp_path, tools):
    people, _, paper = stage
    file = tmp_path / "copy.pdf"
    file.write_bytes(tools.copied(paper.read_bytes(), form="1-bit"))
    said = run(file, "--population", people, "--lang", "en")
    assert said.return_value == 2
    assert "tesseract-ocr-jpn" in said.output or "OCR" in said.output


def test_options_are_written_as_words():
    assert options_of("scope=all,relation,tax_year=2025").scope is Scope.ALL
    assert options_of("tax_year=2025").tax_year == 2025
    with pytest.raises(UsageError, match="allowed are"):
        options_of("size=large")


def test_ocr_is_believed_for_figures_only():
    found = figures_in("氏名 髙橋健一\n令和8年11月22日 発行番号 第000123号")
    assert found.dates == ((2026, 11, 22),)
    assert found.numbers == ("000123",)
