"""Faults from outside: links between parts of a target, commands, and what undoes both whatever becomes of honnin."""
