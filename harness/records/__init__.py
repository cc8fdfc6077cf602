"""Frozen records that all rooms share, without input or output. One module per concept."""
