"""The documented interface is the served one."""

from __future__ import annotations

import re
from pathlib import Path

import mock_issuer
from mock_issuer.centre.administration import Administration
from mock_issuer.centre.routing import Router, Routing
from mock_issuer.centre.service import Centre
from mock_issuer.defects.catalogue import CATALOGUE
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Choice
from mock_issuer.ledger import Entry
from mock_issuer.refusals import _BUSINESS
from mock_issuer.updates import FIELDS

DOCUMENT = (Path(mock_issuer.__file__).parent / "openapi.yaml").read_text(encoding="utf-8")


def documented_operations() -> set[str]:
    operations, path = set(), ""
    for line in DOCUMENT.split("components:")[0].splitlines():
        if found := re.fullmatch(r"  (/\S+):", line):
            path = found[1]
        elif found := re.fullmatch(r"    (get|post|put|delete):", line):
            operations.add(f"{found[1].upper()} {path}")
    return operations


def test_every_operation_is_documented_and_every_documented_one_exists(tmp_path: Path) -> None:
    router = Router([], Routing.KIOSK)
    centre = Centre(None, None, router, None, None, tmp_path, None)  # type: ignore[arg-type]
    served = {*centre.routes.operations(), *Administration("t", router).routes.operations()}
    assert documented_operations() == served


def test_names_in_the_document_are_those_of_the_code() -> None:
    assert f"Certificate: {{enum: [{', '.join(COMPOSERS)}]}}" in DOCUMENT
    assert f"enum: [{', '.join(CATALOGUE)}]" in DOCUMENT
    for name in (*Choice.__struct_fields__, *Entry.__struct_fields__, *FIELDS):
        assert re.search(rf"\b{name}\b", DOCUMENT), name
    for code in _BUSINESS:
        assert re.search(rf"\b{code}\b", DOCUMENT), code
