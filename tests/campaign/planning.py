"""Small scenarios, compiled for a target of two nodes."""

from datetime import date

from harness.campaign import compile_plan
from harness.campaign.scenario import Scenario
from harness.records.target import Node, Target

DAY = date(2026, 11, 22)
TARGET = Target(
    name="t", url="http://127.0.0.1:1", nodes=(Node(id="n1"), Node(id="n2")), route_header="X-Node", updates=True
)


def scenario(*phases, **more):
    return Scenario(name="s", title_ja="", title_en="", phase=phases, digest="d", **more)


def compiled(people, *phases, seed=1, target=TARGET, **more):
    return compile_plan(scenario(*phases, **more), people, target, seed, lambda key: f"serial-{key}", DAY)


def phase(kind, **more):
    return kind(phase="P1", title_ja="", title_en="", **more)
