"""One node's switchboard: which defects are on, and the behaviour that follows."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.catalogue import Switch, find, known


class Switches:
    """Defects may go on and off while requests are served; a request sees the behaviour of one instant."""

    def __init__(self, on: Mapping[str, dict[str, float]] | None = None) -> None:
        """Begin clean, or with the defects that were on before a restart."""
        self._lock = threading.Lock()
        self._on: dict[str, dict[str, float]] = dict(on or {})
        self.behaviour = Behaviour()
        self.names: tuple[str, ...] = ()  # of the defects that are on
        self._rebuild()

    def turn_on(self, switch: Switch) -> None:
        """Switch a defect on, anew if it was on. Raises ValueError for an unknown one."""
        switch = known(switch)
        with self._lock:
            self._on[switch.defect] = dict(switch.params)
            self._rebuild()

    def turn_off(self, defect: str | None) -> None:
        """Switch one defect off, None for all."""
        with self._lock:
            if defect is None:
                self._on.clear()
            else:
                self._on.pop(defect, None)
            self._rebuild()

    def active(self) -> dict[str, dict[str, float]]:
        """Return the defects that are on with the parameters that were given."""
        with self._lock:
            return {name: dict(params) for name, params in self._on.items()}

    def _rebuild(self) -> None:
        behaviour = Behaviour()
        for name, params in self._on.items():
            defect = find(name)
            assert defect is not None  # `known` has seen to it
            behaviour = defect.apply(behaviour, {**defect.parameters, **params})
        self.behaviour, self.names = behaviour, tuple(self._on)
