"""Command line of the reference issuer: `python -m mock_issuer serve --help`."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from mock_issuer import __version__
from mock_issuer.centre.routing import Routing
from mock_issuer.controls.catalogue import CONTROLS
from mock_issuer.defects.catalogue import CATALOGUE, Switch, node_id, parse_switch
from mock_issuer.defects.table import control_table, lines, table
from mock_issuer.serving import Tls
from mock_issuer.settings import CENTRE_THREADS, NAME_LIMIT, NODE_THREADS, NodeSettings, State, Timing

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def main() -> None:
    """A reference issuing system for tests: centre, issuing servers, register, print spool."""


@main.command()
@click.option("--population", type=_FOLDER, required=True, help="exported population folder")
@click.option("--cards", type=_FOLDER, required=True, help="exported card files: CA bundle, CRLs, serials")
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), required=True, help="its own folder")
@click.option("--nodes", type=click.IntRange(1, 16), default=2, show_default=True, help="issuing servers")
@click.option("--host", default="127.0.0.1", show_default=True, help="where the centre listens; nodes stay on loopback")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes a free one")
@click.option("--ready-file", type=_FILE, help="written when ready: url, nodes, pid, admin_token")
@click.option("--defect", "defects", multiple=True, metavar="D02[@n2][:NAME=NUMBER]", help="switch on; repeatable")
@click.option("--control", "controls", multiple=True, metavar="NAME[@n2][:NAME=NUMBER]", help="a correct variant")
@click.option("--routing", type=click.Choice([r.value for r in Routing]), default="kiosk", show_default=True)
@click.option("--build", "builds", multiple=True, metavar="ID[@n2]", help="build id shown, of all nodes or of one")
@click.option("--print-ms", type=click.FloatRange(0), default=25.0, show_default=True, help="print time of one sheet")
@click.option("--print-limit-s", type=click.FloatRange(0.05), default=30.0, show_default=True, help="longest wait")
@click.option("--print-line", type=click.IntRange(1), default=144, show_default=True, help="waiting; more: 503 BUSY")
@click.option("--front-read-s", type=click.FloatRange(0), default=0.0, help="ask a node again after so long; 0: never")
@click.option("--name-limit", type=click.IntRange(1), default=NAME_LIMIT, show_default=True, help="longest name")
@click.option("--threads", type=click.IntRange(4), default=CENTRE_THREADS, show_default=True, help="of the centre")
@click.option("--node-threads", type=click.IntRange(4), default=NODE_THREADS, show_default=True, help="of each node")
@click.option("--tls-cert", type=_FILE, help="PEM; with --tls-key the centre speaks TLS")
@click.option("--tls-key", type=_FILE, help="PEM")
@click.option("--client-ca", type=_FILE, help="PEM bundle; ask clients for a certificate")
@click.option("--require-client-cert", is_flag=True, help="refuse connections without one")
@click.option("--ocsp", default="", metavar="URL", help="ask this responder too; without an answer nobody is let in")
@click.option("--revive-nodes", is_flag=True, help="start a node again when its process died")
@click.option("--die-with-parent", type=int, metavar="PID", help="end when the starting process, PID, ends")
def serve(
    population: Path, cards: Path, state: Path, nodes: int, host: str, port: int, ready_file: Path | None,
    defects: tuple[str, ...], controls: tuple[str, ...], routing: str, builds: tuple[str, ...], print_ms: float,
    print_limit_s: float, print_line: int, front_read_s: float, name_limit: int, threads: int, node_threads: int,
    tls_cert: Path | None, tls_key: Path | None, client_ca: Path | None, require_client_cert: bool, ocsp: str,
    revive_nodes: bool, die_with_parent: int | None,
) -> None:  # fmt: skip
    """Serve until Ctrl-C or SIGTERM.

    Loads exported files only. Everything it writes lies in --state; updates to the register and the ledger survive
    a restart, sessions and unfinished applications do not.

    \b
    Example:
      python -m mock_issuer serve --population pop --cards cards --state issuer --port 8080 --defect D02@n2
    """
    from mock_issuer.centre.process import Service
    from mock_issuer.centre.process import serve as run
    from mock_issuer.load import LoadError

    timing = Timing(print_ms=print_ms, print_limit_s=print_limit_s, print_line=print_line)
    ids = _build_ids(builds, nodes)
    secret = secrets.token_hex(24)
    service = Service(
        population=population,
        cards=cards,
        state=State(state),
        nodes=tuple(
            NodeSettings(
                node=node, build=build, state=str(state), secret=secret,
                threads=node_threads, name_limit=name_limit, timing=timing,
            )
            for node, build in ids.items()
        ),
        host=host,
        port=port,
        threads=threads,
        routing=Routing(routing),
        tls=_tls(tls_cert, tls_key, client_ca, require_client_cert),
        ocsp=ocsp,
        front_read_s=front_read_s,
        revive=revive_nodes,
        switches=_switches((*defects, *controls), ids),
        ready_file=ready_file,
        parent=die_with_parent,
    )  # fmt: skip
    try:
        run(service)
    except (LoadError, OSError, ValueError) as e:
        raise click.ClickException(str(e)) from None


def _switches(written: tuple[str, ...], nodes: dict[str, str]) -> tuple[Switch, ...]:
    try:
        switches = tuple(parse_switch(text) for text in written)
    except ValueError as e:
        raise click.UsageError(str(e)) from None
    for switch in switches:
        _require_node(switch.node, nodes)
    return switches


def _build_ids(written: tuple[str, ...], count: int) -> dict[str, str]:
    ids = {f"n{number}": f"mock-{__version__}" for number in range(1, count + 1)}
    for text in written:
        build, _, written_node = text.partition("@")
        node = node_id(written_node)
        _require_node(node or None, ids)
        ids |= {node: build} if node else dict.fromkeys(ids, build)
    return ids


def _require_node(node: str | None, nodes: dict[str, str]) -> None:
    if node is not None and node not in nodes:
        raise click.UsageError(f"no node {node!r}; with these --nodes there are {', '.join(nodes)}")


def _tls(certificate: Path | None, key: Path | None, client_ca: Path | None, require: bool) -> Tls | None:
    if certificate is None or key is None:
        if certificate or key or client_ca or require:
            raise click.UsageError("TLS needs both --tls-cert and --tls-key")
        return None
    return Tls(certificate=str(certificate), key=str(key), client_ca=str(client_ca or ""), require=require)


@main.command("defects")
@click.option("--lang", type=click.Choice(["ja", "en"]), default="en", show_default=True)
@click.option("--controls", is_flag=True, help="list what `--control` takes instead")
@click.option("--markdown", is_flag=True, help="as the table of the documentation, with triggers and the clean form")
def list_defects(lang: str, controls: bool, markdown: bool) -> None:
    """List the known defects that `--defect` takes, with precedents, parameters and their defaults."""
    shown = (CONTROLS if controls else CATALOGUE).values()
    rows = control_table(shown) if controls else table(shown)
    for line in rows if markdown else lines(shown, lang):
        click.echo(line)


@main.command()
@click.option("--state", type=_FOLDER, required=True, help="an issuer's own folder; it need not run any more")
@click.option("--population", type=_FOLDER, required=True, help="the population it was served with")
@click.option("--reflection-s", type=click.FloatRange(0), default=0.0, help="documented reflection time of changes")
def truth(state: Path, population: Path, reflection_s: float) -> None:
    """Print what an issuer did wrong, one JSON object a line, from its debug log: for scoreboards, after the fact.

    Every wrong document that reached a kiosk (kind, digest, victim, donor), then every card that was let in wrongly.
    """
    import msgspec

    from mock_issuer.load import LoadError
    from mock_issuer.truth import wrong_documents, wrongly_let_in

    try:
        wrong = (*wrong_documents(State(state), population, reflection_s=reflection_s), *wrongly_let_in(State(state)))
    except (LoadError, OSError) as e:
        raise click.ClickException(str(e)) from None
    for one in wrong:
        click.echo(msgspec.json.encode(one).decode())


@main.command(hidden=True)
@click.argument("settings", type=_FILE)
@click.argument("parent", type=int)
def node(settings: Path, parent: int) -> None:
    """Run one node; started by the centre."""
    from mock_issuer.node.process import run_node

    run_node(settings, parent)


if __name__ == "__main__":
    main()
