"""Signature checks for the key kinds that cards and CAs have: RSA (PKCS#1 v1.5) and elliptic curves (ECDSA)."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa


def verify(key: object, signature: bytes, content: bytes, algorithm: hashes.HashAlgorithm) -> None:
    """Raise InvalidSignature unless `key` made `signature` over `content`."""
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, content, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(algorithm))
    else:
        raise InvalidSignature(f"no rule for a {type(key).__name__}")


def card_hash(key: object) -> hashes.HashAlgorithm:
    """Return what a card hashes a nonce with: SHA-384 on the next-generation card (P-384), else SHA-256."""
    return hashes.SHA384() if isinstance(key, ec.EllipticCurvePublicKey) else hashes.SHA256()
