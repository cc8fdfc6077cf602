"""What the documents show works, and every key that a user may write is explained."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from msgspec import structs

from harness.config import load_toml
from harness.judge import not_tried, verdict
from harness.reading.profile import Format, Item, Lists, Paper, Per, Profile, Use, When, Who, load_profile
from harness.records.certificates import Certificate, Options, Scope, TaxKind
from harness.records.history import Answer, Ending
from harness.records.plan import Step
from harness.records.target import Limits, Node, OutOfScope, Target, Tls
from kiosk_sim.targets import Abandon, Action, Answered, Deliver, Failed, Order, Send, Wait
from kiosk_sim.targets.adapter import load_adapter

DOCS = Path(__file__).parent.parent.parent / "docs"
ORDER = Order(
    application="A1",
    resident="R1",
    card="11",
    certificate=Certificate.INKAN,
    options=Options(),
    kiosk="K1",
    store="S1",
)
PDF = Answered(status=200, headers=(("content-type", "application/pdf"),), body=b"%PDF")


def text(name):
    return (DOCS / name).read_text(encoding="utf-8")


def example(name, language, file, number=0):
    """Write an example of a document into a file; return its path."""
    found = re.findall(rf"```{language}\n(.*?)```", text(name), re.DOTALL)
    file.write_text(found[number], encoding="utf-8")
    return file


def test_the_target_file_shown_is_one(tmp_path):
    target = load_toml(example("target.md", "toml", tmp_path / "target.toml"), Target)
    assert target.limits == Limits()


@pytest.mark.parametrize("record", [Target, Node, Tls, Limits, OutOfScope])
def test_every_key_of_the_target_file_is_explained(record):
    missing = [key for key in record.__struct_fields__ if not re.search(rf"^\[*{key}( =|\])", text("target.md"), re.M)]
    assert not missing


def test_the_document_profile_shown_is_one(tmp_path):
    profile = load_profile(str(example("profile.md", "toml", tmp_path / "own.toml")))
    assert set(profile.papers) == {Certificate.JUMINHYO, Certificate.INKAN}


@pytest.mark.parametrize("record", [Profile, Item, Use, Paper])
def test_every_key_of_a_document_profile_is_shown(record):
    said = text("profile.md")
    assert not [key for key in record.__struct_fields__ if f"{key} =" not in said and f"[{key}" not in said]


@pytest.mark.parametrize("choices", [Format, Per, When, Who, Lists])
def test_every_choice_in_a_document_profile_is_explained(choices):
    assert not [choice for choice in choices if f"`{choice}`" not in text("profile.md")]


@pytest.mark.parametrize("module", [verdict, not_tried])
def test_every_reason_of_a_verdict_is_explained(module):
    codes = set(re.findall(r'code="(\w+)"', Path(module.__file__).read_text(encoding="utf-8")))
    assert not [code for code in codes - {"found", "nothing_found"} if f"`{code}`" not in text("verdict.md")]


@pytest.mark.parametrize("record", [Order, Options])
def test_the_fields_that_an_adapter_is_told_of_are_the_real_ones(record):
    (table,) = re.findall(rf"\| field of `{record.__name__}` \|.*?\n\n", text("adapter.md"), re.DOTALL)
    assert re.findall(r"^\| `(\w+)` \|", table, re.M) == list(record.__struct_fields__)


@pytest.mark.parametrize("choices", [Certificate, Scope, TaxKind])
def test_every_value_that_an_adapter_meets_is_explained(choices):
    assert not [choice for choice in choices if f"`{choice}`" not in text("adapter.md")]


@pytest.mark.parametrize("action", get_args(Action))
def test_every_action_of_a_session_is_explained(action):
    assert re.search(rf"^\| .*`{action.__name__}`", text("adapter.md"), re.M)


def adapter_shown(folder, number, named):
    """Load an example adapter, named as in a target file."""
    example("adapter.md", "python", folder / f"{named.partition(':')[0]}.py", number)
    target = Target(name="t", url="http://127.0.0.1", adapter=named, extra={"adapter_path": "."})
    return load_adapter(target, folder / "target.toml")


@pytest.fixture
def adapter(tmp_path):
    return adapter_shown(tmp_path, 0, "our_server:OurServer")


@pytest.fixture
def jobs(tmp_path):
    return adapter_shown(tmp_path, 1, "our_jobs:OurJobs")


def played(session, answer, *later):
    """Answer the sends with `answer`, then with those `later`, the last of them for good; return actions and end."""
    actions, sent, answers = [], None, [answer, *later]
    while True:
        try:
            actions.append(session.send(sent))
        except StopIteration as stop:
            return actions, stop.value
        sent = None
        if isinstance(actions[-1], Send):
            sent = answers.pop(0) if len(answers) > 1 else answers[0]


def as_json(status=200, **facts):
    return Answered(status=status, body=json.dumps(facts).encode())


ACCEPTED, WAITING = as_json(202, job="J1"), as_json(state="waiting")
DONE = as_json(state="done", files=[{"path": "/f/1", "number": "11"}, {"path": "/f/2", "number": "12"}])


def test_the_adapter_for_jobs_polls_and_delivers_every_copy(jobs):
    order = structs.replace(ORDER, options=Options(copies=2))
    actions, end = played(jobs.issue(order), ACCEPTED, WAITING, DONE, PDF)
    assert (end.ending, end.request_id) == (Ending.DELIVERED, "J1")
    assert [(a.copy, a.issue_number) for a in actions if isinstance(a, Deliver)] == [(1, "11"), (2, "12")]
    assert json.loads(actions[0].body)["copies"] == 2
    held = [a.step for a in actions if isinstance(a, Send) and a.synchronise]
    assert held == [Step.APPLY, Step.COLLECT], "polls and repeats are never held for a burst"
    assert sum(isinstance(a, Wait) for a in actions) == 2


@pytest.mark.parametrize(
    ("answers", "ending"),
    [
        ([as_json(409, code="E1")], Ending.REFUSED),
        ([Failed(answer=Answer.UNREACHABLE, reason="refused")], Ending.FAILED),
        ([Answered(status=202, body=b"<html>")], Ending.UNRESOLVED),
        ([ACCEPTED, as_json(state="failed", code="E2")], Ending.FAILED),
        ([ACCEPTED, WAITING], Ending.UNRESOLVED),
        ([ACCEPTED, as_json(state="lost")], Ending.UNRESOLVED),
        ([ACCEPTED, Failed(answer=Answer.RESET, reason="reset")], Ending.UNRESOLVED),
        ([ACCEPTED, DONE, Answered(status=503)], Ending.UNRESOLVED),
    ],
)
def test_the_adapter_for_jobs_ends_as_it_should(jobs, answers, ending):
    actions, end = played(jobs.issue(ORDER), *answers)
    assert end.ending is ending
    assert not [a for a in actions if isinstance(a, Deliver)]


def test_the_adapter_for_jobs_cancels_where_its_applicant_does(jobs):
    session = jobs.issue(ORDER)
    session.send(None)
    assert isinstance(session.send(ACCEPTED), Wait)
    cancel = session.throw(Abandon(Step.COLLECT))
    assert (cancel.method, cancel.path, cancel.step) == ("DELETE", "/jobs/J1", Step.CANCEL)
    with pytest.raises(StopIteration) as stop:
        session.send(as_json(204))
    assert stop.value.value.ending is Ending.ABORTED


def test_the_adapter_shown_asks_for_every_copy(adapter):
    actions, end = played(adapter.issue(structs.replace(ORDER, options=Options(copies=3))), PDF)
    assert end.ending is Ending.DELIVERED
    assert [a.copy for a in actions if isinstance(a, Deliver)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (PDF, Ending.DELIVERED),
        (Answered(status=409, headers=(("x-reason", "E12"),)), Ending.REFUSED),
        (Answered(status=500), Ending.UNRESOLVED),
        (Failed(answer=Answer.UNREACHABLE, reason="refused"), Ending.FAILED),
        (Failed(answer=Answer.RESET, reason="reset"), Ending.UNRESOLVED),
    ],
)
def test_the_adapter_shown_ends_as_it_should(adapter, answer, ending):
    actions, end = played(adapter.issue(ORDER), answer)
    assert end.ending is ending
    assert any(isinstance(action, Deliver) for action in actions) == (ending is Ending.DELIVERED)


def test_what_the_adapter_shown_does_not_offer_is_said(adapter):
    _, ledger = played(adapter.ledger(), PDF)
    _, builds = played(adapter.builds(), PDF)
    _, update = played(adapter.update(None), PDF)
    assert (ledger.complete, builds.nodes, update.result) == (False, (), "failed")
    assert played(adapter.probe(), Answered(status=404))[1].alive
    assert not played(adapter.probe(), Failed(answer=Answer.UNREACHABLE, reason="refused"))[1].alive
