"""Who tries too often waits: by account and by address, longer each time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, text

from data.errors import TooManyAttemptsError

__all__ = ["FREE_BY_ADDRESS", "FREE_BY_NAME", "begin_try", "forgive", "take_back"]

FREE_BY_NAME, FREE_BY_ADDRESS = 5, 30
"""Failures that cost no wait; an office may share one address."""
FIRST_WAIT_S, LONGEST_WAIT_S = 15, 15 * 60
"""The wait doubles from the first to the longest. It is not longer, so that nobody can
shut another out for a day."""
FORGOTTEN = timedelta(days=1)
"""Failures older than that no longer count."""


def keys_of(name: str, address: str) -> list[tuple[str, int]]:
    """Return what a try is counted under, and how many are free there."""
    return [
        (f"name:{name}", FREE_BY_NAME),
        (f"address:{address}", FREE_BY_ADDRESS),
    ]


def begin_try(door: Connection, name: str, address: str) -> None:
    """Count a try before it is judged, so that many at once cannot slip through.

    One that has to wait is refused, and does not make the wait longer.
    """
    for key, free in keys_of(name, address):
        door.execute(_ROW, {"key": key})
        row = door.execute(_STATE, {"key": key}).one()
        if row.wait > 0:
            raise _wait(int(row.wait) + 1)
        failures = 1 if row.is_old else row.failures + 1
        beyond = min(failures - free, 20)
        seconds = min(FIRST_WAIT_S * 2**beyond, LONGEST_WAIT_S) if beyond >= 0 else 0
        values = {"key": key, "failures": failures, "wait": timedelta(seconds=seconds)}
        door.execute(_COUNT, values)


def take_back(door: Connection, name: str, address: str) -> None:
    """Do not count a try that was right so far."""
    keys = [key for key, _ in keys_of(name, address)]
    door.execute(_TAKE_BACK, {"keys": keys})


def forgive(door: Connection, names: Sequence[str]) -> None:
    """Forget the failures of accounts."""
    door.execute(_FORGIVE, {"keys": [f"name:{name}" for name in names]})


def _wait(seconds: int) -> TooManyAttemptsError:
    minutes, rest = divmod(seconds, 60)
    zh = f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
    en = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return TooManyAttemptsError(
        f"试错太多了；请等 {zh}后再试", f"too many tries failed; wait {en}", seconds
    )


_ROW = text(
    "insert into login_failure (key, failures, last) values (:key, 0, now()) "
    "on conflict do nothing"
)
_STATE = text(
    f"""
    select failures, last < now() - interval '{FORGOTTEN.days} day' as is_old,
           coalesce(extract(epoch from until - clock_timestamp()), 0) as wait
    from login_failure where key = :key for update
    """
)
_COUNT = text(
    """
    update login_failure set failures = :failures, last = now(),
        until = clock_timestamp() + :wait
    where key = :key
    """
)
_TAKE_BACK = text(
    """
    update login_failure set failures = greatest(failures - 1, 0), until = null
    where key = any(:keys)
    """
)
_FORGIVE = text("delete from login_failure where key = any(:keys)")
