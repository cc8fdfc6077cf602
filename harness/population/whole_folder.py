"""Writes a folder whole or not at all: into a hidden neighbour first, then one rename."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from harness.errors import UsageError


def write_folder(folder: Path, write: Callable[[Path], None], *, marker: str, overwrite: bool = False) -> None:
    """Have `write` fill a new folder, then give it its name; a reader sees the whole of it or nothing.

    `marker` is the file by which a folder of this kind is known: with `overwrite` such a folder is replaced, never
    anything else. Raises UsageError where the folder may not be written.
    """
    folder = folder.absolute()
    _refuse_to_overwrite(folder, marker, overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder)
    part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    try:
        part.mkdir(mode=0o700)
        write(part)
        if folder.exists():
            old = folder.with_name(f".{folder.name}.old-{os.getpid()}")
            folder.rename(old)
            part.rename(folder)
            shutil.rmtree(old)
        else:
            part.rename(folder)
    except OSError as e:
        raise UsageError(f"{folder} cannot be written: {e.strerror}; nothing was left there") from e
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_file(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file and have it on disk before its folder gets its name."""
    with path.open("wb") as out:
        out.writelines(lines)
        out.flush()
        os.fsync(out.fileno())


def _refuse_to_overwrite(folder: Path, marker: str, overwrite: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    if not any(folder.iterdir()):
        folder.rmdir()
    elif not (folder / marker).exists():
        raise UsageError(f"{folder} holds something else (no {marker}); name another folder")
    elif not overwrite:
        raise UsageError(f"{folder} exists already; name another folder, or say --force to replace it")


def _remove_leftovers(folder: Path) -> None:
    """Remove what interrupted writers left: hidden neighbours whose process is gone."""
    for part in folder.parent.glob(f".{folder.name}.part-*"):
        pid = part.name.rpartition("-")[2]
        if not _runs(pid):
            shutil.rmtree(part, ignore_errors=True)


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (ValueError, OSError):
        return False
    return True
