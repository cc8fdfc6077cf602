"""Addresses and 本籍 that no two households share, in a municipality that visibly does not exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from harness.population.draft import REFERENCE_DAY, Home, Stay
from harness.population.seeded import seeded
from harness.population.stock import stock

_FLAT_SHARE = 0.3
_INNER_MOVE_SHARE = 0.35  # households that moved within the municipality


class AddressBook:
    """Draws places and remembers which are taken."""

    def __init__(self, seed: str) -> None:
        """Start an empty book; equal seeds draw equal places."""
        self._random = seeded(seed, "places")
        self._taken: set[str] = set()

    def address(self, *, long: bool = False) -> str:
        """Return a new address in the municipality; `long` ones name a building, a wing and a room."""
        random = self._random
        plot = self._new(lambda: f"{stock().municipality}{self._street()}{random.randint(1, 20)}号")
        if long:
            building = random.choice(stock().long_buildings)
            return f"{plot}\u3000{building}{random.randint(1, 39)}{random.randint(1, 24):02}号室"
        if random.random() < _FLAT_SHARE:
            return f"{plot}\u3000{random.choice(stock().buildings)}{random.randint(1, 9)}{random.randint(1, 12):02}号"
        return plot

    def outside(self) -> str:
        """Return a new address in another, equally fictitious municipality."""
        random = self._random
        return self._new(lambda: f"{random.choice(stock().outside)}{self._street()}{random.randint(1, 20)}号")

    def honseki(self, *, outside: bool = False) -> str:
        """Return a new 本籍, here or elsewhere."""
        random = self._random
        where = random.choice(stock().outside) if outside else stock().municipality
        return self._new(
            lambda: f"{where}{random.choice(stock().towns)}{_kanji_digit(random)}丁目{random.randint(1, 2400)}番地"
        )

    def home(self, settled: date, *, long: bool = False) -> Home:
        """Return a household's addresses; it came here after `settled` from outside, and may have moved once since."""
        random = self._random
        earliest = min(settled, REFERENCE_DAY - timedelta(days=800))
        arrived = _between(random, earliest, REFERENCE_DAY - timedelta(days=400))
        before = Stay(self.outside(), earliest - timedelta(days=random.randint(300, 4000)))
        stays = [before, Stay(self.address(), arrived)]
        if random.random() < _INNER_MOVE_SHARE:
            stays.append(Stay(self.address(), _between(random, arrived, REFERENCE_DAY - timedelta(days=30))))
        if long:
            stays[-1] = Stay(self.address(long=True), stays[-1].since)
        notified = stays[-1].since + timedelta(days=random.randint(0, 13))  # 14 days are the legal limit
        return Home(stays=tuple(stays), arrived=arrived, notified=notified)

    def home_elsewhere(self, settled: date) -> Home:
        """Return the addresses of someone who lived here once and now lives in another municipality."""
        random = self._random
        here = Stay(self.address(), settled)
        left = _between(random, settled, REFERENCE_DAY - timedelta(days=60))
        return Home(stays=(here, Stay(self.outside(), left)), arrived=settled, notified=left + timedelta(days=3))

    def _street(self) -> str:
        random = self._random
        return f"{random.choice(stock().towns)}{_kanji_digit(random)}丁目{random.randint(1, 40)}番"

    def _new(self, draw: Callable[[], str]) -> str:
        while True:
            place = draw()
            if place not in self._taken:
                self._taken.add(place)
                return place


def _kanji_digit(random: Random) -> str:
    return random.choice("一二三四五六七八")


def _between(random: Random, first: date, last: date) -> date:
    """Return a day after `first` and not after `last`."""
    return first + timedelta(days=random.randint(1, max(1, (last - first).days)))
