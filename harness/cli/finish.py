"""What follows every run, and every second judging: verdict, evidence pictures, report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import get_args

from harness.cli.display import Display
from harness.errors import DiskFull, GeneratorFault
from harness.glossary import Lang
from harness.journal import RunFolder
from harness.journal.ledger import enter_verdict
from harness.judge import judge_run
from harness.records.verdict import Verdict
from harness.run.look import look
from harness.run.pictures import take_pictures
from harness.run.recognise import recognise
from reports import findings_in_full, report_path, write_report


def finish(folder: RunFolder, display: Display) -> Verdict:
    """Judge a run folder, take the pictures its findings need, write its report; return the verdict.

    A report in the other language is written again too: it must not tell an older verdict.
    """
    _look(folder, display)
    display.say("judging")
    verdict = judge_run(
        folder.path,
        lambda done, of: display.count("judging", done, of),
        lambda pages: _recognise(folder, pages, display),
    )
    display.say("report")
    take_pictures(folder, findings_in_full(verdict.findings))
    for each in get_args(Lang):
        if each == display.lang or report_path(folder, each).exists():
            write_report(folder.path, each)
    enter_verdict(folder, verdict)
    return verdict


def _look(folder: RunFolder, display: Display) -> None:
    """Draw the pages that the judge wants to see; what a full disk leaves out, the judge calls unread."""
    told = False

    def progress(done: int, of: int) -> None:
        nonlocal told
        if of and not told:
            told = True
            display.say("pictures", str(of))
        display.count("pictures", done, of)

    try:
        look(folder.path, _readers(), progress)
    except (DiskFull, GeneratorFault) as e:
        display.say("stopped", str(e))
    except KeyboardInterrupt:
        display.say("stopped", "ctrl-c")  # what is left to look at, the verdict says; judging again goes on with it


def _recognise(folder: RunFolder, pages: Sequence[tuple[str, int]], display: Display) -> None:
    """Read figures of unread pages by OCR. What fails leaves the pages unread."""
    try:
        recognise(folder.path, pages, _readers(), lambda done, of: display.count("figures", done, of))
    except (DiskFull, GeneratorFault) as e:
        display.say("stopped", str(e))
    except KeyboardInterrupt:
        display.say("stopped", "ctrl-c")


def _readers() -> int:
    return max(1, (os.cpu_count() or 2) - 1)
