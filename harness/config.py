"""TOML, JSON and JSON Lines files to frozen records; a mistake is told with file, place and what is allowed."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from harness.errors import ConfigError

T = TypeVar("T")


def load_toml(path: Path, kind: type[T]) -> T:
    """Read a TOML file into a record of `kind`.

    Raises ConfigError naming the file, the key and what is allowed there.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(path, "", "no such file; check the path") from None
    except IsADirectoryError:
        raise ConfigError(path, "", "is a folder; give the TOML file") from None
    except UnicodeDecodeError as e:
        raise ConfigError(path, f"byte {e.start}", "is not UTF-8; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(path, "", f"is not valid TOML: {e}") from None
    return _convert(path, raw, kind)


def _convert(path: Path, raw: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as e:
        message, _, place = str(e).partition(" - at ")
        place = place.strip("`$.")
        raise ConfigError(path, place or "top level", message + _allowed(message, raw, kind, place)) from None


def _allowed(message: str, raw: object, kind: type, place: str) -> str:
    """Say which keys exist when an unknown one was met, the nearest first."""
    if "unknown field" not in message and "missing required field" not in message:
        return ""
    fields = sorted(_fields_at(kind, place))
    if not fields:
        return ""
    unknown = message.split("`")[1] if "`" in message else ""
    near = difflib.get_close_matches(unknown, fields, 1) if "unknown" in message else []
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"{hint} Allowed here: {', '.join(fields)}"


def _fields_at(kind: type, place: str) -> set[str]:
    info: object = msgspec.inspect.type_info(kind)
    for part in place.replace("[...]", ".[]").split("."):
        info = _descend(info, part)
    if isinstance(info, msgspec.inspect.StructType):
        return {f.encode_name for f in info.fields}
    return set()


def _descend(info: object, part: str) -> object:
    if part in {"", "$"}:
        return info
    if part == "[]":
        return getattr(info, "item_type", getattr(info, "value_type", info))
    if isinstance(info, msgspec.inspect.StructType):
        for f in info.fields:
            if f.encode_name == part:
                return f.type
    return None


def read_json_lines(path: Path, kind: type[T]) -> Iterator[T]:
    """Yield the records of a JSON Lines file, one a line, blank lines skipped.

    Raises ConfigError naming file and line.
    """
    decoder = msgspec.json.Decoder(kind)
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    yield decoder.decode(line)
                except msgspec.DecodeError as e:
                    raise ConfigError(path, f"line {number}", str(e)) from None
    except FileNotFoundError:
        raise ConfigError(path, "", "no such file; check the path") from None


def write_json_lines(path: Path, records: Iterator[object]) -> int:
    """Write records one a line through a temporary file and a rename; return how many."""
    encoder = msgspec.json.Encoder()
    temporary = path.with_name(path.name + ".part")
    count = 0
    with temporary.open("wb") as out:
        for record in records:
            out.write(encoder.encode(record) + b"\n")
            count += 1
    temporary.replace(path)
    return count
