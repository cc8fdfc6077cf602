"""D12 (CVE-2019-17638, Jetty): a pooled page writer is given back twice after an error.

The error path gives it back and the end of the job does so again. From then on two jobs at once may hold it, in both
directions, long after the error.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.rules import PooledWriters
from mock_issuer.node.writers import PageWriter


class _ReturnedTwice(PooledWriters):
    """A pool whose error path forgets that the end of the job comes as well."""

    def failed(self, writer: PageWriter) -> None:
        self.pool.give_back(writer)


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, writers=_ReturnedTwice())


DEFECT = Defect(
    id="D12",
    title_ja="エラー時にプールへ二重返却された書込み先を、その後2つの処理が同時に使う",
    title_en="a pooled object is given back twice after an error; later two jobs hold it at once",
    trigger="N, then C",
    instead="a writer goes back once, at the end of its job",
    precedent="CVE-2019-17638 (Jetty)",
    apply=_apply,
    parameters={},
)
