"""OCR is the last tier: it names another person by number and birth date, never makes a page the applicant's."""

import json
import os
import stat

import histories
import image_runs
import pytest
from click.testing import CliRunner

from harness.cli import root
from harness.judge import run
from harness.picture import ocr
from harness.picture.ocr import Figures, figures_in, read_figures
from harness.picture.store import RasterStore
from harness.reading.document import draw_page
from harness.records.findings import Anomaly, Severity

pytestmark = pytest.mark.slow

SAKI = ("1990-11-03", "平成2年11月3日", "N11223344")


@pytest.fixture
def tesseract(tmp_path, monkeypatch):
    """Put a stand-in for tesseract on the path that reads `text` on every page."""

    def install(text):
        bin_folder = tmp_path / "bin"
        bin_folder.mkdir()
        program = bin_folder / "tesseract"
        program.write_text(
            f'#!/bin/sh\n[ "$1" = --list-langs ] && echo jpn && exit\ncat >/dev/null\ncat <<X\n{text}\nX\n'
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{bin_folder}:{os.environ['PATH']}")
        ocr.available.cache_clear()

    yield install
    ocr.available.cache_clear()


@pytest.fixture
def without_tesseract(monkeypatch):
    monkeypatch.setattr(ocr.shutil, "which", lambda name: None)
    ocr.available.cache_clear()
    yield
    ocr.available.cache_clear()


@pytest.fixture
def path(tools, tmp_path):
    """A run without any baseline: mori and saki each get a page that is one picture; saki's number was told."""
    run = image_runs.ImageRun(histories, tools, tmp_path / "run", profile="generic")
    run.hand("mori", number="N55667788")
    run.hand("saki", number=SAKI[2])
    return run.lay()


def judged(path):
    done = CliRunner().invoke(root, ["judge", str(path), "--quiet", "--lang", "ja"], standalone_mode=False)
    assert (path / "verdict.json").exists(), (done.output, done.exception)
    return json.loads((path / "verdict.json").read_bytes())


def test_a_number_and_a_birth_date_of_another_person_are_theirs(path, tesseract):
    tesseract(f"住民票の写し {SAKI[1]} 発行番号 11223344")
    verdict = judged(path)
    (found,) = [f for f in verdict["findings"] if f["severity"] == Severity.GRAVE]
    assert (found["anomaly"], found["victim"], found["donor"]) == (Anomaly.MISDELIVERY, "mori", "saki")
    assert {e["kind"] for e in found["evidence"] if e["owner"]} == {"ocr"}
    assert [f["anomaly"] for f in verdict["findings"] if f["victim"] == "saki"] == [Anomaly.UNREAD], "never own by OCR"
    before = (path / "verdict.json").read_bytes()
    assert judged(path) and (path / "verdict.json").read_bytes() == before


def test_a_run_is_judged_once_and_only_what_ocr_read_is_put_before_the_tiers_again(path, tesseract, monkeypatch):
    tesseract(f"住民票の写し {SAKI[1]} 発行番号 11223344")
    gathered, asked = [], []
    gather, judge_documents = run.gather, run.judge_documents
    monkeypatch.setattr(run, "gather", lambda records: gathered.append(records) or gather(records))

    def counted(view, reading_of, *more):
        documents, crashes = judge_documents(view, reading_of, *more)
        asked.append(len(documents))
        return documents, crashes

    monkeypatch.setattr(run, "judge_documents", counted)
    judged(path)
    assert len(gathered) == 1
    assert len(asked) == 2 and asked[1] <= asked[0]
    asked.clear()
    judged(path)
    assert len(asked) == 1, "what OCR has read is not read again"


@pytest.mark.parametrize(
    "text", ["発行番号 11223344", SAKI[1], f"{SAKI[1]} 11223344 昭和45年1月1日", f"{SAKI[1]} 11223344 55667788"]
)
def test_less_than_both_or_anything_of_the_applicants_decides_nothing_and_is_told(path, tesseract, text):
    tesseract(text)
    verdict = judged(path)
    assert {f["anomaly"] for f in verdict["findings"]} == {Anomaly.UNREAD}
    assert all("OCR reads" in e["value"] for f in verdict["findings"] for e in f["evidence"] if e["kind"] == "unread")


def test_where_it_is_missing_the_next_steps_say_what_to_install(path, without_tesseract):
    verdict = judged(path)
    assert "ocr_absent" in {r["code"] for r in verdict["reasons"]}
    steps = " ".join(s["ja"] for s in verdict["next_steps"])
    assert "tesseract-ocr-jpn" in steps


def test_what_ocr_read_is_kept_and_read_back(tmp_path):
    store = RasterStore(tmp_path)
    figures = Figures(dates=((1990, 11, 3),), numbers=("11223344",))
    store.put_figures("d", 1, figures)
    assert store.figures("d", 1) == figures
    assert store.figures("d", 2) is None


def test_figures_are_found_whatever_their_width():
    assert figures_in("発行番号 第００4711号 令和8年11月22日") == Figures(dates=((2026, 11, 22),), numbers=("004711",))


@pytest.mark.tool("tesseract")
def test_numbers_and_dates_of_a_copied_page_are_read(tools):
    body = tools.copied(tools.reportlab(tools.lines("saki", "004711")), form="1-bit", dpi=150)
    figures = read_figures(draw_page(body, 1, ocr.OCR_DPI))
    assert (1990, 11, 3) in figures.dates
    assert "004711" in figures.numbers
