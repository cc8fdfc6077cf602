"""The file that lets a worker take part in one run: carried to its machine by whoever runs the test, like a key."""

from __future__ import annotations

import hashlib
import os
import secrets
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

from harness.errors import ConfigError

_VALID = timedelta(days=7)  # longer than any run; machines' clocks may differ by a day
_TOKEN_BYTES = 32


class Invitation(Struct, frozen=True, kw_only=True):
    """Content of the invitation file. Whoever holds it can take part, and read the cards of this run."""

    run: str
    port: int
    token: str
    certificate: str  # PEM: the only certificate that the worker accepts
    fingerprint: str  # its SHA-256, to be compared by eye on both machines

    def __repr__(self) -> str:
        """Mask the token."""
        return f"Invitation(run={self.run!r}, port={self.port}, fingerprint={self.fingerprint!r}, token='****')"


class Credentials(Struct, frozen=True):
    """The server's side: certificate and key (PEM) and the token, made for one run."""

    certificate: bytes
    key: bytes
    token: str

    def __repr__(self) -> str:
        """Mask all of it."""
        return "Credentials(****)"


def make_credentials(run: str) -> Credentials:
    """Make certificate, key and token of a run."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"honnin {run}"[:64])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Credentials(
        certificate.public_bytes(serialization.Encoding.PEM), private, secrets.token_urlsafe(_TOKEN_BYTES)
    )


def invite(path: Path, run: str, port: int, credentials: Credentials) -> Invitation:
    """Write the invitation of a run, for its owner's eyes only (0600); replace an older one."""
    pem = credentials.certificate.decode()
    invitation = Invitation(run=run, port=port, token=credentials.token, certificate=pem, fingerprint=fingerprint(pem))
    temporary = path.with_name(f".{path.name}.part")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:  # noqa: PTH123
        out.write(msgspec.json.encode(invitation) + b"\n")
    temporary.replace(path)
    return invitation


def read_invitation(path: Path) -> Invitation:
    """Return an invitation; raise ConfigError."""
    try:
        invitation = msgspec.json.decode(path.read_bytes(), type=Invitation)
        if fingerprint(invitation.certificate) != invitation.fingerprint:
            raise ValueError("its certificate is not the one it names")
    except OSError as e:
        raise ConfigError(
            path, "", f"{e.strerror}; copy the invitation that `honnin run` wrote to this machine"
        ) from None
    except (msgspec.DecodeError, ValueError) as e:
        raise ConfigError(path, "", f"is no invitation ({e}); copy the one that `honnin run` wrote again") from None
    return invitation


def fingerprint(pem: str) -> str:
    """Return the SHA-256 of a certificate; raise ValueError where it is none."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
