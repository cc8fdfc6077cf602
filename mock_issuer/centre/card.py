"""A card that a kiosk shows: certificate and signature of the nonce, to be checked by the rule of the behaviour."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mock_issuer.centre.trust import Trust
from mock_issuer.refusals import Refusal


class PresentedCard:
    """One card (defects.parts.PresentedCard)."""

    def __init__(
        self, trust: Trust, certificate: bytes, nonce: bytes, signature: bytes, throw_out: Callable[[], None]
    ) -> None:
        """Take what was shown, DER and raw bytes, and what closes the session it was given."""
        self._trust = trust
        self._shown = (certificate, nonce, signature)
        self.throw_out = throw_out
        self._later: list[Callable[[], None]] = []

    def check(self) -> tuple[str, int]:
        """Return whom it stands for, and its serial. Raises Refusal."""
        return self._trust.holder(*self._shown)

    def check_as_loaded(self) -> tuple[str, int]:
        """Do the same by the lists of the day the service began. Raises Refusal."""
        return self._trust.holder(*self._shown, as_loaded=True)

    def claimed(self) -> tuple[str, int]:
        """Return whom it says it stands for. Raises Refusal for an unknown one."""
        return self._trust.claimed(self._shown[0])

    def after_entry(self, act: Callable[[], None]) -> None:
        """Do something beside, once the session has begun."""
        self._later.append(act)

    def entered(self) -> None:
        """The session has begun."""
        for act in self._later:
            threading.Thread(target=act, name="after-entry", daemon=True).start()

    def due_refusal(self) -> str:
        """Return the code of the refusal that was due, "" if none was: for the debug log."""
        try:
            self.check()
        except Refusal as refusal:
            return refusal.code
        return ""
