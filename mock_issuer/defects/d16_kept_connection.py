"""D16 (CVE-2010-2791, httpd): the front keeps its connection to the node after a read time-out.

It answers the waiting client by itself; the node's late answer lies on the connection for the next client.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Lease
from mock_issuer.refusals import Refusal


def _answer_and_keep(lease: Lease) -> None:
    lease.release_unread()  # the fault: a time-out is treated as an answer
    raise Refusal(504, "GATEWAY_TIMEOUT", "証明発行サーバから応答がありません。")


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, read_s=parameters["read_s"], on_read_timeout=_answer_and_keep, checks_connections=False)


DEFECT = Defect(
    id="D16",
    title_ja="前段が読取り時間切れのあと接続を閉じず、遅れて届いた応答を次の利用者に返す",
    title_en="the front keeps its backend connection after a read time-out; the late answer goes to the next client",
    trigger="L N",
    instead="the connection is closed and the node asked again on another; it joins the print under way",
    precedent="CVE-2010-2791 (httpd)",
    apply=_apply,
    parameters={"read_s": 1.0},
)
