"""The centre's cache of document answers: who asks for the same copy again need not wait for print again."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable

from msgspec import Struct

from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.parts import Asked
from mock_issuer.web import Answer


class _Kept(Struct, frozen=True, kw_only=True):
    answer: Answer
    application: str
    kept_at: float


class AnswerCache:
    """Answers by key, for as long as the rule of the behaviour says."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Hashable, _Kept] = {}

    def find(self, asked: Asked, behaviour: Behaviour) -> Answer | None:
        """Return a kept answer that is young enough."""
        rule = behaviour.answers
        with self._lock:
            kept = self._kept.get(rule.key(asked))
            return kept.answer if kept and time.monotonic() - kept.kept_at < rule.ttl_s else None

    def keep(self, asked: Asked, answer: Answer, behaviour: Behaviour) -> None:
        """Keep an answer."""
        kept = _Kept(answer=answer, application=asked.application, kept_at=time.monotonic())
        with self._lock:
            self._kept[behaviour.answers.key(asked)] = kept

    def closed(self, application: str, behaviour: Behaviour) -> None:
        """Forget what is kept of an application: it is over. What is too old goes as well."""
        rule, now = behaviour.answers, time.monotonic()
        with self._lock:
            self._kept = {
                key: kept
                for key, kept in self._kept.items()
                if now - kept.kept_at < rule.ttl_s and not (rule.purges and kept.application == application)
            }
