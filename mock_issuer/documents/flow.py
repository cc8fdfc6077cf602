"""Rows that flow over as many sheets as they need; rows that belong together stay together."""

from __future__ import annotations

from collections.abc import Iterable

from mock_issuer.documents.layout import Item, Page

ROWS_A_SHEET = 38
Unit = tuple[Item, ...]  # rows that are not parted
Block = tuple[Unit, ...]  # one person


def pages(head: tuple[Item, ...], blocks: Iterable[Block]) -> tuple[Page, ...]:
    """Return the sheets that hold all blocks, each with the same head. A block may go on over the page."""
    sheets: list[list[tuple[tuple[Item, ...], ...]]] = [[]]
    used = 0
    for block in blocks:
        rows: list[Item] = []
        for unit in block:
            if used + len(unit) > ROWS_A_SHEET and used:
                sheets[-1] += [(tuple(rows),)] if rows else []
                sheets.append([])
                rows, used = [], 0
            rows += unit
            used += len(unit)
        sheets[-1].append((tuple(rows),))
    return tuple(Page(head=head, blocks=tuple(blocks)) for blocks in sheets)
