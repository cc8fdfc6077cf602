"""All controls by name; they are switched like defects, and are none."""

from __future__ import annotations

from collections.abc import Mapping

from mock_issuer.controls import order, paper, register, timing
from mock_issuer.defects.defect import Defect

CONTROLS: Mapping[str, Defect] = {
    control.id: control for module in (timing, order, paper, register) for control in module.CONTROLS
}
