"""Whole-command tests: the real command line against a served reference issuer, on loopback."""

import importlib.util
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.campaign import find_scenario
from harness.embedded import SCALED, issuer, target_toml

QUICK = """
name = "quick"
title_ja = "短時間"
title_en = "Quick"
kiosks = 8

[[phase]]
kind = "solo"
phase = "P0"
title_ja = "単独"
title_en = "Alone"
certificates = ["juminhyo", "inkan"]

[[phase]]
kind = "pairs"
phase = "P2"
title_ja = "2者"
title_en = "Pairs"
pairs = 10
gap_ms = [0.05, 300.0]
parallel = 2
think_ms = [50, 200]

[[phase]]
kind = "bursts"
phase = "P3"
title_ja = "同時"
title_en = "Bursts"
sizes = [4, 8]
"""


# One certificate and many small batches: a batch torn by an interruption is void, and few of many may be.
INTERRUPTIBLE = """
name = "interruptible"
title_ja = "中断"
title_en = "Interruptible"
kiosks = 8
certificates = ["juminhyo"]

[[phase]]
kind = "solo"
phase = "P0"
title_ja = "単独"
title_en = "Alone"
think_ms = [100, 150]

[[phase]]
kind = "pairs"
phase = "P2"
title_ja = "2者"
title_en = "Pairs"
pairs = 36
gap_ms = [0.05, 50.0]
atoms_ms = [0.0]
parallel = 2
think_ms = [5, 20]

[[phase]]
kind = "bursts"
phase = "P3"
title_ja = "同時"
title_en = "Bursts"
sizes = [8]
"""

FEW = """
name = "few"
title_ja = "少し"
title_en = "Few"
kiosks = 4
certificates = ["juminhyo", "inkan"]

[[phase]]
kind = "bursts"
phase = "P3"
title_ja = "同時"
title_en = "Bursts"
sizes = [6]
"""


# Every change is played twice, before and after it is made: eight changes.
CHANGES = """
name = "changes"
title_ja = "変更"
title_en = "Changes"
kiosks = 4
certificates = ["juminhyo", "inkan"]

[[phase]]
kind = "updates"
phase = "P5"
title_ja = "登録内容の変更"
title_en = "Changes"
cancelled_seals = 2
moves = 2
"""


# `go-live` with every phase of it, and less of each: what its phases cannot do is to show before people meet it.
LESS_GO_LIVE = [
    ("certificates_each = 1\n", 'certificates_each = 1\nabort_steps = ["apply"]\n'),
    ('abort_steps = ["authenticate", "apply", "collect"]\ncertificates_each = 2', 'abort_steps = ["collect"]'),
    ("sizes = [8, 24]\nrounds = 2", "sizes = [8]\nrounds = 1"),
    ("pairs = 60\n", "pairs = 8\n"),
    ("sizes = [2, 4, 8, 16, 32]", "sizes = [4, 8]"),
    ("sizes = [12]\nalike", "sizes = [4]\nalike"),
    ("sizes = [8]\nrounds = 2\nper_minute = 8", "sizes = [4]\nrounds = 1\nper_minute = 30"),
    ("pairs = 24\n", "pairs = 4\n"),
    ("pairs = 10\nfillers = 3", "pairs = 1\nfillers = 1"),
    ("ramp = [8, 24, 72]\nkiosks = 140\nper_kiosk = 2\nrounds = 2\n", "ramp = [4]\nkiosks = 12\nper_kiosk = 1\n"),
    ("enough = 40\nchanges = 60", "enough = 4\nchanges = 4"),
    ("cancelled_seals = 3\nmoves = 3\nfamilies = 2\n", "cancelled_seals = 1\nmoves = 1\nfamilies = 1\n"),
    ("in_flight = 8", "in_flight = 2"),
    ("rounds = 3\nfillers = 2", "rounds = 1\nfillers = 1"),
    ("per_second = 8\nseconds = 8", "per_second = 4\nseconds = 3"),
]


def less_go_live() -> str:
    text = find_scenario("go-live").read_text(encoding="utf-8")
    for old, new in LESS_GO_LIVE:
        assert old in text, old
        text = text.replace(old, new)
    return text


class Site:
    """A population, its cards, and one served issuer."""

    def __init__(self, folder: Path, ready: dict):
        self.folder = folder
        self.ready = ready
        self.target = folder / "target.toml"
        self.aim(ready["url"])
        self.quick = folder / "quick.toml"
        self.quick.write_text(QUICK, encoding="utf-8")
        self.go_live = folder / "go-live.toml"
        self.go_live.write_text(less_go_live(), encoding="utf-8")
        self.interruptible = folder / "interruptible.toml"
        self.interruptible.write_text(INTERRUPTIBLE, encoding="utf-8")
        self.few = folder / "few.toml"
        self.few.write_text(FEW, encoding="utf-8")
        self.changes = folder / "changes.toml"
        self.changes.write_text(CHANGES, encoding="utf-8")
        self.out = folder / "runs"

    def aim(self, url, *more):
        """Write the target file: the issuer, reached at `url`; `more` are lines of its [limits], then other tables."""
        limits = "\n".join(line for line in more if not line.lstrip().startswith("["))
        tables = "\n".join(table for table in more if table.lstrip().startswith("["))
        text = target_toml({**self.ready, "url": url})
        if limits:
            text = text.replace("answer_s = 20.0\ndocument_s = 20.0\n", f"{limits}\n")
        self.target.write_text(f"{text}\n{tables}\n", encoding="utf-8")

    def debug_log(self):
        """The issuer's own truth, which the harness never reads."""
        lines = [
            line
            for path in (self.folder / "issuer" / "debug").glob("*.jsonl")
            for line in path.read_bytes().splitlines()
        ]
        return [json.loads(line) for line in lines]


ENVIRONMENT = {**os.environ, "LANG": "C.UTF-8"}


@pytest.fixture(scope="session")
def honnin():
    """Run the command line; return the finished process."""

    def call(*arguments, **more):
        command = [sys.executable, "-m", "harness.cli", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, **more)

    return call


class Playing:
    """A `honnin` at work: what it says on standard error, as it says it."""

    def __init__(self, arguments, largest_file=None):
        command = [sys.executable, "-m", "harness.cli", *map(str, arguments)]
        if largest_file is not None:
            command = ["sh", "-c", f'ulimit -f {largest_file // 512}; exec "$@"', "sh", *command]
        self.process = subprocess.Popen(
            command,
            env=ENVIRONMENT,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.said = ""
        self._lines = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with self.process.stderr as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put("")

    def until(self, text, within_s=90):
        """Wait until it says `text`."""
        by = time.monotonic() + within_s
        while text not in (line := self._lines.get(timeout=max(0.01, by - time.monotonic()))):
            assert line, f"ended without saying {text!r}; it said:\n{self.said}"
            self.said += line

    def send(self, number, *, to_group=False):
        """Signal the supervisor alone, or everything in its process group as a terminal does."""
        (os.killpg if to_group else os.kill)(self.process.pid, number)

    def end(self, within_s):
        """Wait for its end; return the exit code."""
        code = self.process.wait(timeout=within_s)
        while line := self._lines.get(timeout=10):
            self.said += line
        assert "Traceback" not in self.said, self.said
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def begin():
    """Start the command line and return it while it is at work; the caller waits for its end."""
    return lambda *arguments, **more: Playing(arguments, **more)


@pytest.fixture
def start(begin):
    """Start the command line and return it while it is at work; whatever still runs is ended afterwards."""
    started = []

    def call(*arguments, **more):
        started.append(begin(*arguments, **more))
        return started[-1]

    yield call
    for playing in started:
        playing.kill()


def wait_until(holds, within_s=90, every_s=0.01):
    """Wait until `holds()` returns something true, and return it."""
    by = time.monotonic() + within_s
    while not (found := holds()):
        assert time.monotonic() < by, f"not within {within_s} s"
        time.sleep(every_s)
    return found


@pytest.fixture(scope="session")
def wait():
    return wait_until


def segments_with(out, pattern, tag):
    """Return the journal segments of the only run under `out` that match and hold a record of this kind."""
    marked = f'"t":"{tag}"'.encode()
    return [p for p in Path(out).glob(f"*/segments/{pattern}.journal") if marked in p.read_bytes()]


@pytest.fixture(scope="session")
def recorded():
    return segments_with


@pytest.fixture(scope="session")
def play(honnin):
    """Play a scenario against a site; return (exit code, verdict, run folder, standard error)."""

    def call(site, scenario=None, *more):
        out = site.folder / "runs"
        done = honnin("run", scenario or site.quick, "--target", site.target, "--out", out, "--json", *more)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout), newest_run(out), done.stderr

    return call


@pytest.fixture(scope="session")
def clean(serve, play, tmp_path_factory):
    """A run of every phase of `go-live` against an issuer without defects, for all who only look at it."""
    with serve(tmp_path_factory.mktemp("clean")) as site:
        code, verdict, run, _ = play(site, site.go_live)
    return SimpleNamespace(site=site, code=code, verdict=verdict, run=run)


@pytest.fixture
def judge_as_if(honnin, tmp_path):
    """Judge a copy of a run as if its target file had always said `new` for `old`; return (exit code, verdict)."""

    def call(run, old, new):
        copy = shutil.copytree(run, tmp_path / f"as-if-{run.name}")
        target, manifest = copy / "target.toml", copy / "manifest.json"
        said = target.read_text(encoding="utf-8")
        assert old in said
        target.write_text(said.replace(old, new), encoding="utf-8")
        told = json.loads(manifest.read_bytes()) | {"target_digest": sha256(target.read_bytes()).hexdigest()}
        manifest.write_text(json.dumps(told), encoding="utf-8")
        done = honnin("judge", copy, "--json", "--quiet")
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)

    return call


def newest_run(out):
    return max((p.parent for p in Path(out).glob("*/manifest.json")), key=lambda p: p.name)


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    """A folder with 60 residents and their cards, made once."""
    from harness.population import load, make_population, save
    from kiosk_sim.cards import Algorithm, make_cards

    folder = tmp_path_factory.mktemp("people")
    save(make_population(7, 60), folder / "population")
    make_cards(load(folder / "population").residents, folder / "cards", algorithm=Algorithm.P_384)
    return folder


@contextmanager
def serve_issuer(people, folder, *options, nodes=2):
    for name in ("population", "cards"):
        if not (folder / name).exists():
            (folder / name).symlink_to(people / name)
    with issuer(folder, nodes, *SCALED, *options) as ready:
        yield Site(folder, ready)


@pytest.fixture(scope="session")
def serve(people):
    """Serve an issuer from a folder: `with serve(folder) as site`."""
    return partial(serve_issuer, people)


@pytest.fixture
def site(serve, tmp_path):
    """Serve an issuer: `with site("--defect", "D02", nodes=2) as s`."""
    return partial(serve, tmp_path)


@pytest.fixture(scope="session")
def hostile():
    """The module `hostile/front.py`: Front, which stands before an issuer, and its manners."""
    spec = importlib.util.spec_from_file_location("honnin_hostile", Path(__file__).parent / "hostile" / "front.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
