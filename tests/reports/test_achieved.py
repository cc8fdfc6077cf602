"""What the generator reached stands in the report, in both languages, and nothing where there is nothing to tell."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
from msgspec.structs import replace

from harness.journal import RunFolder
from harness.records.generator import Achieved, Lateness, SpreadOf, Strain
from harness.records.verdict import Verdict
from reports import write_report
from reports.achieved import achieved

REACHED = Achieved(
    spreads=(
        SpreadOf(from_people=2, to_people=2, bursts=1234, median_ms=0.021, p95_ms=0.4, strayed=0),
        SpreadOf(from_people=60, to_people=100, bursts=7, median_ms=1.234, p95_ms=31.0, strayed=1),
    ),
    withdrawn=3,
    whole=2,
    brackets=5,
    bracket_median_ms=0.81,
    lateness=Lateness(
        arrivals=400, late=1, late_ms=500.0, median_ms=2.0, p99_ms=40.0, most_ms=612.0, took_p99_ms=900.0
    ),
    strain=Strain(watched_s=60.0, saturated_s=4.0, lag_p99_ms=75.0, cpu_most=0.93, sockets_most=412),
)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("ja", ("最大 612 ms", "99 % 点 900 ms", "60 秒間監視", "93 %", "4 秒間は飽和")),
     ("en", ("at most 612 ms", "p99 900 ms", "watched for 60 s", "93 %", "saturated for 4 s"))],
)  # fmt: skip
def test_every_number_is_told(lang: str, words: tuple[str, ...]) -> None:
    told = " ".join(achieved(REACHED, lang))  # type: ignore[arg-type]
    assert all(word in told for word in words)
    assert "{" not in told


def test_nothing_is_told_of_a_run_without_bursts_and_arrivals() -> None:
    assert achieved(Achieved(), "ja") == ()


def test_the_report_shows_spreads_by_size(run_folder: Callable[[Verdict], RunFolder], imaginary: ModuleType) -> None:
    page = write_report(run_folder(replace(imaginary.verdict(), generator=REACHED)), "en").read_text(encoding="utf-8")
    assert "60–100" in page
    assert "31.00 ms" in page
    assert "5 bursts the kernel itself told" in page
