"""Asks an OCSP responder whether a certificate is revoked (RFC 6960, over HTTP POST)."""

from __future__ import annotations

import urllib.request
from urllib.error import URLError

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from mock_issuer.centre.signatures import verify
from mock_issuer.refusals import Refusal

_PATIENCE_S = 5.0
_LARGEST_ANSWER = 1 << 16
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class OcspClient:
    """One responder. An answer that cannot be had or proven is no answer: nobody is let in on it."""

    def __init__(self, url: str) -> None:
        """Ask at `url`. Raises ValueError unless it is an http URL."""
        if not url.startswith("http://"):
            raise ValueError(f"{url}: an OCSP responder is given by an http:// URL")
        self._url = url

    def revoked(self, certificate: x509.Certificate, authority: x509.Certificate) -> bool:
        """Tell whether a certificate is revoked. Raises Refusal 503 if the responder does not say."""
        builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, authority, hashes.SHA1())  # noqa: S303
        request = urllib.request.Request(  # noqa: S310 - http only, checked above
            self._url,
            data=builder.build().public_bytes(Encoding.DER),
            headers={"Content-Type": "application/ocsp-request"},
        )
        try:
            with _NO_PROXY.open(request, timeout=_PATIENCE_S) as answer:
                response = ocsp.load_der_ocsp_response(answer.read(_LARGEST_ANSWER))
            return _status(response, certificate, authority)
        except (URLError, OSError, ValueError, InvalidSignature) as e:
            raise Refusal(503, "OCSP_UNAVAILABLE", f"the OCSP responder gave no valid answer: {e}") from None


def _status(response: ocsp.OCSPResponse, certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError(f"status {response.response_status.name}")
    _prove(response, authority)
    if response.serial_number != certificate.serial_number:
        raise ValueError("it answers for another serial")
    if response.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        raise ValueError("it does not know the serial")
    return response.certificate_status is ocsp.OCSPCertStatus.REVOKED


def _prove(response: ocsp.OCSPResponse, authority: x509.Certificate) -> None:
    """Check the signature: of the CA itself, or of a responder that the CA certified for OCSP signing."""
    signer = authority
    for candidate in response.certificates:
        candidate.verify_directly_issued_by(authority)
        usage = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage:
            signer = candidate
    algorithm = response.signature_hash_algorithm
    if algorithm is None:
        raise ValueError("it is not signed")
    verify(signer.public_key(), response.signature, response.tbs_response_bytes, algorithm)
