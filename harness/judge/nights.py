"""Sittings of one run add up only while every node runs the same build: who cannot show that has two half tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from harness.checks.history import HistoryView, played_before
from harness.records.verdict import Reason


def build_doubts(view: HistoryView) -> Iterator[Reason]:
    """Yield why what was played does not count as played against one and the same system."""
    builds: dict[str, dict[str, None]] = defaultdict(dict)
    for fact in view.nodes:
        if fact.build and fact.source == _best(view, fact.node):
            builds[fact.node][fact.build] = None
    for node, some in sorted(builds.items()):
        if len(some) > 1:
            told = " → ".join(some)
            yield Reason(
                code="build_changed",
                ja=f"試験の途中で対象の版が変わった(サーバ {node or '不明'}: {told})。前後の結果は合算できない",
                en=f"the target's build changed in the course of the test (node {node or 'unknown'}: {told}): what was "
                "played before and after does not add up",
            )
    if view.resumed_ns and played_before(view, max(view.resumed_ns)):
        yield from _unknown(view, frozenset(builds))


def _best(view: HistoryView, node: str) -> str:
    told = any(f.source == "measured" and f.build for f in view.nodes if f.node == node)
    return "measured" if told else "declared"


def _unknown(view: HistoryView, known: frozenset[str]) -> Iterator[Reason]:
    """Tell which nodes nobody knows the build of, where several sittings are to add up."""
    served = {f.node for f in view.nodes} | {node for node in view.applications.strings("node") if node}
    missing = sorted(served - known)
    if missing or not known:
        nodes = ", ".join(missing) or "-"
        yield Reason(
            code="build_unknown",
            ja=f"複数回に分けた試験だが、対象の版が同じままだったことを確かめられない(サーバ: {nodes})",
            en=f"this test took several sittings, and nothing shows that the target's build stayed the same ({nodes})",
        )
