"""Records with nothing in them. Tests name the fields they are about; all others have their emptiest value."""

from harness.records.manifest import MANIFEST_VERSION, Manifest
from harness.records.plan import PLAN_VERSION, PlanHeader
from harness.records.resident import Resident, Seal
from harness.records.verdict import VERDICT_VERSION, Exposure, Outcome, Verdict


def plan_header(**fields: object) -> PlanHeader:
    """Return the header of a plan without phases, batches and people, for target "t"."""
    counts = dict.fromkeys(("batches", "applications", "updates", "residents"), 0)
    lists = dict.fromkeys(("phases", "kiosks", "nodes"), ())
    texts = {"scenario": "smoke", "target": "t", "scenario_digest": "", "population_digest": ""}
    return PlanHeader(**({"version": PLAN_VERSION, "seed": 1} | texts | counts | lists | fields))


def manifest(**fields: object) -> Manifest:
    """Return the manifest of run "run" against target "t", whose digests are empty."""
    digests = dict.fromkeys(("scenario_digest", "target_digest", "plan_digest", "population_digest"), "")
    texts = {"run": "run", "honnin": "0", "scenario": "smoke", "target": "t"}
    bare = {"version": MANIFEST_VERSION, "started_wall_ns": 0} | texts | digests
    return Manifest(**(bare | fields))


def verdict(outcome: Outcome = Outcome.PASS, **fields: object) -> Verdict:
    """Return a verdict on run "run" against target "t" that counts nothing and says nothing."""
    names = ("reasons", "next_steps", "scope", "identities", "controls", "nodes", "findings")
    texts = {"run": "run", "honnin": "0", "scenario": "smoke", "target": "t"}
    said = dict.fromkeys(("statement_ja", "statement_en", "inputs_digest"), "")
    times = {"started_wall_ns": 0, "ended_wall_ns": 0}
    bare = {"version": VERDICT_VERSION, "outcome": outcome, "exposure": Exposure(), "bound_per_burst": None}
    return Verdict(**(bare | texts | said | times | dict.fromkeys(names, ()) | fields))


def residents(*keys: str) -> dict[str, Resident]:
    """Return people by key, each alone in a household, who have a name and a registered seal."""
    town, seal = "架空県見本市", Seal(number="S1", registered_on="2020-01-01", diameter_mm=12.0, png_base64="")
    return {k: Resident(key=k, municipality=town, household=f"H{k[1:]}", name=f"見本 {k}", seal=seal) for k in keys}
