"""Gives tests of the campaign hand-written histories (the builder stands with the tests of checks)."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture
def history():
    name, path = "honnin_histories", Path(__file__).parent.parent / "checks" / "histories.py"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name].History()
