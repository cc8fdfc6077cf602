"""What the issuer's tests stand on: towns, served issuers, kiosks, and stages to play on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from harness.records.resident import Koseki, Resident, Seal
from mock_issuer import clock
from tests.mock_issuer.office import Office
from tests.mock_issuer.people import koseki_of, resident_of, seal_of, write_population
from tests.mock_issuer.play import Stage
from tests.mock_issuer.served import Issuer, Kiosk, Town, start_issuer


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Issuer]]:
    """Start issuers that end with the test."""
    running: list[Issuer] = []

    def start(town: Town, *options: str, folder: str = "issuer") -> Issuer:
        (tmp_path / folder).mkdir(exist_ok=True)
        issuer = start_issuer(tmp_path / folder, town.population, town.card_files, *options)
        running.append(issuer)
        return issuer

    yield start
    for issuer in running:
        issuer.end()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Issuer]]:
    """One town and its issuer with two nodes, for tests that leave both as they were."""
    folder = tmp_path_factory.mktemp("shared")
    town = Town(folder / "town", [resident_of(number) for number in range(1, 61)])
    issuer = start_issuer(folder, town.population, town.card_files, "--print-ms", "10", "--print-limit-s", "20")
    yield town, issuer
    issuer.end()


@pytest.fixture
def people(shared: tuple[Town, Issuer]) -> Town:
    return shared[0]


@pytest.fixture
def issuer(shared: tuple[Town, Issuer]) -> Iterator[Issuer]:
    """The shared issuer, clean before and after."""
    shared[1].clean()
    yield shared[1]
    shared[1].clean()


@pytest.fixture
def make_town(tmp_path: Path) -> Callable[..., Town]:
    """Make a town of given people."""

    def make(people: list[Resident], koseki: list[Koseki] | None = None) -> Town:
        return Town(tmp_path / "town", people, koseki)

    return make


@pytest.fixture
def kiosk() -> Iterator[Callable[..., Kiosk]]:
    """Make kiosks before an issuer."""
    made: list[Kiosk] = []

    def make(issuer: Issuer, name: str = "K001", node: str = "", client: httpx.Client | None = None) -> Kiosk:
        made.append(Kiosk(issuer, name, node, client))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


@pytest.fixture(scope="session")
def person() -> Callable[..., Resident]:
    """Make ordinary residents by number, with changes."""
    return resident_of


@pytest.fixture(scope="session")
def seal() -> Callable[..., Seal]:
    """Make seals by number."""
    return seal_of


@pytest.fixture(scope="module")
def settle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., tuple[Town, Issuer]]]:
    """Make a town of given people with an issuer of its own, for the tests of one module."""
    running: list[Issuer] = []

    def make(people: list[Resident], *options: str, koseki: list[Koseki] | None = None) -> tuple[Town, Issuer]:
        folder = tmp_path_factory.mktemp("settled")
        town = Town(folder / "town", people, koseki)
        running.append(start_issuer(folder, town.population, town.card_files, *options))
        return town, running[-1]

    yield make
    for issuer in running:
        issuer.end()


@pytest.fixture(scope="session")
def open_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Office]]:
    """Open an office for people."""
    opened: list[Office] = []

    def make(
        people: list[Resident], koseki: list[Koseki], nodes: tuple[str, ...] = ("n1", "n2"), print_ms: float = 10.0
    ) -> Office:
        folder = tmp_path_factory.mktemp("office")
        population = write_population(folder / "population", people, koseki)
        opened.append(Office(folder / "state", population, nodes, print_ms))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def main_office(open_office: Callable[..., Office]) -> Office:
    """Two nodes and ordinary people 1 to 60, for all tests that leave them as they were."""
    people = [resident_of(number) for number in range(1, 61)]
    return open_office(people, [koseki_of(one) for one in people])


@pytest.fixture
def office(main_office: Office) -> Iterator[Office]:
    """The main office, clean before and after."""
    main_office.clean()
    main_office.since = clock.stamp()
    yield main_office
    main_office.clean()


def staged(town: Town, issuer: Issuer) -> Iterator[Stage]:
    """Make a stage, clean before and after."""
    issuer.clean()
    made = Stage(town, issuer)
    yield made
    issuer.clean()
    made.end()


@pytest.fixture(scope="session")
def stage_of() -> Callable[[Town, Issuer], Iterator[Stage]]:
    """Make the stage of a town and its issuer."""
    return staged


@pytest.fixture
def stage(shared: tuple[Town, Issuer]) -> Iterator[Stage]:
    """The shared issuer (two nodes, ordinary people 1 to 60)."""
    yield from staged(*shared)


@pytest.fixture(scope="module")
def slow_office(settle: Callable[..., tuple[Town, Issuer]]) -> tuple[Town, Issuer]:
    """An issuer whose print is slow enough to be waited for: two nodes, 80 ms a sheet."""
    return settle([resident_of(number) for number in range(1, 31)], "--print-ms", "80", "--print-limit-s", "20")


@pytest.fixture
def slow(slow_office: tuple[Town, Issuer]) -> Iterator[Stage]:
    """The slow office's stage."""
    yield from staged(*slow_office)


@pytest.fixture(scope="session")
def family_registers() -> Callable[[Resident], Koseki]:
    """Make the 戸籍 of a single person."""
    return koseki_of
