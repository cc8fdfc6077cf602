"""Targets: how one system under test is spoken to. A plug-in imports `actions`, `order` and `adapter`, nothing else."""
