"""Keys are made for those who use them only, in parallel, once; an interrupted call is completed by the next."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime

import pytest

from harness.records.resident import Resident
from kiosk_sim.cards import Algorithm, CardNotMade, CardsError, CardState, NoCard, ensure_keys, load_cards, make_cards
from kiosk_sim.cards.errors import FolderBusy
from kiosk_sim.cards.files import CardsFolder
from kiosk_sim.cards.specials import choose_specials


def keys_in(folder):
    return {path.name: path.read_bytes() for path in (folder / "keys").iterdir()}


def test_ten_thousand_residents_and_fifty_keys(tmp_path):
    people = {f"R{i:05d}": Resident(key=f"R{i:05d}", municipality="架空県見本市") for i in range(1, 10_001)}
    made = make_cards(people, tmp_path / "c", algorithm=Algorithm.P_384, only=list(people)[:50])
    assert (made.registered, made.keys_made) == (10_000, 50)
    assert len(keys_in(tmp_path / "c")) == 50
    assert len(list((tmp_path / "c" / "certs").iterdir())) == 50


def test_serials_exist_at_once_and_keys_later(residents, tmp_path):
    folder = tmp_path / "c"
    made = make_cards(residents, folder, algorithm=Algorithm.P_384, only=None)
    assert (made.registered, made.keys_made) == (40, 0)
    card = load_cards(folder).for_resident("R00007")
    with pytest.raises(CardNotMade):
        card.sign(b"n", card.pin)
    assert ensure_keys(folder, residents=["R00007"]).keys_made == 1
    assert card.sign(b"n", card.pin), "the same card object signs once its key is there"
    other = load_cards(folder).for_resident("R00008")
    assert ensure_keys(folder, serials=[other.serial, card.serial]).keys_made == 1
    assert len(keys_in(folder)) == 2


def test_the_same_population_gets_the_same_serials_and_days(residents, tmp_path):
    now = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
    for name in ("a", "b"):
        make_cards(residents, tmp_path / name, algorithm=Algorithm.P_384, only=None, now=now)
    assert (tmp_path / "a" / "serials.csv").read_bytes() == (tmp_path / "b" / "serials.csv").read_bytes()
    one, other = (CardsFolder(tmp_path / name).load().values() for name in ("a", "b"))
    assert [(r.issued_on, r.expires_on, r.generation) for r in one] == [
        (r.issued_on, r.expires_on, r.generation) for r in other
    ]


def test_repeating_make_changes_no_byte(residents, fresh):
    before = {path: path.read_bytes() for path in fresh.rglob("*") if path.is_file()}
    made = make_cards(residents, fresh, algorithm=Algorithm.RSA_2048, only=["R00001", "R00002", "R00003"])
    assert (made.registered, made.keys_made, made.keys_kept) == (0, 0, 3)
    assert {path: path.read_bytes() for path in fresh.rglob("*") if path.is_file()} == before


def test_a_card_without_key_takes_the_algorithm_asked_for_later(residents, fresh):
    make_cards(residents, fresh, algorithm=Algorithm.RSA_2048, only=["R00001", "R00010"])
    box = load_cards(fresh)
    sizes = [len(card.sign(b"n", card.pin)) for card in (box.for_resident("R00010"), box.for_resident("R00001"))]
    assert sizes[0] == 256
    assert sizes[1] < 120


def test_unknown_residents_are_named_before_anything_is_made(residents, tmp_path):
    with pytest.raises(NoCard, match=r"R99998, R99999.*R00001 to R00040"):
        make_cards(residents, tmp_path / "c", only=["R00001", "R99999", "R99998"])
    assert not (tmp_path / "c").exists()


def test_progress_counts_to_the_end(residents, tmp_path):
    told = []
    make_cards(
        residents,
        tmp_path / "c",
        algorithm=Algorithm.P_384,
        only=["R00001", "R00002"],
        progress=lambda *counts: told.append(counts),
    )
    assert told == [(1, 2), (2, 2)]


def test_newborns_and_residents_of_unknown_age_get_valid_cards(tmp_path):
    today = date.today().isoformat()
    people = {
        key: Resident(key=key, municipality="架空県見本市", born_on=born_on)
        for key, born_on in {"R1": today, "R2": None, "R3": "1970-00-00"}.items()
    }
    make_cards(people, tmp_path / "c", algorithm=Algorithm.P_384, only=list(people))
    box = load_cards(tmp_path / "c")
    assert {box.for_resident(key).state for key in people} == {CardState.VALID}


def test_imported_serials_are_kept(tmp_path):
    people = {
        "R1": Resident(key="R1", municipality="架空県見本市", cards=("77001",)),
        "R2": Resident(key="R2", municipality="架空県見本市", cards=("CARD-0002",)),
    }
    make_cards(people, tmp_path / "c", algorithm=Algorithm.P_384, only=["R1", "R2"])
    box = load_cards(tmp_path / "c")
    assert (box.for_resident("R1").serial, box.for_resident("R2").serial) == ("77001", "CARD-0002")
    assert box.for_resident("R1").certificate_der()
    assert "CARD-0002" not in (tmp_path / "c" / "serials.csv").read_text(), "the target knows it already"
    with pytest.raises(CardNotMade, match="known by its serial only"):
        box.for_resident("R2").sign(b"n", box.for_resident("R2").pin)


def test_two_residents_with_one_imported_serial_are_refused(tmp_path):
    people = {key: Resident(key=key, municipality="架空県見本市", cards=("77001",)) for key in ("R1", "R2")}
    with pytest.raises(CardsError, match="77001 of R2 is R1's"):
        make_cards(people, tmp_path / "c", algorithm=Algorithm.P_384)


def test_serials_csv_maps_every_card(made):
    with (made / "serials.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["serial", "resident", "state", "kind"]
    assert len(rows) == 46
    assert len({row["serial"] for row in rows}) == 46
    assert {row["state"] for row in rows} == {"active"}
    assert sum(row["kind"] == "phone" for row in rows) == 6


def test_special_cards_are_made_only_when_asked_for(residents, tmp_path):
    folder = tmp_path / "c"
    make_cards(residents, folder, algorithm=Algorithm.P_384, only=["R00001"])
    assert {r.state for r in CardsFolder(folder).load().values()} == {CardState.VALID}
    wanted = {
        CardState.REVOKED: ["R00040"],
        CardState.EXPIRED: ["R00039"],
        CardState.SUPERSEDED: ["R00038"],
        CardState.LOCKED: ["R00037"],
    }
    make_cards(residents, folder, algorithm=Algorithm.P_384, only=["R00001"], special=wanted)
    box = load_cards(folder)
    for state, (key,) in wanted.items():
        (card,) = box.in_state(state)
        assert card.resident == key
        assert card.certificate_der()
    assert box.for_resident("R00038").state is CardState.VALID, "a superseded card has a valid successor"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    make_cards(residents, folder, algorithm=Algorithm.P_384, only=["R00001"], special=wanted)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_special_residents_are_chosen_where_only_the_card_can_be_the_reason(residents):
    spoiled = {
        **residents,
        "R00040": Resident(key="R00040", municipality="架空県見本市", born_on="1950-01-01", restricted=True),
        "R00039": Resident(key="R00039", municipality="架空県見本市", born_on="2024-01-01"),
    }
    chosen = choose_specials(
        spoiled.values(),
        {CardState.REVOKED: 2, CardState.LOCKED: 1},
        records={},
        avoid=["R00038"],
        today=date(2026, 1, 1),
    )
    assert chosen == {CardState.REVOKED: ("R00037", "R00036"), CardState.LOCKED: ("R00035",)}
    with pytest.raises(CardsError, match="99 residents with expired cards asked for"):
        choose_specials(spoiled.values(), {CardState.EXPIRED: 99}, records={}, avoid=(), today=date(2026, 1, 1))


def test_a_certificate_that_exists_is_never_turned_into_an_expired_one(residents, fresh):
    with pytest.raises(CardsError, match=r"R00001.*not expired"):
        make_cards(residents, fresh, special={CardState.EXPIRED: ["R00001"]})


def test_a_second_writer_is_turned_away(residents, fresh):
    with CardsFolder(fresh).locked(), pytest.raises(FolderBusy, match="another process"):
        make_cards(residents, fresh, only=["R00004"])


@pytest.mark.parametrize("keys_before_kill", [0, 1, 5])
def test_killed_make_is_completed_by_the_next(tmp_path, keys_before_kill):
    folder = tmp_path / "c"
    program = (
        "import sys; from pathlib import Path\n"
        "from harness.records.resident import Resident\n"
        "from kiosk_sim.cards import Algorithm, make_cards\n"
        "people = {f'R{i}': Resident(key=f'R{i}', municipality='x') for i in range(100, 160)}\n"
        "make_cards(people, Path(sys.argv[1]), algorithm=Algorithm.RSA_2048, only=list(people))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(folder)])
    until = time.monotonic() + 30
    while time.monotonic() < until and len(list((folder / "keys").glob("*.pem"))) < keys_before_kill:
        time.sleep(0.005)  # watching another process: nothing to wait on but its files
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    survivors = keys_in(folder) if (folder / "keys").exists() else {}
    people = {f"R{i}": Resident(key=f"R{i}", municipality="x") for i in range(100, 160)}
    made = make_cards(people, folder, algorithm=Algorithm.P_384, only=list(people)[:12])
    after = keys_in(folder)
    assert {name: after[name] for name in survivors if name.endswith(".pem")} == {
        name: content for name, content in survivors.items() if name.endswith(".pem")
    }, "what was made is kept"
    assert made.keys_made + made.keys_kept == 12
    box = load_cards(folder)
    for key in list(people)[:12]:
        card = box.for_resident(key)
        assert card.sign(b"n", card.pin)
        assert card.certificate_der()


def test_damaged_records_are_named_by_line(fresh):
    from harness.errors import ConfigError

    with (fresh / "cards.jsonl").open("ab") as file:
        file.write(json.dumps({"serial": 7}).encode() + b"\n")
    with pytest.raises(ConfigError, match=r"cards\.jsonl: line 41"):
        load_cards(fresh)
