"""D20 (Niigata, Saitama, Kumamoto, 2020-2023): a cached seal registration outlives its cancellation (廃印)."""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import CachedSeal


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    ttl_s = parameters["ttl_s"]

    def young_enough(seal: CachedSeal, version: int | None) -> bool:
        return seal.age_s < ttl_s  # the fault: the register's version is not looked at

    return replace(behaviour, seal_holds=young_enough)


DEFECT = Defect(
    id="D20",
    title_ja="印鑑登録のキャッシュが廃印を反映しない(有効期間が切れるまで交付する)",
    title_en="the cache of seal registrations ignores a cancellation until its time is over",
    trigger="after a deletion",
    instead="an entry holds while the register's version of the seal is the same",
    precedent="新潟市・さいたま市・熊本市 2020-2023",
    apply=_apply,
    parameters={"ttl_s": 30.0},
)
