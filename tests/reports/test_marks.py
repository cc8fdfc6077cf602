"""Deviations are shown: the page and its baseline side by side, what differs framed and numbered on both."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import get_args

from harness.glossary import Lang
from harness.journal.run_folder import RunFolder
from harness.records.findings import BASELINE_PAGE, Anomaly, Evidence, Finding, Property, Severity
from harness.records.picture import Region
from harness.records.verdict import Confirmed
from reports import write_report

REGIONS = (Region(left=100, top=50, right=200, bottom=80), Region(left=10, top=500, right=60, bottom=520))


def deviation(imaginary: ModuleType) -> Finding:
    marks = (Evidence(kind="picture", page=1, item="region", value=f"{r.left}", region=r) for r in REGIONS)
    base = Evidence(kind=BASELINE_PAGE, page=1, item="baseline", value=imaginary.digest("quiet"))
    return Finding(
        finding="F0001",
        property=Property.BASELINE,
        anomaly=Anomaly.DEVIATION,
        severity=Severity.REVIEW,
        application="A000005",
        delivery="D0005",
        digest=imaginary.digest("doc 5"),
        victim="R00005",
        pages=(1,),
        evidence=(base, *marks),
    )


def report(tmp_path: Path, imaginary: ModuleType, lang: Lang = "ja", **changes: object) -> str:
    folder = imaginary.build(tmp_path / lang, imaginary.verdict(findings=(deviation(imaginary),), **changes))
    imaginary.store_pictures(folder)
    page = RunFolder(folder).picture(imaginary.digest("doc 5"), 1).read_bytes()
    RunFolder(folder).picture(imaginary.digest("quiet"), 1).write_bytes(page)
    return write_report(folder, lang).read_text(encoding="utf-8")


def test_both_pages_stand_side_by_side_with_the_same_numbered_frames(tmp_path: Path, imaginary: ModuleType) -> None:
    html = report(tmp_path, imaginary)
    assert "比べた基準帳票" in html
    frames = re.findall(
        r'class="frame" style="left:([\d.]+)%;top:([\d.]+)%;width:([\d.]+)%;height:([\d.]+)%"><b>(\d)', html
    )
    assert [number for *_, number in frames] == ["1", "2", "1", "2"]
    assert frames[:2] == frames[2:]
    assert all(0 <= float(side) <= 100 for *box, _ in frames for side in box)
    assert re.findall(r'class="frame-number">(\d)<', html) == ["1", "2"]


def test_a_page_without_a_picture_has_no_frames_and_says_so(tmp_path: Path, imaginary: ModuleType) -> None:
    folder = imaginary.build(tmp_path / "run", imaginary.verdict(findings=(deviation(imaginary),)))
    html = write_report(folder, "ja").read_text(encoding="utf-8")
    assert 'class="frame"' not in html
    assert "画像は保存されていません" in html


def test_what_was_confirmed_by_picture_is_counted_in_both_languages(tmp_path: Path, imaginary: ModuleType) -> None:
    confirmed = Confirmed(chosen=31, by_picture=28, differing=1, not_confirmable=2, decided=7)
    japanese, english = (report(tmp_path, imaginary, lang, confirmed=confirmed) for lang in get_args(Lang))
    assert "画像による確認" in japanese
    assert "Confirmed by picture" in english
    for number in (31, 28, 2, 7):
        assert f">{number}</td>" in japanese
        assert f">{number}</td>" in english
