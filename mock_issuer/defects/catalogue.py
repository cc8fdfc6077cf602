"""All defects by id, and how a switch is written: D02, D02@n2, D01:limit_s=2, D01@n2:limit_s=2,linger_s=1."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mock_issuer.defects import d01_lock_only, d02_second_key, d06_leftover, d20_stale_seal, d21_local_number
from mock_issuer.defects.defect import Defect

_MODULES = (d01_lock_only, d02_second_key, d06_leftover, d20_stale_seal, d21_local_number)
CATALOGUE: Mapping[str, Defect] = {module.DEFECT.id: module.DEFECT for module in _MODULES}


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
    switch = Switch(defect=defect, node=node or None, params=params)
    require_known(switch)
    return switch


def require_known(switch: Switch) -> None:
    """Raise ValueError unless the defect and its parameters exist."""
    defect = CATALOGUE.get(switch.defect)
    if defect is None:
        raise ValueError(f"no defect {switch.defect!r}; there are: {', '.join(CATALOGUE)}")
    if unknown := sorted(set(switch.params) - set(defect.parameters)):
        allowed = ", ".join(defect.parameters) or "none"
        raise ValueError(f"{switch.defect} has no parameter {', '.join(unknown)}; it has: {allowed}")
