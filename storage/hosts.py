"""Public hosts that asked for a pause with 429 or 503, remembered from one run to the next.

A pause never outlasts `LONGEST`, whatever the host says, and one that was set at a time still to come is of no account:
the clock has been set back since.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from storage.rows import iso, moment, scrub

LONGEST = timedelta(days=1)

FORGET = "DELETE FROM pauses WHERE until_at <= :now OR set_at > :now"
PAUSE = """INSERT INTO pauses(host, status, set_at, until_at) VALUES (:host, :status, :now, :until)
ON CONFLICT(host) DO UPDATE SET status = excluded.status, set_at = excluded.set_at,
    until_at = max(until_at, excluded.until_at)"""
PAUSED = "SELECT host, until_at FROM pauses WHERE until_at > :now AND set_at <= :now ORDER BY host"


def pause(connection: sqlite3.Connection, hosts: Mapping[str, tuple[datetime, int]], now: datetime) -> None:
    """Remember hosts, each with the time until which it is to be left alone and the status that said so.

    Pauses that are over are forgotten. Of two pauses of one host the later end counts.
    """
    connection.execute(FORGET, {"now": iso(now)})
    for host, (until, status) in sorted(hosts.items()):
        latest = min(aware(until), aware(now) + LONGEST)
        row = {"host": scrub(host), "status": status, "now": iso(now), "until": iso(latest)}
        connection.execute(PAUSE, row)


def pauses(connection: sqlite3.Connection, now: datetime) -> dict[str, datetime]:
    """The hosts to be left alone, each with the time until which."""
    found = connection.execute(PAUSED, {"now": iso(now)})
    return {host: end for host, until in found if (end := moment(until))}


def aware(time: datetime) -> datetime:
    """A time without zone is taken for UTC."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)
