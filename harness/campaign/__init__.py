"""From a scenario that people edit to a plan that is played: phases, gaps, placement, who asks what and where."""

from harness.campaign.compile import compile_plan, pool_of
from harness.campaign.scenario import Scenario, find_scenario, load_scenario, scenario_names
from harness.journal.plan_file import read_plan, write_plan

__all__ = [
    "Scenario",
    "compile_plan",
    "find_scenario",
    "load_scenario",
    "pool_of",
    "read_plan",
    "scenario_names",
    "write_plan",
]
