"""The document profile: what a target's certificates print, where and in which form. A TOML file, validated eagerly.

The oracle is written against this record, never against a layout: another vendor's documents need another TOML file.
"""

from __future__ import annotations

import re
from enum import StrEnum
from importlib import resources
from pathlib import Path

from msgspec import Struct

from harness.config import load_toml
from harness.errors import ConfigError, UsageError
from harness.records.certificates import Certificate

BUILT_IN = ("reference", "generic")
NO_PROFILE = "none"  # in a target file: nothing is known of the target's paper; only a baseline can say what is right
DEFAULT_FILLERS = ("【空欄】", "【空白】", "【省略】", "【記載省略】", "省略", "空欄", "***", "---", "以下余白")


class Format(StrEnum):
    """How an item's value is compared."""

    TEXT = "text"  # SAFE-folded text
    KANA = "kana"  # the same, in hiragana or katakana
    ADDRESS = "address"  # text, with or without prefecture and municipality
    DATE = "date"  # as (year, month, day), whatever the era or notation
    FISCAL_YEAR = "fiscal_year"  # 年度, in an era or western
    NUMBER = "number"  # digits, with or without thousands separators
    PARTS = "parts"  # text of which layouts print the parts apart, e.g. 身分事項


class Per(StrEnum):
    """How often an item must be printed."""

    DOCUMENT = "document"  # on at least one page
    PAGE = "page"  # on every page
    PERSON = "person"  # for every person listed, on some page


class When(StrEnum):
    """The choice of the applicant that brings an item onto the paper."""

    ALWAYS = "always"
    HONSEKI = "honseki"
    RELATION = "relation"
    MY_NUMBER = "my_number"
    KAZEI = "kazei"
    NOZEI = "nozei"


class Who(StrEnum):
    """Whose record has the item at all."""

    ANYONE = "anyone"
    JAPANESE = "japanese"
    FOREIGN = "foreign"


class Lists(StrEnum):
    """Whom a certificate may list."""

    HOLDER = "holder"
    HOUSEHOLD = "household"
    KOSEKI = "koseki"


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of item. `source` names a field: resident.*, seal.*, tax.*, koseki.* or member.*; "" has no value."""

    source: str = ""
    labels: tuple[str, ...] = ()  # as printed beside it; any of them
    format: Format = Format.TEXT
    identity: bool = False  # finding it on a page is evidence of whose page it is
    who: Who = Who.ANYONE
    forms: dict[str, tuple[str, ...]] = {}  # other words the target prints for a value, e.g. "男" = ["男性"]


class Use(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item's use on one certificate."""

    item: str
    per: Per = Per.PERSON
    when: When = When.ALWAYS


class Paper(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One certificate family as the target prints it."""

    titles: tuple[str, ...]  # all that it may carry
    lists: Lists
    items: tuple[Use, ...]
    labels: tuple[str, ...] = ()  # fixed texts on every page: they prove that the text layer decodes
    seal: bool = False  # the holder's seal impression is printed


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All papers of a target."""

    name: str
    items: dict[str, Item]
    papers: dict[Certificate, Paper]
    fillers: tuple[str, ...] = DEFAULT_FILLERS  # what stands in an empty field
    fixed: tuple[str, ...] = ()  # texts of the form that might be taken for somebody's items, e.g. the mayor's name
    issue_number: str = ""  # regular expression with the group `number`, on folded text with single spaces
    page_counter: str = ""  # the same with the groups `page` and `pages`
    variable: tuple[str, ...] = ()  # regular expressions of texts that differ by issue, e.g. a barcode's digits
    labels_needed: float = 0.6  # share of a paper's labels that must decode before its text is trusted
    strange_allowed: float = 0.03  # share of characters outside the known repertoire
    gaiji: dict[str, str] = {}  # register's character → the target's own code point, e.g. "" = "U+E123"

    def paper(self, certificate: Certificate) -> Paper:
        """Return the paper of a certificate; raise UsageError where the profile has none."""
        if certificate not in self.papers:
            have = ", ".join(self.papers) or "none"
            raise UsageError(f"document profile {self.name} has no [papers.{certificate}] (it has: {have}); add one")
        return self.papers[certificate]


def load_profile(name_or_path: str, base: Path | None = None) -> Profile:
    """Load a built-in profile by name, or a TOML file (relative to `base`).

    Raises ConfigError naming file, key and what is allowed.
    """
    if name_or_path in BUILT_IN:
        with resources.as_file(resources.files("harness.reading") / "profiles" / f"{name_or_path}.toml") as path:
            return _validated(path, load_toml(path, Profile))
    path = (base or Path()) / name_or_path
    if not path.exists() and path.suffix != ".toml":
        known = ", ".join((*BUILT_IN, NO_PROFILE))
        raise ConfigError(path, "", f"no such document profile; give a TOML file or one of: {known}")
    return _validated(path, load_toml(path, Profile))


def _validated(path: Path, profile: Profile) -> Profile:
    from harness.reading.sources import check_source

    for name, item in profile.items.items():
        if problem := check_source(item.source):
            raise ConfigError(path, f"items.{name}.source", problem)
    for certificate, paper in profile.papers.items():
        for use in paper.items:
            if use.item not in profile.items:
                allowed = ", ".join(sorted(profile.items))
                raise ConfigError(path, f"papers.{certificate}.items", f"unknown item `{use.item}`; items: {allowed}")
    _check_pattern(path, "issue_number", profile.issue_number, ("number",))
    _check_pattern(path, "page_counter", profile.page_counter, ("page", "pages"))
    for pattern in profile.variable:
        _check_pattern(path, "variable", pattern, ())
    return profile


def _check_pattern(path: Path, key: str, pattern: str, groups: tuple[str, ...]) -> None:
    try:
        known = re.compile(pattern).groupindex
    except re.error as e:
        raise ConfigError(path, key, f"is not a regular expression: {e}") from None
    absent = [g for g in groups if pattern and g not in known]
    if absent:
        raise ConfigError(path, key, f"needs the named group (?P<{absent[0]}>...)")
