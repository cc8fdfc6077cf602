"""TOML, JSON and JSON Lines files to frozen records; a mistake is told with file, place and what is allowed."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from harness.errors import ConfigError

T = TypeVar("T")
_OF_A_KEY = "`key` in "  # msgspec's words for a table's key that is none of those allowed


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
    except OSError as e:
        raise ConfigError(path, "", f"cannot be read ({e.strerror}); check the path and who may read it") from None
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
        of_key = place.startswith(_OF_A_KEY)
        place = place.removeprefix(_OF_A_KEY).strip("`$.")
        told = message + _allowed(message, kind, f"{place}[key]" if of_key else place)
        raise ConfigError(path, _named(place, raw, kind) or "top level", told) from None


def _named(place: str, raw: object, kind: type) -> str:
    """Return a place like `items[...].format` with the key of the table that msgspec does not tell."""
    head, open_, rest = place.partition("[...]")
    if not open_ or not isinstance(raw, dict) or not isinstance(raw.get(head), dict):
        return place
    for key, value in raw[head].items():
        try:
            msgspec.convert({**raw, head: {key: value}}, kind)
        except msgspec.ValidationError:
            return f"{head}.{key}{rest}"
    return place


def _allowed(message: str, kind: type, place: str) -> str:
    """Say which keys or values exist where something else was met, the nearest first."""
    info = _descend_to(kind, place)
    if "enum value" in message or place.endswith(("kind", "t")):
        return _one_of(sorted(_values(info, kind, place)), message.split("'")[1] if "'" in message else "")
    if "unknown field" in message or "missing required field" in message:
        met = message.split("`")[1] if "unknown" in message else ""
        return _one_of(sorted({name for struct in _structs(info) for name in _keys(struct)}), met)
    return ""


def _one_of(names: list[str], met: str) -> str:
    if not names:
        return ""
    near = difflib.get_close_matches(met, names, 1)
    return (f"; did you mean `{near[0]}`?" if near else ".") + f" Allowed here: {', '.join(names)}"


def _values(info: object, kind: type, place: str) -> set[str]:
    if isinstance(info, msgspec.inspect.EnumType):
        return {str(member.value) for member in info.cls}
    parent = _descend_to(kind, place.rpartition(".")[0])
    return {str(struct.tag) for struct in _structs(parent) if struct.tag is not None}


def _keys(struct: msgspec.inspect.StructType) -> set[str]:
    return {f.encode_name for f in struct.fields} | ({struct.tag_field} if struct.tag_field else set())


def _structs(info: object) -> list[msgspec.inspect.StructType]:
    if isinstance(info, msgspec.inspect.StructType):
        return [info]
    if isinstance(info, msgspec.inspect.UnionType):
        return [struct for member in info.types for struct in _structs(member)]
    return []


def _descend_to(kind: type, place: str) -> object:
    """Follow a place like `phase[2].sizes` from the type of the file to the type found there."""
    info: object = msgspec.inspect.type_info(kind)
    for part in re.findall(r"[^.\[\]]+|\[[^\]]*\]", place):
        info = _descend(info, part)
    return info


def _descend(info: object, part: str) -> object:
    if part == "[key]":
        return getattr(info, "key_type", None)
    if part.startswith("["):
        return getattr(info, "item_type", getattr(info, "value_type", None))
    found = [f.type for struct in _structs(info) for f in struct.fields if f.encode_name == part]
    return found[0] if found else None


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
    except OSError as e:
        raise ConfigError(path, "", f"cannot be read ({e.strerror}); check the path and who may read it") from None


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
