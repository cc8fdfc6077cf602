"""Residents to write histories about."""

import bare
import pytest


@pytest.fixture
def residents():
    return bare.residents("R1", "R2", "R3", "R4", "R5")
