"""Measures each size in a process of its own, so that the memory told is that size's alone."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable


def measure_each(measure: Callable[[int], None], of: str, description: str | None, *sizes: int) -> None:
    """Call `measure` for every size that the command line gives by `--{of}`, else for `sizes`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(f"--{of}", type=int, nargs="+", default=sizes)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(options.one)
        return
    for size in getattr(options, of):
        subprocess.run([sys.executable, sys.argv[0], "--one", str(size)], check=True)
