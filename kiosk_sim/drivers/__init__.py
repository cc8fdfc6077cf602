"""Drivers: they put one request on the wire for one journaled send, and play sessions. No Locust in here."""
