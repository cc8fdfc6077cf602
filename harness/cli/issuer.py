"""`honnin issuer`: serve the reference issuer, a system to try honnin on, and switch its known defects on and off."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click
import httpx
from msgspec import Struct

from harness.cli.shared_options import lang_option
from harness.errors import UsageError
from harness.glossary import Lang

_PATIENCE_S = 10.0
_ready = click.option(
    "--issuer",
    "ready_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("issuer.json"),
    show_default=True,
    help="The ready file of the running issuer (serve --ready-file).",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print the switches as one JSON object.")


class Door(Struct, frozen=True, kw_only=True):
    """Where a running issuer is reached and administered."""

    url: str
    admin_token: str

    def __repr__(self) -> str:
        """Mask the token."""
        return f"Door(url={self.url!r}, admin_token='****')"


@click.group("issuer")
def group() -> None:
    """Serve the reference issuer and switch its defects.

    The reference issuer is a separate system, as a vendor's is: a centre in front of several issuing servers that share
    a register and a print spool. It loads exported files only. Use it to see honnin at work, and to see that your
    scenario finds what it should: every known defect is a switch, off by default.

    \b
    The usual way:
      honnin population make population/ --size 60
      honnin cards make population/ cards/ --all --algorithm p384
      honnin issuer serve --population population/ --cards cards/ --state issuer/ --ready-file issuer.json
      honnin issuer defect on D02@n2
    """


@group.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def serve(arguments: tuple[str, ...]) -> None:
    """Serve until Ctrl-C; `honnin issuer serve --help` lists all options.

    This process becomes the issuer's own program (`python -m mock_issuer serve`), which takes the arguments as given.
    """
    os.execv(sys.executable, [sys.executable, "-P", "-m", "mock_issuer", "serve", *arguments])  # noqa: S606


@group.group()
def defect() -> None:
    """List the known defects; switch them on and off while the issuer runs."""


@defect.command("list")
@_ready
@_json
@lang_option
@click.option("--controls", is_flag=True, help="List the controls instead: correct variants, switched alike.")
def list_defects(ready_file: Path, as_json: bool, lang: Lang, controls: bool) -> None:
    """Show all defects, and at which nodes each is on. Without a running issuer: only which there are."""
    active = _switches(_ask(ready_file, "GET")) if ready_file.is_file() else {}
    if as_json:
        click.echo(json.dumps(active))
        return
    for line in _catalogue("--lang", lang, *(["--controls"] if controls else [])):
        name = line.split()[0]
        places = ", ".join(node for node, defects in active.items() if name in defects)
        click.echo(f"{line}{f'   ON at {places}' if places else ''}")


def _catalogue(*options: str) -> list[str]:
    """Ask the issuer's own program: harness does not know its defects."""
    import subprocess

    command = [sys.executable, "-P", "-m", "mock_issuer", "defects", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@defect.command()
@click.argument("switch", metavar="D02[@n2][:NAME=NUMBER,...]")
@_ready
@_json
def on(switch: str, ready_file: Path, as_json: bool) -> None:
    """Switch a defect on, at one node (@n2) or at all, with parameters where it has some (D01:limit_s=2)."""
    name, node, params = parse_switch(switch)
    _show(_ask(ready_file, "PUT", {"defect": name, "node": node, "params": params}), as_json)


@defect.command()
@click.argument("switch", metavar="[D02][@n2]", default="")
@_ready
@_json
def off(switch: str, ready_file: Path, as_json: bool) -> None:
    """Switch a defect off; without a name all of them, without a node everywhere."""
    name, node, _ = parse_switch(switch)
    query = {key: value for key, value in (("defect", name), ("node", node)) if value}
    _show(_ask(ready_file, "DELETE", query=query), as_json)


def parse_switch(written: str) -> tuple[str, str | None, dict[str, float]]:
    """Split DEFECT[@NODE][:NAME=NUMBER,...]; what exists is the issuer's to say. Raises UsageError."""
    name, _, parameters = written.partition(":")
    defect_id, _, node = name.partition("@")
    params = {}
    for part in filter(None, parameters.split(",")):
        key, _, value = part.partition("=")
        try:
            params[key] = float(value)
        except ValueError:
            raise UsageError(f"{written}: {part!r} is not NAME=NUMBER, e.g. D01:limit_s=2") from None
    return defect_id, node or None, params


def _ask(ready_file: Path, method: str, body: object = None, query: dict[str, str] | None = None) -> object:
    door = _door(ready_file)
    try:
        answer = httpx.request(
            method,
            f"{door.url}/admin/defects",
            json=body,
            params=query,
            headers={"X-Admin-Token": door.admin_token},
            timeout=_PATIENCE_S,
            trust_env=False,
            verify=False,  # noqa: S501 - a test issuer's own certificate, on the address it wrote down itself
        )
    except httpx.HTTPError as e:
        raise UsageError(f"{door.url}: the issuer of {ready_file} does not answer ({e}); is it running?") from None
    if answer.status_code != 200:
        raise UsageError(f"{door.url}: {answer.json().get('message', answer.text[:200])}")
    return answer.json()


def _door(ready_file: Path) -> Door:
    import msgspec

    try:
        return msgspec.json.decode(ready_file.read_bytes(), type=Door)
    except FileNotFoundError:
        message = f"{ready_file}: no such file; start the issuer with --ready-file {ready_file}, or give --issuer FILE"
        raise UsageError(message) from None
    except msgspec.DecodeError as e:
        raise UsageError(f"{ready_file}: is no ready file of the reference issuer: {e}") from None


def _switches(answer: object) -> dict[str, dict[str, object]]:
    return answer if isinstance(answer, dict) else {}


def _show(answer: object, as_json: bool) -> None:
    switches = _switches(answer)
    if as_json:
        click.echo(json.dumps(switches))
        return
    for node, defects in switches.items():
        click.echo(f"{node}: {', '.join(defects) or 'clean'}")
