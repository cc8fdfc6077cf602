"""The standard test procedure (標準試験手順): what a run has to have carried out to be called a test of a level."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from harness.records.assure import Level
from harness.records.findings import Property

PROCEDURE_FILE = "procedure.toml"  # in a run folder: the procedure that it is compared with


class Demands(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level."""

    level: Level
    title_ja: str
    title_en: str
    phases: tuple[str, ...]  # kinds of phases that were played to their end
    properties: tuple[Property, ...]  # in scope, and exercised
    control: tuple[str, ...]  # kinds of swaps on the target's own paper, made of some certificate, and all found
    misdelivery_per_burst: Annotated[float, Meta(gt=0, lt=1)]  # bound that the trials give
    least: dict[str, Annotated[int, Meta(ge=1)]]  # by a name of `words`: so many at least
    baseline: bool = False  # compared with one
    builds: bool = False  # the build of every node that served is known
    nodes: bool = False  # every node of the target file served somebody
    load_basis: bool = False  # the target file tells what load it is to carry


class Procedure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file; one version of it is published once and for all."""

    version: int
    name_ja: str
    name_en: str
    level: Annotated[tuple[Demands, ...], Meta(min_length=1)]  # the lowest first
    words: dict[str, tuple[str, str]]  # what is counted, in Japanese and English
