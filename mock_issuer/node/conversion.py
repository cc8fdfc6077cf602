"""Conversion of registered seals for print: the picture is proven by its name and laid into a buffer of the press."""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.parts import ConversionBuffer
from mock_issuer.load import picture_name

_FOLDER = "work"  # below the press: the typesetter reads nothing else


class SealDamaged(Exception):
    """A seal's picture is not the one that was registered."""


class Buffer:
    """One file that the typesetter reads (defects.parts.ConversionBuffer)."""

    def __init__(self, press: Path, name: str) -> None:
        self._press = press
        self.path = f"{_FOLDER}/{name}.png"
        self._file = press / self.path

    def load(self, picture: str) -> None:
        """Convert a registered seal into the buffer. Raises SealDamaged."""
        content = (self._press / "seals" / picture).read_bytes()
        if picture_name(content) != picture:
            raise SealDamaged(f"seals/{picture}: its content is not what was registered")
        part = self._file.with_name(f".{secrets.token_hex(4)}.part")
        part.write_bytes(content)
        part.replace(self._file)

    def content(self) -> str:
        """Return whose picture lies in it now, by name."""
        return picture_name(self._file.read_bytes())


class Conversion:
    """A node's buffers, as many as there are workers (defects.parts.ConversionDesk)."""

    def __init__(self, press: Path, node: str, buffers: int) -> None:
        """Make the buffers in the press."""
        (press / _FOLDER).mkdir(exist_ok=True)
        self._press = press
        self._node = node
        self._free: queue.LifoQueue[Buffer] = queue.LifoQueue()
        for number in range(buffers):
            self._free.put(self.named(str(number)))
        self._lock = threading.Lock()
        self.in_use = 0

    def named(self, name: str) -> Buffer:
        """Return the buffer of a name."""
        return Buffer(self._press, f"{self._node}-{name}")

    @contextmanager
    def buffer(self, behaviour: Behaviour) -> Iterator[ConversionBuffer]:
        """Hold a buffer for one document."""
        own = self._free.get()
        with self._lock:
            self.in_use += 1
        try:
            yield behaviour.conversion_buffer(own, self)
        finally:
            with self._lock:
                self.in_use -= 1
            self._free.put(own)
