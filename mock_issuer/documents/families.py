"""Which module lays out which certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mock_issuer.documents import fuhyo, inkan, koseki, persons, tax
from mock_issuer.documents.layout import Layout, Order

COMPOSERS: Mapping[str, Callable[[Order], Layout]] = {
    "juminhyo": persons.compose,
    "kisaijiko": persons.compose,
    "inkan": inkan.compose,
    "tax": tax.compose,
    "koseki": koseki.compose,
    "fuhyo": fuhyo.compose,
}
