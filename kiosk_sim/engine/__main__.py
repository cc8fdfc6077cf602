"""`python -m kiosk_sim.engine --run DIR --phase P`."""

import sys

from kiosk_sim.engine.program import main

sys.exit(main())
