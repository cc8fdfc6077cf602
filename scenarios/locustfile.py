"""Plays a laid-out run under Locust's own command and page: `locust -f scenarios/locustfile.py --run runs/RUN`.

The run is only recorded; `honnin judge runs/RUN` gives the verdict. The page listens on 127.0.0.1 alone.
"""

from kiosk_sim.engine.under_locust import Kiosk, WholePlan

__all__ = ["Kiosk", "WholePlan"]
