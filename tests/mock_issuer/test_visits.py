"""What a kiosk can do at the clean issuer, step by step, and what it is refused."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

import pypdfium2 as pdfium
import pytest

PROOF = b'{"certificate":"AA==","signature":"AA=="}'


def text_of(pdf: bytes) -> str:
    with pdfium.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_a_visit_ends_with_ones_own_document_and_an_entry_in_the_ledger(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K101")
    application = at.begin(people.cards["R00003"], "juminhyo")
    answer = at.collect(application)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-request-id"] == application
    assert answer.headers["x-node-id"] in {"n1", "n2"}
    assert answer.headers["x-build-id"] == "mock-0.1.0"
    number = unquote(answer.headers["x-issue-number"])
    assert number.startswith("見本-")
    text = text_of(answer.content)
    assert "氏名 見本　三郎" in text
    assert f"発行番号 {number}" in text
    assert issuer.ledger()[application]["state"] == "open"
    digest = hashlib.sha256(answer.content).hexdigest()
    assert at.post(application, "completion", digest=digest).status_code == 204
    entry = issuer.ledger()[application]
    assert (entry["state"], entry["fee"], entry["issue_numbers"]) == ("issued", "charged", [number])
    assert (entry["card"], entry["certificate"], entry["kiosk"]) == (people.cards["R00003"].serial, "juminhyo", "K101")


def test_copies_have_numbers_of_their_own_and_one_completion(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K102")
    application = at.begin(people.cards["R00004"], "tax", copies=3)
    copies = [at.collect(application, copy) for copy in (1, 2, 3)]
    numbers = [unquote(copy.headers["x-issue-number"]) for copy in copies]
    assert len(set(numbers)) == 3
    assert all(number in text_of(copy.content) for number, copy in zip(numbers, copies, strict=True))
    together = hashlib.sha256(b"".join(copy.content for copy in copies)).hexdigest()
    assert at.post(application, "completion", digest=together).status_code == 204
    assert issuer.ledger()[application]["issue_numbers"] == numbers


def test_collecting_again_gives_the_same_bytes_until_acknowledged(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K103")
    application = at.begin(people.cards["R00005"], "inkan")
    first, again = at.collect(application), at.collect(application)
    assert first.content == again.content
    assert at.post(application, "completion").status_code == 204
    assert at.post(application, "completion").status_code == 204
    gone = at.collect(application)
    assert (gone.status_code, gone.json()["code"]) == (404, "APPLICATION_CLOSED")


def test_a_wrong_digest_is_no_completion(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K104")
    application = at.begin(people.cards["R00006"], "juminhyo")
    assert at.collect(application).status_code == 200
    answer = at.post(application, "completion", digest="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (409, "DIGEST_MISMATCH")


def test_nothing_is_printed_before_the_fee_is_paid(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K105")
    at.authenticate(people.cards["R00007"])
    application = at.apply("koseki").json()
    assert application["fee"] == 450
    assert at.collect(application["application"]).json()["code"] == "NOT_PAID"
    wrong = at.post(application["application"], "payment", amount=1)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "WRONG_AMOUNT")
    assert "receipt" in at.post(application["application"], "payment", amount=450).json()
    assert at.collect(application["application"]).status_code == 200


def test_a_cancelled_application_gets_its_fee_back_and_prints_nothing(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K106")
    application = at.begin(people.cards["R00008"], "juminhyo")
    assert at.post(application, "cancellation").status_code == 204
    assert at.post(application, "cancellation").status_code == 204
    assert at.collect(application).status_code == 404
    entry = issuer.ledger()[application]
    assert (entry["state"], entry["fee"], entry["reason"]) == ("cancelled", "returned", "BY_APPLICANT")


def test_a_closed_session_leaves_nothing_behind(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K107")
    application = at.begin(people.cards["R00009"], "juminhyo")
    assert at.close().status_code == 204
    assert at.close().status_code == 404
    assert at.collect(application).status_code == 401
    entry = issuer.ledger()[application]
    assert (entry["state"], entry["fee"], entry["reason"]) == ("failed", "returned", "SESSION_CLOSED")


def test_nobody_reaches_anothers_application(issuer, people, kiosk) -> None:
    owner, other = kiosk(issuer, "K108"), kiosk(issuer, "K109")
    application = owner.begin(people.cards["R00010"], "juminhyo")
    other.authenticate(people.cards["R00011"])
    for answer in (
        other.collect(application),
        other.post(application, "payment", amount=300),
        other.post(application, "completion"),
        other.post(application, "cancellation"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "APPLICATION_UNKNOWN")
    assert owner.collect(application).status_code == 200


def test_a_nonce_serves_one_attempt(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K110")
    card = people.cards["R00012"]
    nonce = at.open()
    assert at.prove(card.der, card.sign(b"another")).json()["code"] == "BAD_SIGNATURE"
    again = at.prove(card.der, card.sign(nonce))
    assert (again.status_code, again.json()["code"]) == (404, "SESSION_UNKNOWN")
    assert at.close().status_code == 204


def test_without_a_token_nothing_is_accepted(issuer, kiosk) -> None:
    at = kiosk(issuer, "K111")
    at.open()
    answer = at.apply("juminhyo")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")


def test_applications_go_to_the_node_asked_for(issuer, people, kiosk) -> None:
    for node in ("n1", "n2"):
        at = kiosk(issuer, "K112", node)
        at.authenticate(people.cards["R00013"])
        applied = at.apply("juminhyo")
        assert (applied.json()["node"], applied.headers["x-node-id"]) == (node, node)
    at = kiosk(issuer, "K112", "n9")
    at.authenticate(people.cards["R00013"])
    assert at.apply("juminhyo").json()["code"] == "NODE_UNKNOWN"


def test_one_kiosk_keeps_its_node(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K113")
    at.authenticate(people.cards["R00014"])
    assert len({at.apply("juminhyo").json()["node"] for _ in range(4)}) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/v1/sessions", b"{", 400, "BAD_REQUEST"),
        ("POST", "/v1/sessions", b'{"kiosk": 1}', 400, "BAD_REQUEST"),
        ("POST", "/v1/sessions", b"\xff\xfe", 400, "BAD_REQUEST"),
        ("GET", "/v1/sessions", b"", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/v2", b"", 404, "NOT_FOUND"),
        ("POST", "/v1/sessions/none/authentication", PROOF, 404, "SESSION_UNKNOWN"),
        ("POST", "/v1/sessions/none/authentication", b'{"certificate":"?","signature":""}', 400, "BAD_REQUEST"),
        ("DELETE", "/v1/sessions/none", b"", 404, "SESSION_UNKNOWN"),
        ("GET", "/admin/defects", b"", 401, "UNAUTHORIZED"),
    ],
)  # fmt: skip
def test_every_error_is_told_in_json(issuer, method: str, path: str, body: bytes, status: int, code: str) -> None:
    answer = issuer.client.request(method, path, content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]


def test_unknown_options_and_certificates_are_named(issuer, people, kiosk) -> None:
    at = kiosk(issuer, "K114")
    at.authenticate(people.cards["R00015"])
    assert "colour" in at.apply("juminhyo", colour="red").json()["message"]
    assert "juminhyo" in at.apply("passport").json()["message"]


def test_health_and_nodes_are_shown(issuer) -> None:
    assert issuer.client.get("/v1/health").json() == {"status": "ok"}
    assert issuer.client.get("/v1/nodes").json() == [
        {"node": "n1", "build": "mock-0.1.0", "alive": True},
        {"node": "n2", "build": "mock-0.1.0", "alive": True},
    ]
