"""The wire driver keeps its promises inside a process that Locust has patched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import sys
import locust  # patches sockets and threads, as in the engine's process
import gevent.monkey
assert gevent.monkey.is_module_patched("socket")
import pytest
about_locust = "ignore::pytest.PytestAssertRewriteWarning"
options = ["-q", "-p", "no:cacheprovider", "-W", about_locust, "-k", "wire and not httpx"]
sys.exit(pytest.main([*options, sys.argv[1]]))
"""


@pytest.mark.slow
def test_the_conformance_suite_holds_for_the_wire_driver_under_locust():
    suite = Path(__file__).with_name("test_conformance.py")
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(suite)], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
