"""All defects by id, and how a switch is written: D02, D02@n2 or D02@2, D01:limit_s=2, D01@n2:limit_s=2,linger_s=1."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from mock_issuer.controls.catalogue import CONTROLS
from mock_issuer.defects.defect import Defect


def _found() -> Mapping[str, Defect]:
    """Import every module of this folder that is named after a defect: d01_lock_only, d02_second_key, ..."""
    names = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name[1:3].isdecimal())
    defects = [importlib.import_module(f"mock_issuer.defects.{name}").DEFECT for name in names]
    return {defect.id: defect for defect in defects}


CATALOGUE: Mapping[str, Defect] = _found()


class Switch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A defect to be switched on at a node, None for all nodes."""

    defect: str
    node: str | None = None
    params: dict[str, float] = {}


def parse_switch(text: str) -> Switch:
    """Read a written switch. Raises ValueError saying what is allowed."""
    name, _, written = text.partition(":")
    defect, _, node = name.partition("@")
    params = {}
    for part in filter(None, written.split(",")):
        key, _, value = part.partition("=")
        try:
            params[key] = float(value)
        except ValueError:
            raise ValueError(f"{text}: {part!r} is not NAME=NUMBER") from None
    return known(Switch(defect=defect, node=node_id(node) if node else None, params=params))


def node_id(written: str) -> str:
    """Return a node's id, of which the number alone may be written: 2 for n2."""
    return f"n{written}" if written.isdecimal() else written


def find(name: str) -> Defect | None:
    """Return a defect or control by name."""
    return CATALOGUE.get(name) or CONTROLS.get(name)


def known(switch: Switch) -> Switch:
    """Return a switch with its parameters' full names. Raises ValueError unless defect and parameters exist.

    The unit may be left out where it leaves no doubt: ttl for ttl_s.
    """
    defect = find(switch.defect)
    if defect is None:
        raise ValueError(f"no defect {switch.defect!r}; there are: {', '.join(CATALOGUE)}, {', '.join(CONTROLS)}")
    if defect.one_node and switch.node is None:
        raise ValueError(f"{switch.defect} is a defect of one node; say which: {switch.defect}@n2")
    full = {name.rpartition("_")[0]: name for name in defect.parameters} | {name: name for name in defect.parameters}
    if unknown := sorted(set(switch.params) - set(full)):
        allowed = ", ".join(defect.parameters) or "none"
        raise ValueError(f"{switch.defect} has no parameter {', '.join(unknown)}; it has: {allowed}")
    return msgspec.structs.replace(switch, params={full[name]: value for name, value in switch.params.items()})
