"""What all rooms' tests share: hand-written histories; tests that need a system tool are skipped, or fail in CI."""

import os
import shutil
import signal
from collections import Counter
from pathlib import Path

import histories
import pytest

HERE = Path(__file__).parent
ALL_TOOLS = os.environ.get("HONNIN_ALL_TOOLS") == "1"  # set by .ci/run: a missing tool is then a failure
_missing: set[str] = set()


def pytest_configure():
    """Take Ctrl-C again where the shell's `&` had it ignored: ignored signals are inherited by every program."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def group_of(item):
    """Return the name of the tests that share what is made for them: a room's, or one module's of whole runs."""
    room, *_, module = item.path.relative_to(HERE).parts
    return module if room == "whole" else room


def pytest_collection_modifyitems(items):
    """Let one process play a group (`--dist loadgroup`); those with most slow tests come first, small ones fill up."""
    slow = Counter(group_of(item) for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[group_of(item)])  # a stable sort
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))


@pytest.fixture
def made():
    """The module `histories`: History, own_page, foreign_page, digest, ns."""
    return histories


@pytest.fixture
def history():
    return histories.History()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    for mark in item.iter_markers("tool"):
        for name in mark.args:
            if shutil.which(name) is None:
                _missing.add(name)
                if ALL_TOOLS:
                    pytest.fail(f"{name} is not installed, and HONNIN_ALL_TOOLS=1 lets no test be skipped for it")
                pytest.skip(f"needs the system tool {name}")


def pytest_terminal_summary(terminalreporter):
    if _missing:
        terminalreporter.section("skipped for missing system tools")
        terminalreporter.line(f"not tested, because not installed: {', '.join(sorted(_missing))}")
