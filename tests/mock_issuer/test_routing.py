"""Where nobody asks for a node, the kiosk or the turn decides, among the living."""

from __future__ import annotations

import pytest

from mock_issuer.centre.routing import Router, Routing
from mock_issuer.refusals import Refusal


class Link:
    """A node, alive or not."""

    def __init__(self, node: str, alive: bool = True) -> None:
        self.node = node
        self.alive = alive


def router(routing: Routing, *links: Link) -> Router:
    return Router(links, routing)  # type: ignore[arg-type]


def test_in_turn_every_node_is_used_alike() -> None:
    turns = router(Routing.ROUND_ROBIN, Link("n1"), Link("n2"), Link("n3"))
    assert [turns.choose("K1", "").node for _ in range(6)] == ["n1", "n2", "n3", "n1", "n2", "n3"]


def test_by_kiosk_all_nodes_are_used_and_each_kiosk_keeps_its_own() -> None:
    by_kiosk = router(Routing.KIOSK, Link("n1"), Link("n2"))
    first = {f"K{n:03d}": by_kiosk.choose(f"K{n:03d}", "").node for n in range(40)}
    assert set(first.values()) == {"n1", "n2"}
    assert {kiosk: by_kiosk.choose(kiosk, "").node for kiosk in first} == first


def test_the_dead_are_passed_over_unless_asked_for() -> None:
    half_dead = router(Routing.KIOSK, Link("n1", alive=False), Link("n2"))
    assert {half_dead.choose(f"K{n}", "").node for n in range(10)} == {"n2"}
    assert half_dead.choose("K1", "n1").node == "n1"
    with pytest.raises(Refusal, match="503 NODE_DOWN"):
        router(Routing.ROUND_ROBIN, Link("n1", alive=False)).choose("K1", "")
