"""The final judge: pure checks composed over a run folder, the two identities, and the one rule to a verdict."""

from harness.judge.run import judge_run

__all__ = ["judge_run"]
