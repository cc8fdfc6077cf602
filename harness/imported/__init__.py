"""Histories that something else recorded: read from JSON Lines (docs/import.md) and laid out as run folders."""
