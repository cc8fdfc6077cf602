"""Residents whose changes are looked at again."""

import bare
import pytest


@pytest.fixture
def residents():
    return bare.residents("R1", "R2", "R3", "R4", "R5", "R9")
