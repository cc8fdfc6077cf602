"""The OCSP responder answers whatever comes without dying, and follows the folder."""

import base64
import http.client
import subprocess
import sys
import threading
import urllib.parse

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from kiosk_sim.cards import load_cards
from kiosk_sim.cards.renewal import renew_cards
from kiosk_sim.cards.responder import Responder


@pytest.fixture
def question(fresh):
    """Return a request about a resident's first card."""
    serial = load_cards(fresh).for_resident("R00001").serial
    return request_about(fresh, serial)


def request_about(folder, serial):
    record = load_cards(folder).by_serial(serial)._record
    ca = x509.load_pem_x509_certificate((folder / "authority" / f"ca-{record.generation}.pem").read_bytes())
    certificate = x509.load_pem_x509_certificate((folder / record.certificate).read_bytes())
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, ca, hashes.SHA256())
    return builder.add_extension(x509.OCSPNonce(b"0123456789"), critical=False).build().public_bytes(Encoding.DER)


@pytest.fixture
def server(responder):
    """Return host and port of a running responder."""
    return urllib.parse.urlsplit(responder).netloc


def exchange(netloc, method, path="/", body=None, **headers):
    connection = http.client.HTTPConnection(netloc, timeout=10)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def status(der):
    return ocsp.load_der_ocsp_response(der).certificate_status


def test_get_and_post_give_the_same_status(server, question):
    _, posted = exchange(server, "POST", body=question, Content_Type="application/ocsp-request")
    path = "/" + urllib.parse.quote(base64.b64encode(question), safe="")
    _, got = exchange(server, "GET", path)
    assert status(posted) is status(got) is ocsp.OCSPCertStatus.GOOD


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "expected"),
    [
        ("POST", "/", b"x", {"Content_Type": "text/plain"}, 415),
        ("POST", "/", None, {"Content_Type": "application/ocsp-request", "Content_Length": "-1"}, 411),
        ("POST", "/", None, {"Content_Type": "application/ocsp-request", "Content_Length": "99999999"}, 413),
        ("GET", "/%%%", None, {}, 400),
        ("DELETE", "/", None, {}, 501),
    ],
)
def test_what_is_no_ocsp_over_http_is_refused(server, question, method, path, body, headers, expected):
    assert exchange(server, method, path, body, **headers)[0] == expected
    assert exchange(server, "POST", body=question, Content_Type="application/ocsp-request")[0] == 200


def test_one_connection_serves_many_requests_at_once(server, question):
    def ask():
        connection = http.client.HTTPConnection(server, timeout=10)
        for _ in range(5):
            connection.request("POST", "/", question, {"Content-Type": "application/ocsp-request"})
            statuses.append(status(connection.getresponse().read()))
        connection.close()

    statuses = []
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert statuses == [ocsp.OCSPCertStatus.GOOD] * 20


def test_nonce_comes_back(fresh, question):
    answer = ocsp.load_der_ocsp_response(Responder(fresh).answer(question))
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"0123456789"


def test_a_change_shows_in_the_next_answer(fresh, question):
    responder = Responder(fresh)
    assert status(responder.answer(question)) is ocsp.OCSPCertStatus.GOOD
    (new,) = renew_cards(fresh, ["R00001"])
    answer = ocsp.load_der_ocsp_response(responder.answer(question))
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert answer.revocation_reason is x509.ReasonFlags.superseded
    assert status(responder.answer(request_about(fresh, new.serial))) is ocsp.OCSPCertStatus.GOOD


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"GET / HTTP/1.1", bytes(1000)])
def test_junk_is_malformed(fresh, junk):
    answer = ocsp.load_der_ocsp_response(Responder(fresh).answer(junk))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_without_cards_it_does_not_start(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "kiosk_sim.cards.serve", "--cards", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 64
    assert "no cards folder" in done.stderr
