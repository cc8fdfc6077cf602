"""What supervisor and reader process say to each other: four bytes big-endian length, then one MessagePack record."""

from __future__ import annotations

import struct
from typing import BinaryIO

import msgspec
from msgspec import Struct

from harness.reading.limits import ReaderLimits
from harness.records.reading import Reading

LENGTH = struct.Struct(">I")
# above any document or picture within the limits; a larger length means the stream is damaged
LONGEST = 256 * 1024 * 1024


class ReadRequest(Struct, frozen=True, kw_only=True, tag="read"):
    """Read this document."""

    digest: str
    body: bytes
    limits: ReaderLimits
    passwords: tuple[str, ...] = ()
    base: bytes = b""  # a document that this one may be like: issued quietly before, for the same application
    base_reading: Reading | None = None  # of it

    def __repr__(self) -> str:
        """Name the document, never its content or a password."""
        return f"ReadRequest({self.digest[:12]}, {len(self.body)} bytes)"


class DrawRequest(Struct, frozen=True, kw_only=True, tag="draw"):
    """Draw one page as PNG."""

    body: bytes
    page: int  # from 1
    dpi: int
    limits: ReaderLimits
    passwords: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Name the page, never the content or a password."""
        return f"DrawRequest(page {self.page}, {len(self.body)} bytes)"


class Ready(Struct, frozen=True, kw_only=True, tag="ready"):
    """The reader process can take requests."""

    reader: str  # library and version


class ReadReply(Struct, frozen=True, kw_only=True, tag="reading"):
    """What the document says."""

    reading: Reading


class DrawReply(Struct, frozen=True, kw_only=True, tag="picture"):
    """The page's picture, or the reason why there is none."""

    png: bytes = b""
    reason: str = ""


Request = ReadRequest | DrawRequest
Reply = Ready | ReadReply | DrawReply

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def encode(message: Request | Reply) -> bytes:
    """Return the frame of a message."""
    payload = _encoder.encode(message)
    return LENGTH.pack(len(payload)) + payload


def decode_reply(payload: bytes | bytearray) -> Reply:
    """Return the reply in a frame's payload; raise msgspec.DecodeError on garbage."""
    return _replies.decode(payload)


def read_request(stream: BinaryIO) -> Request | None:
    """Read the next request from a blocking stream; None at its end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    payload = stream.read(length)
    return _requests.decode(payload) if len(payload) == length else None
