"""The engine: Locust users as kiosks, and the coordinator that gives them their customers.

The only package that imports locust and gevent. Importing it patches sockets, threads and sleep for the whole
process, which is why it comes first here and why only the engine's own process ever imports it.
"""

import locust  # noqa: F401  patches on import
