"""Keeps load away from hosts nobody allowed: loopback is free, every other host must be confirmed by name."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from harness.errors import TargetNotAllowed, UsageError
from harness.records.faults import Link
from harness.records.target import Target


def check_allowed(target: Target, confirmed: Collection[str]) -> None:
    """Raise TargetNotAllowed unless each address of `target`, its links included, is loopback or among `confirmed`.

    A name is loopback only if it is "localhost": what a name server says may change between now and the run.
    """
    for url in (target.url, *(n.url for n in target.nodes if n.url)):
        check_url_allowed(url, confirmed)
    for link in target.faults.link:
        for end in (link.listen, link.to):
            _check_host(end, _end_of(link, end), confirmed)


def check_url_allowed(url: str, confirmed: Collection[str]) -> None:
    """Raise TargetNotAllowed unless the host of an address is loopback or among `confirmed`; as `check_allowed`."""
    _check_host(url, host_of(url), confirmed)


def _check_host(where: str, host: str, confirmed: Collection[str]) -> None:
    if not _is_loopback(host) and host not in confirmed:
        raise TargetNotAllowed(
            f"{where}: {host} is not a loopback address. honnin puts load on a system only where its owner agreed; "
            f"if you may test it, say so with --i-may-test {host}"
        )


def _end_of(link: Link, end: str) -> str:
    """Return the host of one end of a link; raise UsageError where it is not HOST:PORT."""
    host, _, port = end.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise UsageError(f"link {link.name} of the target file: {end!r} is not HOST:PORT, e.g. 127.0.0.1:5701")
    return host.strip("[]").lower()


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
