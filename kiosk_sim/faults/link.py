"""A link between two parts of the target that can be impaired: `python -m kiosk_sim.faults.link`, on user level.

It passes TCP from --listen to --to. Impaired it is only while a player holds the order's connection, and never longer
than ordered. When its standard input ends (the run is over, or died) it passes everything for --stays-s more, and ends.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import secrets
import socket
import struct
import sys
import time
from pathlib import Path

import msgspec

from kiosk_sim.faults.impairment import Impairment
from kiosk_sim.faults.orders import Cleared, Impair, Impaired, LinkPlace, line

_CHUNK = 65_536
_CONNECT_S = 10.0
_SLACK_S = 5.0  # beyond what was ordered, before a link clears itself
_ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset
_AHEAD = 64  # pieces on their way in one direction; a sender of more waits, as on a real line

Piece = tuple[float, bytes]  # when it is due at the other end (loop time), b"" for the end of the stream


class Link:
    """All connections of one link."""

    def __init__(self, to: tuple[str, int]) -> None:
        """Nothing is impaired."""
        self._to = to
        self._impairment = Impairment(None)
        self._passing: set[asyncio.StreamWriter] = set()
        self.token = secrets.token_hex(16)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection."""
        if self._impairment.is_down:
            self._impairment.met += 1
            self._impairment.ended += 1
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.wait_for(asyncio.open_connection(*self._to), _CONNECT_S)
        except (OSError, TimeoutError):
            _reset(writer)
            return
        ends = {writer, far_writer}
        self._passing |= ends
        self._impairment.met += 1
        try:
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        except OSError:
            for end in ends:
                _reset(end)
        finally:
            self._passing -= ends
            for end in ends:
                end.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pieces: asyncio.Queue[Piece] = asyncio.Queue(_AHEAD)
        reading = asyncio.create_task(self._read(reader, pieces))
        try:
            await self._write(pieces, writer, reading)
        finally:
            reading.cancel()

    async def _read(self, reader: asyncio.StreamReader, pieces: asyncio.Queue[Piece]) -> None:
        due_s, data = 0.0, b"-"
        while data:
            data = await reader.read(_CHUNK)
            now_s = asyncio.get_running_loop().time()
            due_s = max(due_s, now_s + self._impairment.delay_s())
            await pieces.put((due_s, data))

    async def _write(
        self, pieces: asyncio.Queue[Piece], writer: asyncio.StreamWriter, reading: asyncio.Task[None]
    ) -> None:
        while True:
            getting = asyncio.create_task(pieces.get())
            await asyncio.wait({getting, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not getting.done() and pieces.empty() and reading.done():
                getting.cancel()
                reading.result()  # raises what ended the reading
                return
            due_s, data = await getting
            await self._impairment.rest(due_s - asyncio.get_running_loop().time())
            if not data:
                with contextlib.suppress(OSError):
                    writer.write_eof()
                return
            for part, pause_s in self._impairment.paced(data):
                writer.write(part)
                await writer.drain()
                await self._impairment.rest(pause_s)

    async def order(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Impair the link as long as the orderer's connection lasts, at most as long as ordered."""
        with contextlib.suppress(OSError, asyncio.LimitOverrunError):
            refused, order = self._read_order(await reader.readline())
            if order is None:
                writer.write(line(Impaired(at_ns=time.monotonic_ns(), refused=refused)))
            else:
                await self._carry_out(order, reader, writer)
            await writer.drain()
        writer.close()

    def _read_order(self, said: bytes) -> tuple[str, Impair | None]:
        try:
            order = msgspec.json.decode(said, type=Impair)
        except msgspec.DecodeError:
            return "not an order", None
        if not secrets.compare_digest(order.token, self.token):
            return "not of this run", None
        return ("", order) if self._impairment.planned is None else ("impaired already", None)

    async def _carry_out(self, order: Impair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._impair(order)
        try:
            writer.write(line(Impaired(at_ns=time.monotonic_ns())))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.readline(), order.planned.lasts_ms / 1000.0 + _SLACK_S)
        finally:
            over = self.clear()
        writer.write(line(over))

    def _impair(self, order: Impair) -> None:
        self._impairment = Impairment(order.planned)
        self._impairment.met = len(self._passing) // 2
        if self._impairment.ends_connections:
            self._impairment.ended = len(self._passing) // 2
            for end in tuple(self._passing):
                _reset(end)

    def clear(self) -> Cleared:
        """Let everything pass; say what the impairment met."""
        was, self._impairment = self._impairment, Impairment(None)
        was.over.set()
        return Cleared(at_ns=time.monotonic_ns(), connections=was.met, ended=was.ended, bytes=was.passed)


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    writer.transport.abort()


def place_of(address: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT; raise ValueError naming it."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError(f"`{address}` is not HOST:PORT")
    return host.strip("[]"), int(port)


async def _run(listen: tuple[str, int], to: tuple[str, int], ready: Path, stays_s: float) -> None:
    link = Link(to)
    passing = await asyncio.start_server(link.serve, *listen)
    orders = await asyncio.start_server(link.order, "127.0.0.1", 0)
    place = LinkPlace(port=orders.sockets[0].getsockname()[1], token=link.token)
    part = ready.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(place))
    part.replace(ready)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    orders.close()
    link.clear()
    await asyncio.sleep(stays_s)
    passing.close()


def main() -> int:
    """Pass until the run is over, and a little longer."""
    parser = argparse.ArgumentParser(prog="kiosk_sim.faults.link", description=__doc__)
    parser.add_argument("--listen", type=place_of, required=True, metavar="HOST:PORT")
    parser.add_argument("--to", type=place_of, required=True, metavar="HOST:PORT")
    parser.add_argument("--ready-file", type=Path, required=True, help="where the place for orders is written")
    parser.add_argument("--stays-s", type=float, required=True, help="how long it passes after the run")
    given = parser.parse_args()
    try:
        asyncio.run(_run(given.listen, given.to, given.ready_file, given.stays_s))
    except OSError as e:
        print(f"cannot listen at {given.listen[0]}:{given.listen[1]}: {e.strerror or e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
