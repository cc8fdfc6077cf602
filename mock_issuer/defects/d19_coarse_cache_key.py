"""D19 (Steam, 2015-12; Mercari, 2017-06): the key of the answer cache lacks the resident.

Whoever asks for the same certificate with the same options gets the first one's document, at once and with its
headers, until its time is over.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import msgspec

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.correct import AnswerRule
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import Asked


def _without_the_resident(asked: Asked) -> Hashable:
    return (asked.certificate, msgspec.json.encode(asked.options), asked.copy)


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    rule = AnswerRule(key=_without_the_resident, ttl_s=parameters["ttl_s"], purges=False)
    return replace(behaviour, answers=rule)


DEFECT = Defect(
    id="D19",
    title_ja="応答キャッシュのキーに住民が含まれず、有効期間中は最初の人の証明書を全員に返す",
    title_en="the cache key lacks the resident: everyone gets the first one's document until its time is over",
    trigger="Q",
    instead="the key is session, application and copy; closed applications are forgotten",
    precedent="Steam 2015-12, Mercari 2017-06",
    apply=_apply,
    parameters={"ttl_s": 5.0},
)
