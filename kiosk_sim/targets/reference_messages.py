"""The reference issuer's messages (mock_issuer/openapi.yaml), as far as a kiosk reads them."""

from __future__ import annotations

import base64
from typing import TypeVar

import msgspec
from msgspec import Struct

from harness.records.certificates import Options
from harness.records.history import LedgerEntry
from harness.records.plan import Step
from kiosk_sim.targets.actions import Answered, Headers, Send

T = TypeVar("T")
_JSON = (("content-type", "application/json"),)


class Opened(Struct, frozen=True):
    """Answer to opening a session."""

    session: str
    nonce: str


class Authenticated(Struct, frozen=True):
    """Answer to the card's signature."""

    token: str


class Accepted(Struct, frozen=True):
    """Answer to an application."""

    application: str
    fee: int
    node: str = ""


class Refusal(Struct, frozen=True):
    """What the issuer says when it does not do as asked."""

    code: str
    message: str = ""


class Version(Struct, frozen=True):
    """Answer to a register update."""

    version: int | str = ""


class LedgerLine(Struct, frozen=True):
    """One line of the ledger."""

    application: str
    card: str
    certificate: str
    state: str
    issue_numbers: tuple[str, ...] = ()
    node: str | None = None
    at: str | float = ""


class NodeLine(Struct, frozen=True):
    """One node."""

    node: str
    build: str
    alive: bool = True


def post(path: str, body: object, step: Step, headers: Headers = (), where: str = "") -> Send:
    """Return the request that posts `body` as JSON; `where` is journaled for a `path` that holds a secret."""
    encoded = msgspec.json.encode(body)
    return Send(method="POST", path=path, headers=_JSON + headers, body=encoded, step=step, where=where)


def spelled_out(options: Options) -> dict[str, object]:
    """Return all options by name, defaults included: the interface wants them spelled out."""
    return {name: getattr(options, name) for name in options.__struct_fields__}


def read(answer: Answered, kind: type[T]) -> T | None:
    """Return the body as a record, None where it is something else."""
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def entry_of(line: LedgerLine) -> LedgerEntry:
    """Return a line of the target's ledger as it is journaled; a node or time that it lacks is ""."""
    return LedgerEntry(
        request_id=line.application,
        card=line.card,
        certificate=line.certificate,
        state=line.state,
        issue_numbers=line.issue_numbers,
        node=line.node or "",
        at=str(line.at),
    )


def in_base64(data: bytes) -> str:
    """Return bytes in base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")
