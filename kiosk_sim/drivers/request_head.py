"""The head of a request as it goes on the wire, and what HTTP/1.1 forbids in one (RFC 9110, 5; RFC 9112, 3)."""

from __future__ import annotations

import re

from kiosk_sim.drivers.transport import IllegalRequest, Request

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE = rb"(?:[!-~](?:[\t -~]*[!-~])?)?"
_HEAD = re.compile(rb"%s [!-~]+ HTTP/1\.1\r\n(?:%s: %s\r\n)+\r\n" % (_TOKEN, _TOKEN, _VALUE))
_FRAMING = frozenset({"host", "content-length", "transfer-encoding"})  # the driver's, or the request could be two


def encode_head(request: Request) -> bytes:
    """Return the request line and all headers; raise IllegalRequest, which quotes no value: it may be secret."""
    if name := next((name for name, _ in request.headers if name.lower() in _FRAMING), ""):
        raise IllegalRequest(f"the header {name!a} is the driver's own; leave it out of the request")
    headers = request.wire_headers()
    lines = [f"{request.method} {request.origin.base}{request.path} HTTP/1.1", *(f"{n}: {v}" for n, v in headers)]
    try:
        head = "\r\n".join((*lines, "", "")).encode("ascii")
    except UnicodeEncodeError:
        raise _illegal(lines) from None
    if head.count(b"\r\n") != len(lines) + 1 or not _HEAD.fullmatch(head):
        raise _illegal(lines)
    return head


def _illegal(lines: list[str]) -> IllegalRequest:
    """Name the first line that HTTP does not allow."""
    if not _allowed(f"{lines[0]}\r\nhost: h"):
        return IllegalRequest("HTTP does not allow this request: method or path has characters that must be escaped")
    name = next((line.partition(":")[0] for line in lines[1:] if not _allowed(f"GET / HTTP/1.1\r\n{line}")), "")
    return IllegalRequest(f"HTTP does not allow this request: the header {name!a} or its value")


def _allowed(lines: str) -> bool:
    head = f"{lines}\r\n\r\n".encode("utf-8", "replace")
    return head.count(b"\r\n") == 3 and _HEAD.fullmatch(head) is not None
