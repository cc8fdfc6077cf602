"""Only the engine's own process is patched by Locust."""

from __future__ import annotations

import subprocess
import sys

_IMPORT = """
import pkgutil, importlib, sys, kiosk_sim
packages = [kiosk_sim]
while packages:
    package = packages.pop()
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if module.name == "kiosk_sim.engine" or module.name.endswith("__main__"):
            continue
        imported = importlib.import_module(module.name)
        if module.ispkg:
            packages.append(imported)
assert not {"locust", "gevent"} & sys.modules.keys()
"""


def test_everything_but_the_engine_imports_without_locust():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _IMPORT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
