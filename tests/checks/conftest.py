"""Gives tests the builder of hand-written histories, and residents to write them about."""

import histories
import pytest

from harness.records.resident import Resident, Seal


@pytest.fixture
def made():
    """The module `histories`: History, own_page, foreign_page, digest, ns."""
    return histories


@pytest.fixture
def history(made):
    return made.History()


@pytest.fixture
def residents():
    seal = Seal(number="S1", registered_on="2020-01-01", diameter_mm=12.0, png_base64="")
    return {
        key: Resident(key=key, municipality="架空県見本市", household=f"H{key[1:]}", name=f"見本 {key}", seal=seal)
        for key in ("R1", "R2", "R3", "R4", "R5")
    }
