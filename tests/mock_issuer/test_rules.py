"""What may not be issued is refused with its reason, and register updates are seen by the next application."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta, timezone

import msgspec
import pypdfium2 as pdfium
import pytest

from harness.records.resident import KosekiAccess, Residency

replace = msgspec.structs.replace
JST = timezone(timedelta(hours=9))
TODAY = datetime.now(JST).date()


def day_that_lasts() -> date:
    """Return the day of today; just before midnight, wait until it is the next one: these tests take half a minute."""
    while (now := datetime.now(JST)).hour == 23 and now.minute == 59:
        time.sleep(1)
    return now.date()


@pytest.fixture(scope="module")
def town_and_issuer(settle, person, seal):
    """People of every state, served by one node."""
    people = [
        person(1),
        person(2, residency=Residency.MOVED_OUT),
        person(3, residency=Residency.DECEASED),
        person(4, restricted=True),
        person(5, gaiji_pending=True),
        person(6, born_on=(TODAY - timedelta(days=15 * 365)).isoformat()),
        person(7, seal=None),
        person(8, seal=seal(8, cancelled_on="2025-01-01")),
        person(9, name="長" * 61),
        person(10, resident_since=day_that_lasts().isoformat()),
        person(11, koseki=None),
        person(12, residency=Residency.ELSEWHERE, household=None, koseki_access=KosekiAccess.NONE),
        person(13, residency=Residency.ELSEWHERE, household=None, koseki_access=KosekiAccess.PENDING),
        person(14, residency=Residency.ELSEWHERE, household=None),
        person(15, household="H00001", relation="妻"),
        person(16, household="H00016"),
        person(17, household="H00016", relation="子", restricted=True),
    ]
    return settle(people, "--nodes", "1", "--print-ms", "5")


REFUSALS = [
    (2, "juminhyo", {}, "MOVED_OUT"),
    (3, "koseki", {}, "DECEASED"),
    (4, "inkan", {}, "RESTRICTED"),
    (5, "juminhyo", {}, "GAIJI_PENDING"),
    (6, "tax", {}, "UNDER_15"),
    (7, "inkan", {}, "SEAL_NOT_REGISTERED"),
    (8, "inkan", {}, "SEAL_CANCELLED"),
    (9, "kisaijiko", {}, "NAME_TOO_LONG"),
    (10, "juminhyo", {}, "MOVED_IN_TODAY"),
    (11, "fuhyo", {}, "NOT_REGISTERED"),
    (12, "juminhyo", {}, "NOT_REGISTERED"),
    (12, "koseki", {}, "KOSEKI_ACCESS_NONE"),
    (13, "fuhyo", {}, "KOSEKI_ACCESS_PENDING"),
    (1, "juminhyo", {"my_number": True}, "NOT_ALLOWED"),
    (1, "juminhyo", {"copies": 11}, "NOT_ALLOWED"),
    (1, "juminhyo", {"copies": 0}, "NOT_ALLOWED"),
    (1, "juminhyo", {"scope": "some", "persons": ["R00007"]}, "NOT_ALLOWED"),
    (1, "koseki", {"scope": "some", "persons": ["R00007"]}, "NOT_ALLOWED"),
    (1, "juminhyo", {"scope": "everybody"}, "NOT_ALLOWED"),
    (1, "tax", {"tax_year": 2001}, "TAX_YEAR_UNKNOWN"),
    (16, "juminhyo", {"scope": "all"}, "RESTRICTED"),
]


@pytest.mark.parametrize(("number", "certificate", "options", "code"), REFUSALS)
def test_what_may_not_be_issued_is_refused_with_its_reason(
    town_and_issuer, kiosk, number: int, certificate: str, options: dict[str, object], code: str
) -> None:
    town, issuer = town_and_issuer
    at = kiosk(issuer)
    at.authenticate(town.cards[f"R{number:05d}"])
    answer = at.apply(certificate, **options)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.headers["x-node-id"] == "n1"
    entry = issuer.ledger()[answer.headers["x-request-id"]]
    assert (entry["state"], entry["reason"], entry["issue_numbers"]) == ("refused", code, [])


@pytest.mark.parametrize(
    ("number", "certificate", "options"),
    [
        (7, "juminhyo", {}),  # without a seal, but at home here
        (14, "koseki", {"scope": "all"}),  # lives elsewhere, with access
        (14, "fuhyo", {}),
        (16, "juminhyo", {"scope": "self"}),  # does not list the protected person
        (15, "juminhyo", {"scope": "some", "persons": ["R00001"]}),
    ],
)
def test_what_may_be_issued_is_issued(
    town_and_issuer, kiosk, number: int, certificate: str, options: dict[str, object]
) -> None:
    town, issuer = town_and_issuer
    assert kiosk(issuer).visit(town.cards[f"R{number:05d}"], certificate, **options).startswith(b"%PDF-")


def lines_of(pdf: bytes) -> list[str]:
    with pdfium.PdfDocument(pdf) as document:
        return [line for page in document for line in page.get_textpage().get_text_range().split("\r\n")]


def test_a_move_and_a_new_name_are_printed_by_the_next_application(town_and_issuer, kiosk) -> None:
    town, issuer = town_and_issuer
    first = issuer.update("R00001", "address", "架空県見本市新町1丁目2番3号")
    second = issuer.update("R00001", "name", "見本　新名")
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["version"] == first.json()["version"] + 1
    lines = lines_of(kiosk(issuer).visit(town.cards["R00001"], "juminhyo"))
    assert "住所 架空県見本市新町1丁目2番3号" in lines
    assert "氏名 見本　新名" in lines
    assert issuer.update("R00001", "name", "見本　一郎").status_code == 200


def test_a_cancelled_seal_is_refused_at_once_and_back_when_registered_again(town_and_issuer, kiosk) -> None:
    town, issuer = town_and_issuer
    at = kiosk(issuer)
    at.visit(town.cards["R00001"], "inkan")
    assert issuer.update("R00001", "seal", "cancelled").status_code == 200
    at.authenticate(town.cards["R00001"])
    assert at.apply("inkan").json()["code"] == "SEAL_CANCELLED"
    assert issuer.update("R00001", "seal", "registered").status_code == 200
    at.visit(town.cards["R00001"], "inkan")


@pytest.mark.parametrize(
    ("field", "value", "code", "back"),
    [
        ("residency", "moved_out", "MOVED_OUT", "resident"),
        ("residency", "deceased", "DECEASED", "resident"),
        ("restricted", "true", "RESTRICTED", "false"),
        ("restricted", True, "RESTRICTED", False),
        ("gaiji_pending", "true", "GAIJI_PENDING", "false"),
    ],
)
def test_changed_states_are_refused_and_may_change_back(
    town_and_issuer, kiosk, field: str, value: object, code: str, back: object
) -> None:
    town, issuer = town_and_issuer
    assert issuer.update("R00016", field, value).status_code == 200
    at = kiosk(issuer)
    at.authenticate(town.cards["R00016"])
    assert at.apply("juminhyo").json()["code"] == code
    assert issuer.update("R00016", field, back).status_code == 200
    assert at.apply("juminhyo").status_code == 201


def test_who_has_left_is_not_listed_in_the_household(town_and_issuer, kiosk) -> None:
    town, issuer = town_and_issuer
    at = kiosk(issuer)
    names = [line for line in lines_of(at.visit(town.cards["R00015"], "juminhyo", scope="all")) if "氏名" in line]
    assert len(names) == 2
    issuer.update("R00001", "residency", "moved_out")
    assert "氏名 見本　一郎" not in lines_of(at.visit(town.cards["R00015"], "juminhyo", scope="all"))
    issuer.update("R00001", "residency", "resident")


@pytest.mark.parametrize(
    ("resident", "field", "value", "status", "code"),
    [
        ("R09999", "name", "x", 404, "RESIDENT_UNKNOWN"),
        ("R00001", "blood_group", "A", 409, "NOT_CHANGEABLE"),
        ("R00001", "residency", "asleep", 409, "NOT_CHANGEABLE"),
        ("R00001", "restricted", "maybe", 409, "NOT_CHANGEABLE"),
        ("R00001", "seal", "lost", 409, "NOT_CHANGEABLE"),
        ("R00007", "seal", "cancelled", 409, "SEAL_NOT_REGISTERED"),
    ],
)
def test_impossible_updates_are_told_and_change_nothing(
    town_and_issuer, resident: str, field: str, value: str, status: int, code: str
) -> None:
    _, issuer = town_and_issuer
    version = issuer.update("R00001", "kana", "ミホン　一ロウ").json()["version"]
    answer = issuer.update(resident, field, value)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert issuer.update("R00001", "kana", "ミホン　一ロウ").json()["version"] == version + 1


def test_addresses_of_a_protected_person_are_not_shown_to_relatives(person, family_registers) -> None:
    from mock_issuer.documents.layout import Choice
    from mock_issuer.people import Extract, Resident
    from mock_issuer.people import Koseki as IssuersKoseki
    from mock_issuer.refusals import Refusal
    from mock_issuer.rules import require_issuable

    def read(record, kind):
        return msgspec.json.decode(msgspec.json.encode(record), type=kind)

    one, other = person(1), person(2, restricted=True)
    register = replace(family_registers(one), members=family_registers(one).members + family_registers(other).members)
    relatives = {p.key: read(p, Resident) for p in (one, other)}
    extract = Extract(
        applicant=relatives["R00001"],
        household=(relatives["R00001"],),
        koseki=read(register, IssuersKoseki),
        relatives=relatives,
        version=0,
    )
    require_issuable(extract, "fuhyo", Choice(), TODAY)
    require_issuable(extract, "koseki", Choice(scope="all"), TODAY)  # shows no address
    with pytest.raises(Refusal, match="RESTRICTED"):
        require_issuable(extract, "fuhyo", Choice(scope="all"), TODAY)
