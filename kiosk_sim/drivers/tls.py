"""TLS identities towards the target: one for the whole harness, or one per card."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

from harness.errors import ConfigError
from harness.records.target import Client, Target
from kiosk_sim.drivers.transport import CONTROL, Holder, TlsOf

CertificateOf = Callable[[str], tuple[Path, Path] | None]
"""Certificate and key file (PEM) of a card's serial, or None."""


def tls_identities(target: Target, file: Path, certificate_of: CertificateOf) -> TlsOf:
    """Return who connects with which certificate; `file` is the target file, for messages and relative paths.

    With client = "card" every card connects with its own certificate. Raises ConfigError naming file and key.
    """
    common = _context(target, file)
    if target.client is not Client.CARD:
        return lambda _: common
    cards: dict[str, ssl.SSLContext] = {}

    def of(holder: Holder) -> ssl.SSLContext:
        if holder.kiosk == CONTROL:
            return common
        if holder.card not in cards:
            cards[holder.card] = _with_card(_context(target, file), certificate_of(holder.card))
        return cards[holder.card]

    return of


def _context(target: Target, file: Path) -> ssl.SSLContext:
    """Trust what the target file says; no environment variable has a say in it."""
    tls = target.tls
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = tls.check_hostname
    context.set_alpn_protocols(["http/1.1"])
    try:
        if tls.ca:
            context.load_verify_locations(file.parent / tls.ca)
        else:
            context.load_default_certs()
    except (OSError, ssl.SSLError) as e:
        raise ConfigError(file, "tls.ca", f"{tls.ca}: {e}; give a PEM file of CA certificates") from None
    if tls.certificate:
        try:
            context.load_cert_chain(file.parent / tls.certificate, file.parent / tls.key if tls.key else None)
        except (OSError, ssl.SSLError) as e:
            raise ConfigError(file, "tls.certificate", f"{tls.certificate}: {e}; give PEM files") from None
    return context


def _with_card(context: ssl.SSLContext, files: tuple[Path, Path] | None) -> ssl.SSLContext:
    if files is not None:
        context.load_cert_chain(*files)
    return context
