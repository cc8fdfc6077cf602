"""Looks at everything a run will need before its folder is made: a mistake must not show at the end of a night."""

from __future__ import annotations

import os
from pathlib import Path

from harness.campaign.fitting import steps_lacking
from harness.errors import ConfigError
from harness.judge.scope import validate_scope
from harness.reading.profile import BUILT_IN, NO_PROFILE, load_profile
from harness.records.plan import Probe, Step
from harness.records.target import Target


def check_playable(target: Target, file: Path) -> frozenset[Probe]:
    """Load adapter, TLS files and document profile as players and judge will; `file` is the target file.

    Returns the isolation probes that the adapter can make. Raises ConfigError naming file, key and what is allowed.
    """
    from kiosk_sim.drivers.routing import Routing
    from kiosk_sim.drivers.tls import tls_identities
    from kiosk_sim.targets.adapter import load_adapter, probes_of

    probes = probes_of(load_adapter(target, file))
    tls_identities(target, file, lambda _: None)
    check_readable(target, file)
    _check_synchronise(target, file)
    _check_faults(target, file)
    try:
        Routing(target)
    except ValueError as e:
        raise ConfigError(file, "url", str(e)) from None
    return probes


def check_readable(target: Target, file: Path) -> None:
    """Look at what the judge needs: document profile and scope. Raises ConfigError."""
    _check_profile(target, file)
    validate_scope(target, file)


def _check_synchronise(target: Target, file: Path) -> None:
    lacking = {*steps_lacking(target), Step.CONTROL}
    if target.synchronise in lacking:
        allowed = ", ".join(step for step in Step if step not in lacking)
        raise ConfigError(file, "synchronise", f"the target has no step `{target.synchronise}`. Allowed: {allowed}")


def _check_faults(target: Target, file: Path) -> None:
    names = [*(link.name for link in target.faults.link), *(command.name for command in target.faults.command)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(file, "faults", f"two are called `{twice[0]}`; give each link and command a name of its own")
    for number, command in enumerate(target.faults.command):
        for key, argv in (("start", command.start), ("undo", command.undo)):
            if not (Path(argv[0]).is_absolute() and os.access(argv[0], os.X_OK)):
                what = f"`{argv[0]}` is no program that can be run; give its absolute path, then its arguments"
                raise ConfigError(file, f"faults.command[{number}].{key}", what)


def _check_profile(target: Target, file: Path) -> None:
    name = target.profile
    if name == NO_PROFILE:
        return
    if name not in BUILT_IN and not (file.parent / name).is_file():
        allowed = f"{', '.join((*BUILT_IN, NO_PROFILE))}, or the path of a TOML file, from this file's folder"
        raise ConfigError(file, "profile", f"there is no document profile `{name}`. Allowed: {allowed}")
    papers = load_profile(name, file.parent).papers
    for certificate in target.certificates:
        if certificate not in papers:
            what = f"{name} has no [papers.{certificate}]; add one, or list under `certificates` what the target issues"
            raise ConfigError(file, "profile", what)
