"""Certificate revocation lists of all CA generations, each proven by its CA's signature, read again when changed."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from mock_issuer.centre.watched import WatchedFile


class RevocationLists:
    """The files crl-*.pem of a cards folder."""

    def __init__(self, folder: Path, authorities: tuple[x509.Certificate, ...]) -> None:
        """Read all lists. Raises ValueError for one that no CA of the bundle signed."""
        self._authorities = authorities
        files = sorted(folder.glob("crl-*.pem"))
        self._lists = [WatchedFile(file, self._parse) for file in files]

    def revoked(self, certificate: x509.Certificate, authority: x509.Certificate, *, as_loaded: bool = False) -> bool:
        """Tell whether a certificate is on its own CA's list, as it is today or as it was when the service began."""
        for watched in self._lists:
            signer, revoked = watched.first if as_loaded else watched.content()
            if signer == authority and certificate.serial_number in revoked:
                return True
        return False

    def _parse(self, file: bytes) -> tuple[x509.Certificate, frozenset[int]]:
        crl = x509.load_pem_x509_crl(file)
        for authority in self._authorities:
            if crl.is_signature_valid(authority.public_key()):  # type: ignore[arg-type]  # CAs have RSA or EC keys
                return authority, frozenset(entry.serial_number for entry in crl)
        raise ValueError("a CRL is signed by no CA of ca-bundle.pem; export bundle and lists together")
