"""The room that does things: polls feeds, runs the mill, schedules it, answers on the terminal.

The only place that knows Prefect, HTTP, processes, the clock and the terminal. The pipeline itself (`flows.pipeline`)
is plain Python; `flows.ingest` hands it to Prefect.
"""

import os

# Prefect reads both when it is imported, and would otherwise report to its maker.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
