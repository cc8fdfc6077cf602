"""A reference issuing system to test against: a centre, issuing-server nodes, a register, a print spool.

A separate system, as a vendor's is: it imports nothing of honnin and loads only exported files.
"""

__version__ = "0.1.0"
