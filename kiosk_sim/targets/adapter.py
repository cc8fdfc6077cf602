"""The protocol that a target adapter fulfils, and how one is loaded by name.

The target file says `adapter = "reference"` or `adapter = "module:Class"`; with the latter, `extra.adapter_path`
may name the folder that holds the module. The class is called with the Target record.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Protocol

from harness.errors import ConfigError
from harness.records.plan import PlannedUpdate, Probe
from harness.records.target import Target
from kiosk_sim.targets.actions import Builds, End, Health, Ledger, Session, UpdateEnd
from kiosk_sim.targets.order import Intrusion, Order

_BUILT_IN = {
    "reference": "kiosk_sim.targets.reference:ReferenceAdapter",
    "echo": "kiosk_sim.targets.echo:EchoAdapter",
}


class TargetAdapter(Protocol):
    """How one kind of target is spoken to. Each method starts a session; none of them does input or output."""

    def issue(self, order: Order) -> Session[End]:
        """One person's whole visit to the kiosk."""
        ...

    def update(self, update: PlannedUpdate) -> Session[UpdateEnd]:
        """Change the register; called only where the target file says `updates = true`."""
        ...

    def ledger(self) -> Session[Ledger]:
        """Read the issue ledger; called only where the target file says `ledger = true`."""
        ...

    def builds(self) -> Session[Builds]:
        """Ask every node for its build id; return no nodes where the target does not tell."""
        ...

    def probe(self) -> Session[Health]:
        """Ask whether the target works, without changing anything."""
        ...


class ProbingAdapter(TargetAdapter, Protocol):
    """An adapter by which things can be tried that must not work."""

    probes: frozenset[Probe]  # those that the target's interface has a place for

    def intrude(self, order: Order, intrusion: Intrusion) -> Session[End]:
        """One person's visit, in the course of which the intrusion is tried: yield one Tried with what came of it.

        Not called for WRONG_SIGNATURE: that is `issue` with a signer whose signature is wrong.
        """
        ...


def probes_of(adapter: TargetAdapter) -> frozenset[Probe]:
    """Return the probes that an adapter can make."""
    return frozenset(getattr(adapter, "probes", ()))


def load_adapter(target: Target, file: Path) -> TargetAdapter:
    """Return the adapter that `target` names; `file` is the target file, for messages and relative paths.

    Raises ConfigError naming file, key and what is allowed.
    """
    name = _BUILT_IN.get(target.adapter, target.adapter)
    module, _, attribute = name.partition(":")
    if not attribute:
        raise ConfigError(file, "adapter", f"`{target.adapter}` is not known. Allowed: reference, or `module:Class`")
    _add_path(target.extra.get("adapter_path", ""), file)
    try:
        made = getattr(importlib.import_module(module), attribute)(target)
    except ModuleNotFoundError as e:
        raise ConfigError(
            file, "adapter", f"cannot import `{e.name}`; install it, or name its folder in extra.adapter_path"
        ) from None
    except AttributeError:
        raise ConfigError(file, "adapter", f"module `{module}` has no class `{attribute}`") from None
    except (ValueError, TypeError) as e:
        raise ConfigError(file, "adapter", f"{target.adapter} does not accept this target file: {e}") from None
    return _complete(made, file)


def _complete(made: object, file: Path) -> TargetAdapter:
    missing = [m for m in ("issue", "update", "ledger", "builds", "probe") if not callable(getattr(made, m, None))]
    if probes_of(made) - {Probe.WRONG_SIGNATURE} and not callable(getattr(made, "intrude", None)):  # type: ignore[arg-type]
        missing.append("intrude")
    if missing:
        raise ConfigError(file, "adapter", f"{type(made).__name__} lacks {', '.join(missing)}; see TargetAdapter")
    return made  # type: ignore[return-value]  # checked by name just above


def _add_path(folder: str, file: Path) -> None:
    if not folder:
        return
    path = (file.parent / folder).resolve()
    if not path.is_dir():
        raise ConfigError(file, "extra.adapter_path", f"{path} is no folder; name the one that holds the module")
    if str(path) not in sys.path:
        sys.path.insert(0, str(path))
