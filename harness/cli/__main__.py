"""`python -m harness.cli` is `honnin`."""

from harness.cli import main

main()
