"""The nightly repair of groups of copies as a Prefect flow, with one artifact.

    prefect deployment run regroup/default -p hours=240

`fanmill up` serves it at a quarter past three in the morning, UTC. It is one task's worth of work, so there is none.
"""

from __future__ import annotations

from typing import Annotated

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed
from pydantic import Field

from config.load import find_folder, load
from flows.endings import told_by
from flows.lock import LockedError
from flows.options import FAR_BACK, HOURS_BACK
from flows.regrouping import Account
from flows.regrouping import regroup as group_again


@flow(name="regroup", persist_result=False)
def regroup(hours: Annotated[int, Field(ge=1, le=FAR_BACK)] = HOURS_BACK) -> State:
    """Place the articles of the last days again, so that a copy that came late or a footer learnt since is heeded.

    Args:
        hours: How far to look back.

    """
    try:
        account = group_again(load(find_folder()), hours)
    except LockedError as error:
        return Completed(name="Skipped", message=str(error))
    create_markdown_artifact(key="regroup-summary", markdown=account.headline())
    return Completed(message=account.headline(), data=account)


def run_as_flow(hours: int) -> Account:
    """Run the flow in this process and give its account; for the command line.

    Raises what `flows.regrouping.regroup` raises. Without a server in reach Prefect starts one for the time.
    """
    return told_by(regroup(hours, return_state=True), Account)
