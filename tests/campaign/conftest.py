"""Gives tests of the campaign hand-written histories (the builder stands with the tests of checks)."""

import pytest
from histories import History


@pytest.fixture
def history():
    return History()
