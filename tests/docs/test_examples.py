"""What the documents show works, and every key that a user may write is explained."""

import re
from pathlib import Path

import pytest

from harness.config import load_toml
from harness.reading.profile import Format, Item, Lists, Paper, Per, Profile, Use, When, Who, load_profile
from harness.records.certificates import Certificate, Options
from harness.records.history import Answer, Ending
from harness.records.target import Limits, Node, OutOfScope, Target, Tls
from kiosk_sim.targets import Answered, Deliver, Failed, Order, Send
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


def example(name, language, folder):
    """Write the first example of a document into a file; return its path."""
    (found, *_) = re.findall(rf"```{language}\n(.*?)```", text(name), re.DOTALL)
    path = folder / ("our_server.py" if language == "python" else "own.toml")
    path.write_text(found, encoding="utf-8")
    return path


def test_the_target_file_shown_is_one(tmp_path):
    target = load_toml(example("target.md", "toml", tmp_path), Target)
    assert target.limits == Limits()


@pytest.mark.parametrize("record", [Target, Node, Tls, Limits, OutOfScope])
def test_every_key_of_the_target_file_is_explained(record):
    missing = [key for key in record.__struct_fields__ if not re.search(rf"^\[*{key}( =|\])", text("target.md"), re.M)]
    assert not missing


def test_the_document_profile_shown_is_one(tmp_path):
    profile = load_profile(str(example("profile.md", "toml", tmp_path)))
    assert set(profile.papers) == {Certificate.JUMINHYO, Certificate.INKAN}


@pytest.mark.parametrize("record", [Profile, Item, Use, Paper])
def test_every_key_of_a_document_profile_is_shown(record):
    said = text("profile.md")
    assert not [key for key in record.__struct_fields__ if f"{key} =" not in said and f"[{key}" not in said]


@pytest.mark.parametrize("choices", [Format, Per, When, Who, Lists])
def test_every_choice_in_a_document_profile_is_explained(choices):
    assert not [choice for choice in choices if f"`{choice}`" not in text("profile.md")]


@pytest.fixture
def adapter(tmp_path):
    """The adapter of the documents, found as a target file names it."""
    example("adapter.md", "python", tmp_path)
    target = Target(name="t", url="http://127.0.0.1", adapter="our_server:OurServer", extra={"adapter_path": "."})
    return load_adapter(target, tmp_path / "target.toml")


def played(session, answer):
    """Answer every send with `answer`; return the actions and the end."""
    actions, sent = [], None
    while True:
        try:
            actions.append(session.send(sent))
        except StopIteration as stop:
            return actions, stop.value
        sent = answer if isinstance(actions[-1], Send) else None


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
