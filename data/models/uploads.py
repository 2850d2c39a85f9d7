"""Files that somebody uploaded, until they are taken in or expire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Key, Moment, one_of

__all__ = ["Upload", "UploadPart", "UploadRow"]

STATES = ("receiving", "stored", "imported")


class Upload(Base):
    """One file as it came: nothing in it is believed."""

    __tablename__ = "upload"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("size >= 0", "size"),
        Index(None, "account"),
        Index(None, "expires"),
    )

    id: Mapped[Key]
    account: Mapped[int | None] = mapped_column(comment="who sent it")
    division: Mapped[str] = mapped_column(
        server_default="", comment="code of the division it is for; empty: all"
    )
    name: Mapped[str] = mapped_column(comment="as the sender calls it, cleaned")
    state: Mapped[str] = mapped_column(server_default="receiving")
    size: Mapped[int] = mapped_column(server_default="0", comment="bytes")
    digest: Mapped[str] = mapped_column(server_default="", comment="SHA-256")
    made: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    expires: Mapped[Moment]
    inspection: Mapped[dict[str, Any] | None] = mapped_column(
        comment="what was found in it"
    )
    choices: Mapped[dict[str, Any] | None] = mapped_column(
        comment="how it is to be read, as last checked"
    )
    report: Mapped[dict[str, Any] | None] = mapped_column(
        comment="what the check of these choices found"
    )


class UploadPart(Base):
    """A part of the file, in order."""

    __tablename__ = "upload_part"

    upload: Mapped[int] = mapped_column(
        ForeignKey("upload.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes]


class UploadRow(Base):
    """A remark on one row, found by the last check."""

    __tablename__ = "upload_row"

    upload: Mapped[int] = mapped_column(
        ForeignKey("upload.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file: Mapped[str]
    layer: Mapped[str]
    row: Mapped[int | None] = mapped_column(comment="null: the layer as a whole")
    field: Mapped[str]
    code: Mapped[str]
    message_zh: Mapped[str]
    message_en: Mapped[str]
