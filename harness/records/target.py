"""The target file (TARGET.toml): the system under test, where the harness stands before it, and what may be tested."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from harness.records.certificates import Certificate
from harness.records.faults import AllowedFaults
from harness.records.findings import Property
from harness.records.plan import Step, Withhold
from harness.records.rules import DEFAULT_RULES, Rules
from harness.records.stop_when import StopWhen

Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]


class Client(StrEnum):
    """Whom the target takes us for."""

    CENTRE = "centre"  # the national centre: few long-lived connections, a serial in the message, no PIN, no fee
    KIOSK = "kiosk"  # one connection per kiosk, kept across customers; the card signs a nonce
    CARD = "card"  # one TLS identity per card


class Environment(StrEnum):
    """What the tested system is for: decides what a finding asks of the municipality."""

    TEST = "test"  # 検証環境
    PRODUCTION = "production"  # 本番環境: serves citizens


class Node(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One server of the target."""

    id: str
    url: str = ""  # own base URL; empty: reached through the target's url with routing
    build: str = ""  # declared build id; a measured one replaces it


class Tls(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TLS towards the target. Paths are relative to the target file."""

    ca: str = ""  # PEM bundle to trust; empty: the system's
    certificate: str = ""  # client certificate, PEM
    key: str = ""  # its key, PEM
    check_hostname: bool = True


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds on every exchange."""

    connect_s: Positive = 5.0
    answer_s: Positive = 30.0  # from the last byte sent to the last byte received
    document_s: Positive = 120.0  # the same for the step that waits for print; above the target's own time limit
    body_mb: Positive = 10.0
    poll_ms: Positive = 200.0  # between two polls of an asynchronous fetch
    settle_s: NotNegative = 30.0  # how long the drain phase asks after unresolved applications
    manual_s: Positive = 900.0  # updates = "manual": how long the operator has for one change
    reflection_s: NotNegative = 0.0  # documented time until a change of the register shows in what is issued


class Firing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How bursts are released. Times in ms."""

    withhold: Withhold = Withhold.HEADER
    # Long enough for the first part to be acknowledged (servers delay that by up to 40 ms, some by 200 ms), short
    # enough for guards against slow requests, which begin at 1 s or more.
    hold_ms: Annotated[float, Meta(ge=0, le=1_000)] = 80.0
    longest_hold_ms: Annotated[float, Meta(gt=0, le=5_000)] = 1_000.0  # held longer, a burst is withdrawn
    attempts: Annotated[int, Meta(ge=1, le=10)] = 3  # at withholding; then whole requests are sent
    bracket_every: Annotated[int, Meta(ge=0)] = 10  # ask the kernel for its times at every n-th burst; 0: never


class Expected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What whoever declares the target expects of it; `honnin plan` computes with it until a run has measured."""

    solo_s: Positive = 3.0  # one visit alone, from stepping up to leaving with the document
    per_second: Positive = 1.0  # documents at most


class LoadBasis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What load the system is to carry (負荷の根拠), and who says so; the report puts what was played beside it."""

    peak_per_hour: Positive  # issues in the busiest hour that was measured, or is expected
    source: str  # e.g. 令和7年3月の発行実績
    population: Annotated[int, Meta(ge=1)] | None = None
    yearly_issues: Annotated[int, Meta(ge=1)] | None = None


class OutOfScope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A property this target cannot show (対象外). Ownership, pages and baseline cannot be declared out."""

    property: Property
    reason: str
    declared_by: str


class Target(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TARGET.toml."""

    name: str
    url: str
    adapter: str = "reference"  # built-in name, or "module:Class" importable by the players
    client: Client = Client.KIOSK
    connections: Annotated[int, Meta(ge=1)] = 4  # client = "centre": size of the pool
    nodes: tuple[Node, ...] = ()
    route_header: str = ""  # header that routes to a node; empty: nodes by url, by cookie, or not at all
    route_cookie: str = ""  # cookie that does so, as load balancers set it
    node_header: str = ""  # answer header that names the node
    build_header: str = ""  # answer header that names the build
    population: str = ""  # population folder, relative to this file; `--population` overrides it
    cards: str = ""  # cards folder, likewise; not needed where client = "centre" and residents carry serials
    profile: str = "reference"  # document profile: built-in name or path to a TOML file
    ledger: bool = False  # the target offers its issue ledger
    updates: bool | Literal["manual"] = False  # it accepts register updates; "manual": the operator makes them by hand
    fees: bool = True  # the target knows about payment
    certificates: Annotated[tuple[Certificate, ...], Meta(min_length=1)] = tuple(Certificate)  # what it issues
    synchronise: Step = Step.APPLY  # the step to release together
    refused_change: tuple[str, str] | None = None  # field and value that its register refuses, for changes that fail
    also_synchronise: tuple[Step, ...] = ()  # further steps that every visit comes to, for bursts at other moments
    environment: Environment = Environment.TEST
    documentation: str = ""  # free text, printed in the report: environment, version, contact
    tls: Tls = Tls()
    limits: Limits = Limits()
    burst: Firing = Firing()
    stop_when: StopWhen = StopWhen()
    faults: AllowedFaults = AllowedFaults()
    expected: Expected | None = None
    load: LoadBasis | None = None  # None: the report says that the load has no stated basis
    time_limits_s: tuple[Positive, ...] = ()  # of the target itself (print wait, session, lock), where they are known
    rules: Rules = DEFAULT_RULES  # whom it is expected to refuse
    out_of_scope: tuple[OutOfScope, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)  # what a plug-in adapter needs

    @property
    def addressed(self) -> tuple[str, ...]:
        """Ids of the nodes that an application can be sent to: none where several stand behind one address."""
        if self.route_header or self.route_cookie or len(self.nodes) == 1:
            return tuple(node.id for node in self.nodes)
        return tuple(node.id for node in self.nodes if node.url)
