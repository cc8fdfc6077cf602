"""D05: the reader takes the newest file of the store instead of the one it was told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.defect import Defect, Parameters


def _newest(store: Path, key: str, copy: int) -> Path:
    """Return the file that was finished last: right whenever nobody else finished since."""
    files = [(file.stat().st_mtime_ns, file) for file in store.glob("*.pdf")]
    return max(files)[1] if files else store / f"{key}-{copy}.pdf"


def _apply(behaviour: Behaviour, parameters: Parameters) -> Behaviour:
    return replace(behaviour, locate=_newest)


DEFECT = Defect(
    id="D05",
    title_ja="保管フォルダの最新ファイルを読み、自分の後に完成した別の申請の証明書を印刷する",
    title_en="the reader takes the newest file of the folder: that of whoever finished making last",
    trigger="C",
    instead="the reader opens the file of its own key",
    precedent="folder-watching print clients",
    apply=_apply,
    parameters={},
)
