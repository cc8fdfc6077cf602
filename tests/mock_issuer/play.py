"""What happens at an issuer: visits, crowds of them, and the truth about what came of it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mock_issuer import clock
from mock_issuer.debuglog import Rendered, read_debug_logs
from mock_issuer.settings import State
from mock_issuer.truth import WrongDocument, wrong_documents
from tests.mock_issuer.cards import Card
from tests.mock_issuer.served import Issuer, Kiosk, Town


class Play:
    """What happens at an issuer since a test began: visits, crowds of them, and the truth about what came of it."""

    state: State
    population: Path

    def __init__(self) -> None:
        self.since = clock.stamp()

    def get(self, number: int, certificate: str, kiosk: str = "K001", node: str = "n1", **options: object) -> int:
        """Let one person come, collect every copy and leave; return the last answer's status."""
        raise NotImplementedError

    def clean(self) -> None:
        """Switch everything off."""
        raise NotImplementedError

    def wrong(self) -> list[WrongDocument]:
        """What reached the wrong hands, or was wrong, since the test began."""
        return list(wrong_documents(self.state, self.population, self.since))

    def made(self) -> dict[str, Rendered]:
        lines = read_debug_logs(self.state.debug)
        return {line.application: line for line in lines if isinstance(line, Rendered)}

    def crowd(
        self,
        certificate: str = "juminhyo",
        people: Iterable[int] = range(1, 17),
        nodes: tuple[str, ...] = ("n1", "n2"),
        then: int = 0,
        **options: object,
    ) -> list[int]:
        """Let people come to a kiosk each, all at once, `then` others after them; return the answers' statuses."""
        numbers = list(people)
        gate = threading.Barrier(len(numbers))

        def come(place: int) -> int:
            gate.wait(timeout=20)
            kiosk, node = f"K9{place:02d}", nodes[place % len(nodes)]
            status = self.get(numbers[place], certificate, kiosk, node, **options)
            for follower in range(then):
                status = self.get(numbers[(place + follower + 1) % len(numbers)], certificate, kiosk, node)
            return status

        with ThreadPoolExecutor(len(numbers)) as pool:
            return list(pool.map(come, range(len(numbers))))

    def until(
        self, enough: Callable[[list[WrongDocument]], bool], play: Callable[[], object], rounds: int = 30
    ) -> list[WrongDocument]:
        """Play until there is enough to see, and return it: how many meet in one round is the machine's chance."""
        for _ in range(rounds):
            play()
            if enough(found := self.wrong()):
                return found
        return pytest.fail(f"not enough to see after {rounds} rounds")

    def clean_again(self, play: Callable[[], object]) -> None:
        """Switch everything off: the same play brings nothing new."""
        self.clean()
        before = len(self.wrong())
        play()
        assert len(self.wrong()) == before


class Stage(Play):
    """A served issuer and many kiosks before it."""

    def __init__(self, town: Town, issuer: Issuer) -> None:
        super().__init__()
        self.town = town
        self.issuer = issuer
        self.state = State(issuer.state)
        self.population = town.population
        self.clean = issuer.clean  # type: ignore[method-assign]
        self._kiosks: dict[str, Kiosk] = {}

    def at(self, name: str, node: str = "n1") -> Kiosk:
        return self._kiosks.setdefault(f"{name}@{node}", Kiosk(self.issuer, name, node))

    def card(self, number: int) -> Card:
        return self.town.cards[f"R{number:05d}"]

    def get(self, number: int, certificate: str, kiosk: str = "K001", node: str = "n1", **options: object) -> int:
        at = self.at(kiosk, node)
        answer = at.authenticate(self.card(number))
        if answer.status_code == 200:
            answer = at.apply(certificate, **options)
        if answer.status_code == 201:
            application = str(answer.json()["application"])
            at.post(application, "payment", amount=answer.json()["fee"])
            answers = [at.collect(application, copy + 1) for copy in range(int(str(options.get("copies", 1))))]
            printed = b"".join(one.content for one in answers if one.status_code == 200)
            at.post(application, "completion", digest=hashlib.sha256(printed).hexdigest())
            answer = answers[-1]
        at.close()
        return answer.status_code

    def end(self) -> None:
        for one in self._kiosks.values():
            one.client.close()
