"""`fanmill regroup` on the terminal: place the articles of the last days again, and say how many went elsewhere."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from flows.options import FAR_BACK, HOURS_BACK, Config, Database, Json, faults

Hours = Annotated[int, typer.Option(min=1, max=FAR_BACK, help="How many hours to look back")]
Prefect = Annotated[bool, typer.Option(help="Run as a Prefect flow, or plainly without Prefect")]


def regroup(
    *,
    hours: Hours = HOURS_BACK,
    prefect: Prefect = True,
    config: Config = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Find copies anew among the articles of the last days; corrections stay in force. `up` does it every night."""
    from flows.regrouping import regroup as group_again
    from flows.running import configured, find_engine

    with faults():
        found = configured(config, db)
        if prefect:
            find_engine()
            from flows.regroup import run_as_flow

            account = run_as_flow(hours)
        else:
            account = group_again(found, hours)
    print(json.dumps(asdict(account)) if as_json else account.headline())  # noqa: T201 - the terminal is this room's
