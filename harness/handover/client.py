"""A worker's end of the handover: httpx over TLS that trusts the run's own certificate and nothing else."""

from __future__ import annotations

import hashlib
import ssl
import time
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from harness.errors import HonninError, UsageError
from harness.handover.invitation import Invitation
from harness.handover.messages import Errand, Join, Joined, Parcel, PhaseDone, Proven, Uploaded, Whole

T = TypeVar("T")
_TIMEOUT_S = 30.0  # of one request, longer than the server's long poll
_AGAIN_S = 1.0  # between two attempts


class Refused(UsageError):
    """The master answers, and does not want this worker or what it sent."""


class Unreachable(HonninError):
    """The master did not answer for as long as it was tried."""


class HandoverClient:
    """Speaks to one run's server. Every call is retried until it succeeds, is refused, or `patience_s` is over."""

    def __init__(self, host: str, invitation: Invitation, patience_s: float) -> None:
        """Nothing is sent yet."""
        self._patience_s = patience_s
        self._base = f"https://{f'[{host}]' if ':' in host else host}:{invitation.port}/v1/workers"
        self._http = httpx.Client(
            verify=pinned(invitation.certificate),
            headers={"Authorization": f"Bearer {invitation.token}"},
            timeout=_TIMEOUT_S,
            trust_env=False,
        )
        self._worker = 0

    def join(self, join: Join) -> Joined:
        """Take part; raise Refused, Unreachable."""
        joined = self._json("POST", "", Joined, content=msgspec.json.encode(join))
        self._worker = joined.worker
        return joined

    def parcels(self) -> tuple[Parcel, ...]:
        """Return what there is to be fetched."""
        return self._json("GET", f"/{self._worker}/parcels", tuple[Parcel, ...])

    def fetch(self, parcel: Parcel) -> bytes:
        """Return a file; raise Refused where it is not what was announced."""
        body = self._ask("GET", f"/{self._worker}/parcels/{quote(parcel.name, safe='')}").content
        if hashlib.sha256(body).hexdigest() != parcel.sha256:
            raise Refused(f"{parcel.name} did not arrive as it was announced; begin again")
        return body

    def leave(self) -> None:
        """Give the place back, before any proof."""
        self._ask("POST", f"/{self._worker}/leave")

    def proven(self, proof: Proven) -> None:
        """Tell how the self-proof ended: this worker is ready."""
        self._ask("POST", f"/{self._worker}/proof", content=msgspec.json.encode(proof))

    def errand_after(self, number: int) -> Errand:
        """Wait for what to do next, for some seconds."""
        return self._json("GET", f"/{self._worker}/errand?after={number}", Errand)

    def done(self, done: PhaseDone) -> None:
        """Tell that a phase is over and handed over."""
        self._ask("POST", f"/{self._worker}/done", content=msgspec.json.encode(done))

    def size(self, name: str) -> int:
        """Return how much of a file has arrived."""
        return self._json("GET", self._file(name), Uploaded).bytes

    def append(self, name: str, offset: int, chunk: bytes) -> int:
        """Send a chunk; return how much has arrived, which is elsewhere after a cut."""
        answer = self._ask("POST", f"{self._file(name)}?offset={offset}", content=chunk, expected=(200, 409))
        return msgspec.json.decode(answer.content, type=Uploaded).bytes

    def close_file(self, name: str, whole: Whole) -> int:
        """Have a file proven; return how much has arrived. Raises Refused where it is another."""
        query = f"?bytes={whole.bytes}&sha256={whole.sha256}"
        answer = self._ask("POST", self._file(name) + query, expected=(200, 409))
        return msgspec.json.decode(answer.content, type=Uploaded).bytes

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _file(self, name: str) -> str:
        return f"/{self._worker}/files/{quote(name, safe='')}"

    def _json(self, method: str, path: str, kind: type[T], *, content: bytes = b"") -> T:
        return msgspec.json.decode(self._ask(method, path, content=content).content, type=kind)

    def _ask(
        self, method: str, path: str, *, content: bytes = b"", expected: tuple[int, ...] = (200, 204)
    ) -> httpx.Response:
        by = time.monotonic() + self._patience_s
        while True:
            try:
                answer = self._http.request(method, self._base + path, content=content)
            except httpx.HTTPError as e:
                why = _say(e)
            else:
                if answer.status_code in expected:
                    return answer
                if answer.status_code < 500:
                    raise Refused(f"the master refused ({answer.status_code}): {answer.text[:200]}")
                why = f"{answer.status_code} {answer.text[:200]}"
            if time.monotonic() > by:
                raise Unreachable(f"{self._base}: {why}; tried for {self._patience_s:g} s")
            time.sleep(_AGAIN_S)


def _say(e: httpx.HTTPError) -> str:
    cause: BaseException | None = e
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise Refused("whoever answers there does not hold this invitation's certificate; is it of this run?")
        cause = cause.__cause__ or cause.__context__
    return str(e) or type(e).__name__


def pinned(certificate: str) -> ssl.SSLContext:
    """Return a TLS context that accepts this one certificate (PEM), whatever address it is met at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the certificate itself is pinned; the address may be any of the master's
    context.load_verify_locations(cadata=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a leaf may be trusted by itself
    return context
