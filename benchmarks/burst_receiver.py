"""The receiving end of benchmarks/bursts.py: an HTTP/1.1 server that keeps the kernel's time of every last byte.

Run: python burst_receiver.py [CERTIFICATE KEY [CLIENT_CA]]; prints two ports, of HTTP and of control. A line sent to
control is answered by all arrivals since the last one, as JSON: {path: [ns, ...]} (SO_TIMESTAMPNS, wall clock). With
CLIENT_CA clients must show a certificate, and the serial number of whose it was follows each path.
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import struct
import sys

_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; the socket module has no name for it
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_NOT_KEPT = ("/warm", "/busy")


class Conversation:
    """One connection."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext | None) -> None:
        """Its bytes are stamped by the kernel, as those of the listening socket."""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        self.socket = sock
        self._waiting = b""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True) if context else None
        self._shaken = context is None

    def take(self) -> list[tuple[str, int]] | None:
        """Read what is there; return (path, ns) of requests that it completed, None at the end."""
        try:
            received, messages, _, _ = self.socket.recvmsg(65536, 256)
        except BlockingIOError:
            return []
        except OSError:
            return None
        if not received:
            return None
        at_ns = next((_ns(content) for _, kind, content in messages if kind == _SO_TIMESTAMPNS), 0)
        self._waiting += received if self._tls is None else self._decrypt(self._tls, received)
        done = []
        while (request := self._next()) is not None:
            done.append((request + self._peer(), at_ns))
            self._answer()
        return done

    def _decrypt(self, tls: ssl.SSLObject, received: bytes) -> bytes:
        self._incoming.write(received)
        plain = b""
        try:
            if not self._shaken:
                tls.do_handshake()
                self._shaken = True
            while chunk := tls.read(65536):
                plain += chunk
        except ssl.SSLError:
            pass  # wants more, or the other side has said good-bye
        self._flush()
        return plain

    def _peer(self) -> str:
        shown = self._tls.getpeercert() if self._tls else None
        return f" {int(shown['serialNumber'], 16)}" if shown else ""

    def _next(self) -> str | None:
        head, end, rest = self._waiting.partition(b"\r\n\r\n")
        if not end:
            return None
        lines = head.decode("latin-1").split("\r\n")
        length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
        if len(rest) < length:
            return None
        self._waiting = rest[length:]
        return lines[0].split(" ")[1]

    def _answer(self) -> None:
        if self._tls is None:
            self.socket.send(_ANSWER)
        else:
            self._tls.write(_ANSWER)
            self._flush()

    def _flush(self) -> None:
        if pending := self._outgoing.read():
            self.socket.send(pending)


def _ns(content: bytes) -> int:
    seconds, ns = struct.unpack("@ll", content[:16])
    return int(seconds * 1_000_000_000 + ns)


def main() -> None:
    """Serve until control hangs up."""
    context = None
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*sys.argv[1:3])
        if len(sys.argv) > 3:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(sys.argv[3])
    server = socket.create_server(("127.0.0.1", 0), backlog=2_000)
    server.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)  # inherited: what comes before `accept` is stamped too
    control = socket.create_server(("127.0.0.1", 0))
    print(server.getsockname()[1], control.getsockname()[1], flush=True)
    asking, _ = control.accept()
    poll = select.epoll()
    for sock in (server, asking):
        poll.register(sock.fileno(), select.EPOLLIN)
    conversations: dict[int, Conversation] = {}
    arrivals: dict[str, list[int]] = {}
    while True:
        for number, _ in poll.poll():
            if number == server.fileno():
                sock, _ = server.accept()
                conversations[sock.fileno()] = Conversation(sock, context)
                poll.register(sock.fileno(), select.EPOLLIN)
            elif number == asking.fileno():
                if not asking.recv(64):
                    return
                asking.sendall(json.dumps(arrivals).encode() + b"\n")
                arrivals = {}
            else:
                _converse(number, conversations, arrivals, poll)


def _converse(
    number: int, conversations: dict[int, Conversation], arrivals: dict[str, list[int]], poll: select.epoll
) -> None:
    try:
        done = conversations[number].take()
    except OSError:
        done = None
    if done is None:
        poll.unregister(number)
        conversations.pop(number).socket.close()
        return
    for path, at_ns in done:
        if path.partition(" ")[0] not in _NOT_KEPT:
            arrivals.setdefault(path, []).append(at_ns)


if __name__ == "__main__":
    main()
