"""Private keys of cards and authority: make, store for the owner only, load, sign."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from kiosk_sim.cards.errors import CardsError
from kiosk_sim.cards.files import write_private
from kiosk_sim.cards.records import Algorithm

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def make_key(algorithm: Algorithm) -> PrivateKey:
    """Make a key; RSA takes about 50 ms and releases the interpreter lock meanwhile, P-384 under 1 ms."""
    if algorithm == Algorithm.RSA_2048:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP384R1())


def keep_key(path: Path, algorithm: Algorithm) -> PrivateKey:
    """Return the key stored at `path`, made and stored (mode 0600) if there is none; a stored key is never replaced."""
    if path.exists():
        return load_key(path)
    key = make_key(algorithm)
    write_private(path, key_pem(key))
    return key


def key_pem(key: PrivateKey) -> bytes:
    """Return PKCS #8 in PEM, unencrypted: mock keys protect nothing, the file's mode keeps them from mixing up."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_key(path: Path) -> PrivateKey:
    """Load a key written by `keep_key`. Raises CardsError naming the file."""
    try:
        # Own keys: the primality tests of a full validation would cost more than all signatures of a run.
        key = serialization.load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    except (OSError, ValueError, TypeError) as e:
        raise CardsError(f"{path}: is no readable private key ({e}); restore the file or make a new folder") from None
    if algorithm_of(key) is None or not isinstance(key, PrivateKey):
        raise CardsError(f"{path}: holds neither an RSA-2048 nor a P-384 key; restore the file or make a new folder")
    return key


def algorithm_of(key: object) -> Algorithm | None:
    """Return the card algorithm a key belongs to; None for any other key."""
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size == 2048:
        return Algorithm.RSA_2048
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1):
        return Algorithm.P_384
    return None


def signature_hash(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    """Return the hash the profile pairs with a key."""
    return hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else hashes.SHA384()


def sign(key: PrivateKey, message: bytes) -> bytes:
    """Sign: PKCS #1 v1.5 over a SHA-256 DigestInfo, or DER-encoded ECDSA over SHA-384."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(message, ec.ECDSA(hashes.SHA384()))
