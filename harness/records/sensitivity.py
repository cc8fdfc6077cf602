"""How many known defect models a procedure detected: a figure beside a verdict, measured apart from its run."""

from __future__ import annotations

from msgspec import Struct

SENSITIVITY_FILE = "sensitivity.json"  # in a run folder, where somebody put it


class Sensitivity(Struct, frozen=True, kw_only=True):
    """Of one scenario, by one version of honnin, on the reference issuer."""

    code: str  # version, and digest of the sources
    scenario: str
    models: int  # defects played
    found: int  # detected in at least one run
    always: int  # detected in every run
    statement_ja: str
    statement_en: str
