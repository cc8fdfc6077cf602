"""Looks at a run that goes on and prints what its documents show so far: `python -m harness.score.peek RUN`.

A program of its own, and a patient one: the run that it looks at needs the processor more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from harness.judge.run import findings_so_far
from harness.lifeline import step_back

_PATIENCE = 15  # of 19 levels of `nice`


def main() -> None:
    """Print the findings as one JSON array."""
    step_back(_PATIENCE)
    sys.stdout.buffer.write(msgspec.json.encode(findings_so_far(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
