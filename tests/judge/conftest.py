"""Gives tests of the judge what findings and accounts come of a history, and run folders."""

import pytest
import run_folders
from msgspec.structs import replace

from harness.checks.donors import trace_donors
from harness.checks.ownership import check_ownership
from harness.judge import run as judging
from harness.judge.accounting import Sources, account_applications, account_deliveries
from harness.judge.classes import final_classes


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


@pytest.fixture
def run(history, made, tmp_path, monkeypatch):
    """A run of four people: `run.play(owners)`, then `run.lay()` gives the folder."""
    monkeypatch.setattr(run_folders.KeyOracle, "made", made)
    monkeypatch.setattr(judging, "RegisterOracle", run_folders.KeyOracle)
    return run_folders.RunOnDisk(history, tmp_path / "run")
