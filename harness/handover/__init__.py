"""What workers on other machines are handed, and hand over: HTTPS between `honnin run` and `honnin worker`.

Locust's own channel between machines is plain TCP without authentication; it carries ids and instants only. Plan, cards
and adapter go to a worker, and journal and documents come back, through this room: TLS with a certificate made for one
run, the only one the worker trusts; a token made for one run, in a file; every chunk acknowledged, and resumed after a
cut; digests at the end.
"""
