"""D15 (CVE-2023-28858, redis-py; ChatGPT, 2023-03): a pooled connection goes back although its client cancelled.

The answer that nobody waited for still comes on it and is read by the next who uses the connection; every later one
is off by one until the connection breaks.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Lease


def _back_to_the_pool(lease: Lease) -> None:
    lease.release_unread()  # the fault: sent, but its answer not read


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, on_client_gone=_back_to_the_pool, checks_connections=False)


DEFECT = Defect(
    id="D15",
    title_ja="利用者が取り消した要求の接続を応答未読のまま再利用し、以後の応答が1件ずつずれる",
    title_en="a pooled connection is used again after its client cancelled; the next one reads the answer left on it",
    trigger="N",
    instead="a connection whose answer was not read is closed, and kept ones are checked before use",
    precedent="CVE-2023-28858 (redis-py)",
    apply=_apply,
    parameters={},
)
