"""Gives tests of the judge the builder of hand-written histories that stands with the tests of checks."""

import importlib.util
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from harness.checks.donors import trace_donors
from harness.checks.ownership import check_ownership
from harness.judge.accounting import Sources, account_applications, account_deliveries
from harness.judge.classes import final_classes

_BUILDER = Path(__file__).parents[1] / "checks" / "histories.py"


def _histories():
    if "honnin_histories" not in sys.modules:
        spec = importlib.util.spec_from_file_location("honnin_histories", _BUILDER)
        module = importlib.util.module_from_spec(spec)
        sys.modules["honnin_histories"] = module
        spec.loader.exec_module(module)
    return sys.modules["honnin_histories"]


@pytest.fixture
def made():
    """The module `histories`: History, own_page, foreign_page, digest, ns."""
    return _histories()


@pytest.fixture
def history(made):
    return made.History()


@pytest.fixture
def findings_of():
    def findings(history):
        view = history.view()
        return check_ownership(view, history.documents, trace_donors(view, history.documents))

    return findings


@pytest.fixture
def account(findings_of):
    """Account for a history as its own sources tell it, or as `wrong` sources do."""

    def account(history, *, records=None, documents=None, ledger=False, **wrong):
        view = history.view(records)
        documents = history.documents if documents is None else documents
        sources = replace(
            Sources(
                planned=set(view.places),
                stored=set(history.bodies),
                stored_entries=sum(history.bodies.values()),
                read=set(history.bodies),
                ledger_offered=ledger,
            ),
            **wrong,
        )
        classes = final_classes(view, documents, findings_of(history))
        return (
            account_applications(view, sources, classes),
            account_deliveries(view, sources, documents),
        )

    return account
