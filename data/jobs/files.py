"""Files that jobs made, read part by part."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, text

from data.errors import NotFoundError

__all__ = ["file_parts", "file_row"]


def file_row(connection: Connection, job: int) -> Row[Any]:
    """Return name, kind, size and number of parts of the file of a job."""
    row = connection.execute(_ROW, {"job": job}).one_or_none()
    if row is None:
        raise NotFoundError(
            f"任务 {job} 没有可下载的文件，或已过期；请重新生成",
            f"job {job} has no file to download, or it has expired; make it again",
        )
    return row


_ROW = text("""
    select f.name, f.media_type, f.size, (
        select count(*) from job_file_part p where p.job = f.job
    ) as parts
    from job_file f join job j on j.id = f.job
    where f.job = :job and f.expires > now()
""")


def file_parts(connection: Connection, job: int, number: int) -> bytes:
    """Return one part of the file of a job."""
    told = {"job": job, "number": number}
    return bytes(connection.execute(_PART, told).scalar_one())


_PART = text("select data from job_file_part where job = :job and number = :number")
