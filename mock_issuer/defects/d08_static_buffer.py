"""D08 (LINE album, 2024-11): above a load threshold the conversion uses a static buffer that all requests share.

Each converts its own seal into it and lets the typesetter read it; the wait for a compiler lies between.
"""

from __future__ import annotations

from dataclasses import replace

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters
from mock_issuer.defects.parts import ConversionBuffer, ConversionDesk


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    threshold = int(parameters["threshold"])

    def buffer(own: ConversionBuffer, desk: ConversionDesk) -> ConversionBuffer:
        return desk.named("static") if desk.in_use > threshold else own  # "saves memory under load"

    return replace(behaviour, conversion_buffer=buffer)


DEFECT = Defect(
    id="D08",
    title_ja="高負荷時だけ使われる静的な変換バッファを共有し、本人の証明書に他人の印影が入る",
    title_en="a static conversion buffer is used above a load threshold: own text with another's seal",
    trigger="L",
    instead="every job converts into a buffer that it holds until the document is set",
    precedent="LINE album 2024-11",
    apply=_apply,
    parameters={"threshold": 2.0},
)
