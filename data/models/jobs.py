"""Long work that survives a restart."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Key, Moment, one_of

__all__ = ["Job", "JobFile", "JobFilePart", "JobItem"]

STATES = ("queued", "running", "done", "failed", "cancelled")


class Job(Base):
    """A piece of work: what to do, how far it is, how it ended."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("progress between 0 and 1", "progress"),
        one_of("state", STATES),
        # Of the same work, one at a time.
        Index(
            "uq_job_key_open",
            "key",
            unique=True,
            postgresql_where=text("state in ('queued', 'running')"),
        ),
        Index(None, "state", "made"),
        Index(None, "account"),
        Index(
            "ix_job_division",
            "division",
            postgresql_ops={"division": "text_pattern_ops"},
        ),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    key: Mapped[str | None] = mapped_column(comment="e.g. draw:370115001002")
    division: Mapped[str] = mapped_column(
        server_default="", comment="code of the division it works on; empty: all"
    )
    account: Mapped[int | None] = mapped_column(comment="who asked for it")
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="queued")
    progress: Mapped[float] = mapped_column(server_default="0")
    message_zh: Mapped[str] = mapped_column(
        server_default="", comment="what it does just now"
    )
    message_en: Mapped[str] = mapped_column(server_default="")
    stop_asked: Mapped[bool] = mapped_column(server_default="false")
    attempts: Mapped[int] = mapped_column(
        server_default="0", comment="begun since the last piece that was finished"
    )
    made: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    started: Mapped[Moment | None]
    heartbeat: Mapped[Moment | None]
    finished: Mapped[Moment | None]
    result: Mapped[dict[str, Any] | None]
    error_zh: Mapped[str | None]
    error_en: Mapped[str | None]


class JobItem(Base):
    """A piece of a job that is finished, written in the transaction that did it."""

    __tablename__ = "job_item"

    job: Mapped[int] = mapped_column(
        ForeignKey("job.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(primary_key=True, comment="e.g. a community")
    result: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )


class JobFile(Base):
    """A file that a job made, to be downloaded until it expires."""

    __tablename__ = "job_file"

    job: Mapped[int] = mapped_column(
        ForeignKey("job.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(comment="bytes")
    expires: Mapped[Moment]


class JobFilePart(Base):
    """A part of such a file, in order."""

    __tablename__ = "job_file_part"

    job: Mapped[int] = mapped_column(
        ForeignKey("job_file.job", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes]
