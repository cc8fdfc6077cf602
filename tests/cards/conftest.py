"""Residents, a cards folder with next-generation keys (fast), and a vendor's PKCS #12 files."""

import datetime
import json
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from harness.lifeline import start
from harness.records.resident import Resident
from kiosk_sim.cards import Algorithm, load_cards, make_cards

SOME = [f"R{i:05d}" for i in range(1, 7)]  # six in a row: two of each CA generation


@pytest.fixture(scope="session")
def residents():
    """Return forty adults by key."""
    people = (
        Resident(
            key=f"R{i:05d}",
            municipality="架空県見本市",
            name=f"見本 花子{i}",
            address=f"架空県見本市試験町{i}番地",
            born_on=f"{1940 + i}-{1 + i % 12:02d}-{1 + i % 28:02d}",
        )
        for i in range(1, 41)
    )
    return {person.key: person for person in people}


@pytest.fixture(scope="session")
def made(residents, tmp_path_factory):
    """Return a folder where six residents' keys are made; shared, so tests only read it."""
    folder = tmp_path_factory.mktemp("cards")
    make_cards(residents, folder, algorithm=Algorithm.P_384, only=SOME, phones=True)
    return folder


@pytest.fixture
def fresh(residents, tmp_path):
    """Return a folder of the test's own, with the keys of R00001 to R00003 (one of each CA generation)."""
    folder = tmp_path / "cards"
    make_cards(residents, folder, algorithm=Algorithm.P_384, only=SOME[:3])
    return folder


@pytest.fixture
def box(made):
    """Return the shared folder's cards."""
    return load_cards(made)


@pytest.fixture
def some():
    """Return the keys of residents whose keys are made in `made`."""
    return list(SOME)


@pytest.fixture
def responder(fresh):
    """Return the URL of the OCSP responder of `fresh`, a program of its own that must end orderly."""
    with start("kiosk_sim.cards.serve", "--cards", str(fresh), stdout=subprocess.PIPE) as child:
        try:
            yield json.loads(child.stdout.readline())["url"]
        finally:
            child.terminate()
            assert child.wait(timeout=10) == 0


@pytest.fixture
def vendor(tmp_path):
    """Return a function that writes a vendor's PKCS #12 file and returns its path."""

    def write(*, issuer="CN=Vendor Test CA,O=Vendor,C=JP", serial=4711, password=b"open", key=None, chain=()):
        key = key or ec.generate_private_key(ec.SECP384R1())
        certificate = certificate_of(issuer, serial, key)
        others = [certificate_of(name, 1 + n, key) for n, name in enumerate(chain)] or None
        content = pkcs12.serialize_key_and_certificates(
            b"card", key, certificate, others, BestAvailableEncryption(password)
        )
        path = tmp_path / f"{serial}.p12"
        path.write_bytes(content)
        return path

    return write


def certificate_of(issuer, serial, key):
    """Return a certificate signed with its own key: importing looks at names, not at chains."""
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    algorithm = hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else hashes.SHA384()
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "opaque")]))
        .issuer_name(x509.Name.from_rfc4514_string(issuer))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .sign(key, algorithm)
    )
