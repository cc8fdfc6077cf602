"""Which node serves an application: the one asked for, else one by kiosk or in turn."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Sequence
from enum import StrEnum

from mock_issuer.centre.link import NodeLink
from mock_issuer.refusals import Refusal


class Routing(StrEnum):
    """How nodes are chosen where nobody asks for one."""

    KIOSK = "kiosk"  # a kiosk always reaches the same node
    ROUND_ROBIN = "round-robin"


class Router:
    """Chooses nodes."""

    def __init__(self, links: Sequence[NodeLink], routing: Routing) -> None:
        """Route to these nodes."""
        self.links = tuple(links)
        self._routing = routing
        self._turns = itertools.count()

    def choose(self, kiosk: str, asked: str) -> NodeLink:
        """Return the node of an application. Raises Refusal: 400 for an unknown node, 503 if none is alive."""
        if asked:
            return self.named(asked)
        alive = [link for link in self.links if link.alive]
        if not alive:
            raise Refusal(503, "NODE_DOWN", "no issuing server is alive")
        place = zlib.crc32(kiosk.encode()) if self._routing is Routing.KIOSK else next(self._turns)
        return alive[place % len(alive)]

    def of_kiosk(self, kiosk: str) -> NodeLink:
        """Return the node whose share a kiosk is, dead or alive, wherever its applications go."""
        return self.links[zlib.crc32(kiosk.encode()) % len(self.links)]

    def named(self, node: str) -> NodeLink:
        """Return a node by its id, dead or alive. Raises Refusal 400."""
        for link in self.links:
            if link.node == node:
                return link
        raise Refusal(400, "NODE_UNKNOWN", f"no node {node[:40]!r}; there are {', '.join(k.node for k in self.links)}")
