"""Makes `documents/`: what the heavy producers draw. `python make_documents.py [producer ...]`; see README.md.

Contents and places of everything are fixed by `press`; producers write time and random identifiers into their files.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from press.heavy import HEAVY, dumped, redistilled
from press.plan import HEAVY_PLAN, REDISTILLED, record, variants

DOCUMENTS = Path(__file__).parent / "documents"


def main(chosen):
    for producer, originals in HEAVY_PLAN.items():
        if producer in chosen:
            _make(producer, originals)
    if "ghostscript" in chosen:
        _redistill()


def _make(producer, originals):
    for original in originals:
        for name, sheets, truth in variants(original):
            body = HEAVY[producer](sheets, original.layout, original.font)
            _write(producer, name, body, record(original, producer, name, truth))


def _redistill():
    for producer, place, how, text in REDISTILLED:
        original = HEAVY_PLAN[producer][place]
        for name, _, truth in variants(original):
            body = _passed((DOCUMENTS / producer / f"{name}.pdf").read_bytes(), how)
            told = record(original, "ghostscript", f"{how}_{producer}_{name}", truth, text=text)
            _write("ghostscript", f"{how}_{producer}_{name}", body, told)


def _passed(body, how):
    if how == "pdfwrite":
        return redistilled(body)
    if how == "postscript":  # ToUnicode does not survive
        return redistilled(redistilled(body, device="ps2write"))
    if how == "outlines":
        return redistilled(body, "-dNoOutputFonts")
    if how == "grey-image":
        return redistilled(body, "-r150", "-dDownScaleFactor=1", "-sCompression=Flate", device="pdfimage8")
    return redistilled(body, "-r100", "-sCompression=JPEG", device="pdfimage24")


def _write(producer, name, body, truth):
    folder = DOCUMENTS / producer
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.pdf").write_bytes(body)
    (folder / f"{name}.json").write_text(dumped(truth), encoding="utf-8")
    print(producer, name, len(body), flush=True)


if __name__ == "__main__":
    main(set(sys.argv[1:]) or {*HEAVY, "ghostscript"})
