"""The people of the corpus, as plain dictionaries, and their seal impressions."""

import base64
import io
import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from PIL import Image

CORPUS = Path(__file__).parents[1]


@cache
def people():
    """Return residents by key."""
    lines = (CORPUS / "population" / "residents.jsonl").read_text(encoding="utf-8").splitlines()
    return {r.key: r for r in (json.loads(line, object_hook=lambda d: SimpleNamespace(**d)) for line in lines)}


@cache
def registers():
    """Return family registers by key."""
    lines = (CORPUS / "population" / "koseki.jsonl").read_text(encoding="utf-8").splitlines()
    return {k.key: k for k in (json.loads(line, object_hook=lambda d: SimpleNamespace(**d)) for line in lines)}


def household(key):
    """Return the keys of a resident's household in the order of the register."""
    home = people()[key].household
    return [r.key for r in people().values() if r.household == home]


@cache
def seal_picture(key):
    """Return a resident's registered seal impression, 1 bit."""
    return Image.open(io.BytesIO(seal_png(key)))


def seal_png(key):
    """Return the same as PNG bytes."""
    return base64.b64decode(people()[key].seal.png_base64)
