"""Reads what a run folder says of itself."""

from __future__ import annotations

import msgspec

from harness.errors import ConfigError
from harness.journal.run_folder import RunFolder
from harness.records.manifest import MANIFEST_VERSION, Manifest


def read_manifest(folder: RunFolder) -> Manifest:
    """Return a run's manifest; raise ConfigError where it is damaged or not one of this version."""
    try:
        manifest = msgspec.json.decode(folder.manifest.read_bytes(), type=Manifest)
    except msgspec.DecodeError as e:
        raise ConfigError(folder.manifest, "", str(e)) from None
    if manifest.version != MANIFEST_VERSION:
        raise ConfigError(folder.manifest, "version", f"is {manifest.version}; this honnin reads {MANIFEST_VERSION}")
    return manifest
