"""Changes of the register by hand: what the operator is shown, what the answers mean, and when nobody is asked."""

import io
import os
import threading
import time

import pytest

from harness.campaign.fitting import fit
from harness.campaign.scenario import Scenario, Updates
from harness.cli import main
from harness.errors import UsageError
from harness.journal import RunFolder
from harness.journal.by_hand import HandFolder
from harness.population import Population
from harness.records.by_hand import AskedByHand
from harness.records.history import UpdateResult
from harness.records.plan import PlannedUpdate
from harness.records.resident import Resident
from harness.records.target import Target
from harness.run.by_hand import Operator, changes_by_hand, check_operator, instruction
from kiosk_sim.by_hand import ByHand

PEOPLE = Population(
    residents={"R1": Resident(key="R1", municipality="m", name="見本 太郎")}, koseki={}, municipality="m"
)
MOVE = PlannedUpdate(update="U1", resident="R1", field="address", value="新町1番")


@pytest.fixture
def terminal():
    """A pipe in place of the terminal: `terminal.type("\\n")` is a line that the operator enters."""
    reading, writing = os.pipe()
    stdin = os.fdopen(reading, encoding="utf-8")

    class Terminal:
        begun = ended = False

        @property
        def lines(self):
            return self

        def __iter__(self):
            self.begun = True
            yield from stdin
            self.ended = True

        def type(self, text):
            os.write(writing, text.encode())

    made = Terminal()
    yield made
    os.close(writing)
    while made.begun and not made.ended:
        time.sleep(0.01)  # the thread that reads leaves at the end of the pipe
    stdin.close()


@pytest.fixture
def desk(tmp_path, terminal):
    """An operator at work, and a player that asks: `desk.ask(limit_s)` returns what came of it."""
    folder = RunFolder.create(tmp_path / "run")

    class Desk:
        shown = threading.Event()
        stop = False

        def show(self, text):
            self.said.append(text)
            self.shown.set()

        def ask(self, limit_s=30.0):
            return ByHand(folder, limit_s).update(MOVE)

    desk = Desk()
    desk.said = []
    with Operator(folder, PEOPLE, "担当 花子", desk.show, lambda: desk.stop, "ja", terminal.lines):
        yield desk


def answering(desk, act):
    """Let `act` happen once the operator was shown what to do; return what the player was told."""

    def when_shown():
        assert desk.shown.wait(20)
        act()

    operator = threading.Thread(target=when_shown)
    operator.start()
    end = desk.ask()
    operator.join()
    return end


def test_enter_says_that_the_change_is_registered(desk, terminal):
    end = answering(desk, lambda: terminal.type("\n"))
    assert (end.result, end.operator) == (UpdateResult.APPLIED, "担当 花子")
    assert desk.said == [
        "▶ 見本 太郎 さん(R1)の住所を「新町1番」に変更し、登録したら Enter(登録できないときは n と Enter)"
    ]


def test_no_says_that_it_could_not_be(desk, terminal):
    end = answering(desk, lambda: terminal.type("n\n"))
    assert (end.result, end.reason) == (UpdateResult.FAILED, "the operator could not make the change")


def test_what_was_typed_before_is_no_answer(desk, terminal):
    terminal.type("\n\n")
    time.sleep(0.3)  # the lines are read long before anything is asked
    end = answering(desk, lambda: terminal.type("n\n"))
    assert end.result is UpdateResult.FAILED


def test_a_run_that_is_stopped_leaves_the_outcome_unknown(desk):
    end = answering(desk, lambda: setattr(desk, "stop", True))
    assert end.result is UpdateResult.UNRESOLVED


def test_no_answer_in_time_leaves_the_outcome_unknown(tmp_path):
    end = ByHand(RunFolder.create(tmp_path / "run"), limit_s=0.2).update(MOVE)
    assert end.result is UpdateResult.UNRESOLVED
    assert "did not answer within" in end.reason


def test_what_an_ended_player_had_asked_is_dropped(tmp_path, terminal):
    folder = RunFolder.create(tmp_path / "run")
    asked = AskedByHand(update="U9", resident="R1", field="seal", value="cancelled", asked_ns=1)
    HandFolder(folder).ask(asked)
    said = []
    with Operator(folder, PEOPLE, "x", said.append, lambda: False, "ja", terminal.lines):
        assert HandFolder(folder).open() == []
        time.sleep(0.3)  # three times as long as the operator is given to notice what is asked
    assert said == []


@pytest.mark.parametrize(
    ("field", "value", "ja", "en"),
    [
        ("seal", "cancelled", "について、印鑑登録を廃止(廃印)し", "cancel the seal registration"),
        ("residency", "deceased", "について、死亡(除票)とし", "record the death"),
        ("restricted", "true", "について、支援措置の対象とし", "place under protection"),
        ("name", "新 花子", "の氏名を「新 花子」に変更し", "change name to “新 花子”"),
        ("relation", "妻", "の続柄を「妻」に変更し", "change relation to “妻”"),
    ],
)
def test_every_kind_of_change_is_told_in_words(field, value, ja, en):
    asked = AskedByHand(update="U1", resident="R1", field=field, value=value, asked_ns=0)
    assert ja in instruction(asked, PEOPLE, "ja")
    assert en in instruction(asked, PEOPLE, "en")


def test_without_a_terminal_nobody_can_be_asked():
    with pytest.raises(UsageError, match="the input is no terminal; run it from a terminal"):
        check_operator(io.StringIO())


UPDATES = Updates(phase="P5", title_ja="x", title_en="x", cancelled_seals=9, moves=9, in_flight=9)
SCENARIO = Scenario(name="s", title_ja="s", title_en="s", phase=(UPDATES,))


def target(updates):
    return Target(name="t", url="http://127.0.0.1:9", updates=updates)


def test_a_person_makes_at_most_eight_changes_and_none_in_flight():
    ((phase,), _) = fit(SCENARIO, target("manual"))[0].phase, None
    assert 2 * (phase.cancelled_seals + phase.moves) == 8
    assert phase.in_flight == 0
    assert changes_by_hand(SCENARIO, target("manual"))
    assert not changes_by_hand(SCENARIO, target(True))


def test_a_run_by_hand_without_a_terminal_is_refused_before_anything_is_made(tmp_path, capsys, monkeypatch):
    from harness.population import make_population, save

    save(make_population(1, 30), tmp_path / "people")
    text = 'name = "t"\nurl = "http://127.0.0.1:9"\npopulation = "people"\nupdates = "manual"\n'
    (tmp_path / "target.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    out = tmp_path / "runs"
    with pytest.raises(SystemExit) as left:
        main(["run", "go-live", "--target", str(tmp_path / "target.toml"), "--out", str(out), "--lang", "ja"])
    assert left.value.code == 64
    assert "端末から実行する" in capsys.readouterr().err
    assert not out.exists()
