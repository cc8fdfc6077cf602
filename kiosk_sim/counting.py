"""The self-proof's endpoint: counts every request it gets, echoes identities, and misbehaves on purpose.

`python -m kiosk_sim.counting --ready-file FILE` listens on one loopback port per manner, writes their numbers to FILE,
and ends when its standard input does, which says that all clients are gone: then it writes what it counted to standard
output as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import struct
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

_ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset
_UNREAD_S = 0.02  # time for the client's request to arrive before its connection is reset unread
_HASTE_S = 0.02  # for the rest of a request once it began: far less than a burst holds one back
_LEFT_S = 10.0  # for the ends of connections whose clients are gone: they are there already, and only to be read


class Manner(StrEnum):
    """How a port behaves."""

    ECHO = "echo"  # answers, keeps the connection
    IDLE = "idle"  # answers, promises to keep the connection, and closes it behind the answer
    UNREAD = "unread"  # resets the connection without reading the request
    DEAF = "deaf"  # reads the request and closes without an answer
    TORN = "torn"  # closes in the middle of its answer
    HASTY = "hasty"  # as ECHO; but on its first connection a request that is not whole in time is answered by 408
    REDIRECT = "redirect"  # answers with a redirect to STRAY
    STRAY = "stray"  # nobody should ever come here: target of redirects, and the proxy of the environment


class Counted(Struct, kw_only=True):
    """What the endpoint saw."""

    connections: dict[str, int]  # by manner
    requests: dict[str, int]  # by manner: complete ones
    bodies: dict[str, int]  # by body; the client makes each unique
    parts: int = 0  # requests of which only a part came
    cookies: int = 0  # requests that brought a cookie
    left_open: int = 0  # connections that were not ended by the time all clients should have been gone


class _Asked(Struct, frozen=True):
    identity: str
    body: str


class Endpoint:
    """All ports and their counts."""

    def __init__(self) -> None:
        """Count from zero."""
        self.counted = Counted(
            connections=dict.fromkeys(Manner, 0), requests=dict.fromkeys(Manner, 0), bodies=Counter()
        )
        self.ports: dict[Manner, int] = {}
        self._servers: list[asyncio.Server] = []
        self._conversations: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen on a free loopback port per manner."""
        for manner in Manner:
            server = await asyncio.start_server(self._serving(manner), "127.0.0.1", 0, backlog=512)
            self._servers.append(server)
            self.ports[manner] = server.sockets[0].getsockname()[1]

    async def finish(self) -> None:
        """Count what the clients, all gone by now, still left in the sockets: each conversation reads to its end."""
        if self._conversations:
            _, unended = await asyncio.wait(self._conversations, timeout=_LEFT_S)
            self.counted.left_open = len(unended)

    def _serving(self, manner: Manner) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.counted.connections[manner] += 1
            hasty = manner is Manner.HASTY and self.counted.connections[manner] == 1
            self._follow(asyncio.current_task())
            try:
                if manner is Manner.UNREAD:
                    await self._reset(writer)
                else:
                    await self._converse(manner, reader, writer, hasty=hasty)
            except (OSError, asyncio.IncompleteReadError):
                pass  # the client closed: nothing more to count
            finally:
                writer.close()

        return serve

    def _follow(self, conversation: asyncio.Task[None] | None) -> None:
        assert conversation is not None  # asyncio serves every connection in a task of its own
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _reset(self, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(_UNREAD_S)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)

    async def _converse(
        self, manner: Manner, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, hasty: bool
    ) -> None:
        while True:
            begun = await reader.readexactly(1)
            try:
                asked = await asyncio.wait_for(self._read(manner, begun, reader), _HASTE_S if hasty else None)
            except asyncio.IncompleteReadError:
                self.counted.parts += 1
                return
            except TimeoutError:
                self.counted.parts += 1
                writer.write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
                return
            if manner is Manner.DEAF:
                return
            answer = self._answer(manner, asked)
            if manner is Manner.TORN:
                writer.write(answer[: len(answer) - 5])
                await writer.drain()
                return
            if manner is Manner.IDLE:
                _answer_and_end(writer, answer)
                return
            writer.write(answer)
            await writer.drain()

    async def _read(self, manner: Manner, begun: bytes, reader: asyncio.StreamReader) -> _Asked:
        head = (begun + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        pairs = (line.partition(": ") for line in head.split("\r\n")[1:] if line)
        lines = {name.lower(): value for name, _, value in pairs}
        body = (await reader.readexactly(int(lines.get("content-length", "0")))).decode()
        self.counted.requests[manner] += 1
        self.counted.bodies[body] += 1
        self.counted.cookies += "cookie" in lines
        return _Asked(lines.get("x-identity", ""), body)

    def _answer(self, manner: Manner, asked: _Asked) -> bytes:
        body = f"{asked.identity}\n{asked.body}\n".encode()
        status, more = "200 OK", ""
        if manner is Manner.REDIRECT:
            status, more = "307 Temporary Redirect", f"Location: http://127.0.0.1:{self.ports[Manner.STRAY]}/\r\n"
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nSet-Cookie: session={asked.body}\r\n{more}\r\n"
        return head.encode("latin-1") + body


def _answer_and_end(writer: asyncio.StreamWriter, answer: bytes) -> None:
    """Send an answer and the connection's end in one segment: who has the answer can see the end.

    An end sent after the answer comes too late on a busy machine: the next in the queue for a pooled connection
    sends within 0.3 ms of the answer, and what was then lost was no fault of the generator. TCP_CORK holds the answer
    back (the kernel for 200 ms at most), and asyncio hands over both before it does anything else.
    """
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    writer.write(answer)
    writer.write_eof()


async def _serve(ready: Path) -> None:
    endpoint = Endpoint()
    await endpoint.open()
    part = ready.with_suffix(".part")
    part.write_bytes(msgspec.json.encode({manner.value: port for manner, port in endpoint.ports.items()}))
    part.replace(ready)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    await endpoint.finish()
    sys.stdout.buffer.write(msgspec.json.encode(endpoint.counted))
    sys.stdout.buffer.flush()


def main() -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.counting", description=__doc__)
    parser.add_argument("--ready-file", type=Path, required=True, help="where the ports are written, as JSON")
    asyncio.run(_serve(parser.parse_args().ready_file))
    return 0


if __name__ == "__main__":
    sys.exit(main())
