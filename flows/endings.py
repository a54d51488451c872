"""What a flow that was run in this process ended with, for the command line that started it.

A flow answers with a state: the value it carries is what the run has to tell, "Skipped" means that another run held
the database, and anything else is a fault.
"""

from __future__ import annotations

from typing import TypeVar

from prefect.client.schemas.objects import State

from flows.lock import LockedError

T = TypeVar("T")


def told_by(final: State, kind: type[T]) -> T:
    """The value of a `kind` that a state carries. Raises `LockedError`, or whatever ended the flow."""
    if final.name == "Skipped":
        raise LockedError(final.message)
    result: object = final.result(raise_on_failure=False)
    if isinstance(result, kind):
        return result
    raise result if isinstance(result, BaseException) else RuntimeError(final.message)
