"""Gives tests of follow-up runs hand-written histories (the builder stands with the tests of checks)."""

import histories
import pytest

from harness.records.resident import Resident, Seal


@pytest.fixture
def made():
    return histories


@pytest.fixture
def history(made):
    return made.History()


@pytest.fixture
def residents():
    seal = Seal(number="S1", registered_on="2020-01-01", diameter_mm=12.0, png_base64="")
    return {
        key: Resident(key=key, municipality="m", household=f"H{key[1:]}", name=f"見本 {key}", seal=seal)
        for key in ("R1", "R2", "R3", "R4", "R5", "R9")
    }
