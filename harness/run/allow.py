"""Keeps load away from hosts nobody allowed: loopback is free, every other host must be confirmed by name."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from harness.errors import TargetNotAllowed, UsageError
from harness.records.target import Target


def check_allowed(target: Target, confirmed: Collection[str]) -> None:
    """Raise TargetNotAllowed unless each address of `target` is loopback or among `confirmed`.

    A name is loopback only if it is "localhost": what a name server says may change between now and the run.
    """
    for url in (target.url, *(n.url for n in target.nodes if n.url)):
        host = host_of(url)
        if not _is_loopback(host) and host not in confirmed:
            raise TargetNotAllowed(
                f"{url}: {host} is not a loopback address. honnin puts load on a system only where its owner agreed; "
                f"if you may test it, say so with --i-may-test {host}"
            )


def host_of(url: str) -> str:
    """Return the host of an http(s) URL in lower case; raise UsageError where there is none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port is None or parts.port else None
    except ValueError:  # no port number, or half an IPv6 address
        host = None
    if host is None or parts.scheme not in {"http", "https"}:
        raise UsageError(f"target url {url!r}: give http://host:port or https://host:port")
    return host.lower()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
