"""What is kept for a while only: uploads, and the files that jobs made."""

from __future__ import annotations

from typing import Any

import psycopg

__all__ = ["expire"]

_UPLOADS = """
    delete from upload u where u.expires < now() and not exists (
        select from job j where j.state in ('queued', 'running')
        and j.arguments ->> 'upload' = u.id::text)
"""
_FILES = "delete from job_file where expires < now()"


def expire(session: psycopg.Connection[Any]) -> int:
    """Take out what has expired, and return how many things that were."""
    return sum(session.execute(query).rowcount for query in (_UPLOADS, _FILES))
