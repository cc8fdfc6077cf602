"""A certificate authority for one test, the identities it signs, and OpenSSL's own server with one of them."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class TlsFiles:
    """A throw-away CA and what it signs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test CA")])
        self._ca = self._sign(self._name, self._key, ca=True)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self._ca.public_bytes(serialization.Encoding.PEM))

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, name: str = "", ca: bool = False
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if name:
            alternative = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
            builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def files(self, subject: str, name: str = "") -> tuple[Path, Path]:
        """Return certificate and key file of a new identity."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]), key, name)
        paths = self._folder / f"{subject}.pem", self._folder / f"{subject}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return paths

    def server(self, name: str = "127.0.0.1", wants_client: bool = False) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.files("server", name))
        if wants_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca_file)
        return context

    def client(self, card: str = "") -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        if card:
            context.load_cert_chain(*self.files(card))
        return context


class OpensslServer:
    """`openssl s_server`: says what a client sent, and sends what it is told, or a key update at the word `K`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Its first lines name the port."""
        self.said = b""
        self._process = process
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while said := os.read(self._process.stdout.fileno(), 65_536):
            self.said += said

    @property
    def url(self) -> str:
        """Where it listens; "" as long as it does not."""
        found = re.search(rb"ACCEPT \S*:(\d+)", self.said)
        return f"https://127.0.0.1:{found[1].decode()}" if found else ""

    def tell(self, words: str) -> None:
        assert self._process.stdin is not None
        os.write(self._process.stdin.fileno(), words.encode())


@contextmanager
def openssl_server(files: TlsFiles) -> Iterator[OpensslServer]:
    """Serve one connection after the other."""
    certificate, key = files.files("server", "127.0.0.1")
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(certificate), "-key", str(key)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        server = OpensslServer(process)
        try:
            yield server
        finally:
            process.kill()
            server.listener.join()
