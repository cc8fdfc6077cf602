"""D04: the print image is written under its final name, piece by piece; a reader that looks meanwhile gets a part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    piece = int(parameters["piece_kb"] * 1024)

    def write_in_place(file: Path, content: bytes) -> None:
        with file.open("wb", buffering=0) as out:  # the fault: visible from the first piece on
            for begin in range(0, len(content), piece):
                out.write(content[begin : begin + piece])

    return replace(behaviour, publish=write_in_place)


DEFECT = Defect(
    id="D04",
    title_ja="印刷イメージを最終のファイル名へ直接書き、書込み途中のファイルが読まれる",
    title_en="the image is written in place without an atomic rename; the reader sees a part of it",
    trigger="C",
    instead="the image is written beside and renamed when complete",
    precedent="folder hand-over without rename",
    apply=_apply,
    parameters={"piece_kb": 1.0},
)
