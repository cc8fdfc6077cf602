"""Makes the corpus's documents: contents (`sheets`), layouts (`layouts`, `markup`), producers (`light`, `heavy`).

Nothing of the harness is imported here: what is on a document is known because it was put there.
"""
