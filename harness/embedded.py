"""The reference issuer as a target at hand: served by its own command, described to honnin, its log asked for."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
from msgspec import Struct

from harness.errors import HonninError, UsageError
from harness.lifeline import start

# Scaled-down times of the demo issuer: 10 sheets a second and node, and 2 s until a print wait is given up, so that
# a minute's overload crosses the limit as hours of it did in Yokohama.
SCALED = ("--print-ms", "100", "--print-limit-s", "2")
_READY_S = 30.0
_TOO_LONG = 96  # characters: an address a little wider than the widest field, so that the register refuses it
_OURS = """\
# The embedded reference issuer, as a target. A model for your own target file.
name = "reference issuer (demo)"
url = {url}
population = "population"
cards = "cards"
time_limits_s = [2.0]
documentation = "honnin 付属の参照発行システム(実演用)。印刷待ちの時間制限は実演用に 2 秒へ縮小している。"
"""
_SOMEBODYS = """\
# An issuer that speaks the interface of the reference issuer, as a target.
name = "issuer at {host}"
url = {url}
population = {population}
cards = {cards}
"""
_INTERFACE = """\
adapter = "reference"
client = "kiosk"
profile = "reference"
route_header = "X-Route-Node"
node_header = "X-Node-Id"
build_header = "X-Build-Id"
ledger = true
updates = true
also_synchronise = ["collect"]
refused_change = ["address", "{too_long}"]

[limits]
answer_s = 20.0
document_s = 20.0
reflection_s = {reflection_s}

{nodes}"""
_KILL = """
[[faults.command]]
name = "kill-{node}"
start = ["/bin/sh", "-c", {kill}]
undo = ["/bin/true"]
"""


class Wrong(Struct, frozen=True, kw_only=True):
    """Something that an issuer did wrong, by its own log."""

    kind: str
    victim: str  # resident's key
    digest: str = ""  # of the document; "" where it is none


@contextmanager
def issuer(folder: Path, nodes: int, *options: str) -> Iterator[dict[str, object]]:
    """Serve the reference issuer from `folder`'s population and cards; yield its ready file; end it afterwards.

    Raises HonninError with the end of its log where it does not come up.
    """
    ready, log = folder / "issuer.json", folder / "issuer.log"
    arguments = [
        "serve", "--population", str(folder / "population"), "--cards", str(folder / "cards"),
        "--state", str(folder / "issuer"), "--nodes", str(nodes), "--port", "0", "--ready-file", str(ready), *options,
    ]  # fmt: skip
    ready.unlink(missing_ok=True)  # of an issuer that was served from this folder before
    with log.open("ab") as out:
        child = start("mock_issuer", *arguments, stdout=out, stderr=out)
    try:
        yield _wait_ready(child, ready, log)
    finally:
        child.terminate()
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait_ready(child: subprocess.Popen[bytes], ready: Path, log: Path) -> dict[str, object]:
    until = time.monotonic() + _READY_S
    while not ready.exists():
        code = child.poll()
        if code is not None or time.monotonic() > until:
            tail = log.read_text(encoding="utf-8", errors="replace")[-800:]
            how = f"did not start within {_READY_S:.0f} s" if code is None else f"ended with exit code {code}"
            raise HonninError(f"the reference issuer {how}; its log ends:\n{tail}")
        time.sleep(0.05)
    loaded = json.loads(ready.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def target_toml(ready: dict[str, object], reflection_s: float = 0.0, killed_in: Path | None = None) -> str:
    """Return the target file of a served reference issuer.

    Where its state folder is given as `killed_in`, its nodes may be killed; it starts them again (`--revive-nodes`).
    """
    names = _nodes(ready["nodes"])
    pids = {name: killed_in / "nodes" / f"{name}.pid" for name in names} if killed_in else {}
    kills = (
        _KILL.format(node=name, kill=_quoted(f"kill -9 $(cat {shlex.quote(str(pid))})")) for name, pid in pids.items()
    )
    return _OURS.format(url=_quoted(ready["url"])) + _interface(names, reflection_s) + "".join(kills)


def somebodys_toml(url: str, population: Path, cards: Path) -> str:
    """Return the target file of an issuer that speaks the reference issuer's interface; it is asked for its nodes.

    Raises UsageError where it does not answer as that one does.
    """
    url = url.rstrip("/")
    try:
        answer = httpx.get(f"{url}/v1/nodes", trust_env=False, timeout=10)
        names = _nodes(answer.raise_for_status().json())
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, KeyError) as e:
        raise UsageError(
            f"{url}: does not tell its nodes as the reference issuer does ({e}); is it running? For an issuer with "
            "another interface write a target file and give it with --target"
        ) from None
    places = {"population": _quoted(population.resolve()), "cards": _quoted(cards.resolve())}
    return _SOMEBODYS.format(host=httpx.URL(url).netloc.decode(), url=_quoted(url), **places) + _interface(names, 0.0)


def _interface(names: list[str], reflection_s: float) -> str:
    nodes = "".join(f"[[nodes]]\nid = {_quoted(name)}\n" for name in names)
    return _INTERFACE.format(nodes=nodes, too_long="架空県見本市" + "長" * _TOO_LONG, reflection_s=reflection_s)


def _quoted(text: object) -> str:
    """Return a TOML string."""
    return json.dumps(str(text), ensure_ascii=False)


def _nodes(told: object) -> list[str]:
    """Return the ids of the nodes that an issuer tells. Raises TypeError or KeyError where it tells something else."""
    if not isinstance(told, list) or not told:
        raise TypeError("no list of nodes")
    return [str(node["node"]) for node in told]


def switch(ready: dict[str, object], defect: str) -> None:
    """Turn a defect of the running reference issuer on, on all nodes."""
    answer = httpx.put(
        f"{ready['url']}/admin/defects",
        json={"defect": defect, "node": None, "params": {}},
        headers={"X-Admin-Token": str(ready["admin_token"])},
        trust_env=False,
        timeout=10,
    )
    if answer.status_code >= 300:
        raise UsageError(f"the reference issuer refused defect {defect}: {answer.status_code} {answer.text[:200]}")


def wrong(folder: Path, reflection_s: float = 0.0) -> tuple[Wrong, ...]:
    """Ask the issuer's own program what the issuer served from `folder` did wrong. Raises HonninError."""
    command = [sys.executable, "-P", "-m", "mock_issuer", "truth", "--state", str(folder / "issuer")]
    command += ["--population", str(folder / "population"), "--reflection-s", str(reflection_s)]
    told = subprocess.run(command, capture_output=True, check=False)
    if told.returncode:
        raise HonninError(f"{folder}: the issuer's log cannot be judged: {told.stderr.decode(errors='replace')[-500:]}")
    decode = msgspec.json.Decoder(Wrong).decode
    return tuple(map(decode, told.stdout.splitlines()))
