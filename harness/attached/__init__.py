"""Attaches the target's own log to a run folder: read by a column mapping, kept as rows of the run's time, sealed."""
