"""Carries a run from its inputs to a judged folder: prepares it, starts the programs, follows the journal, judges."""
