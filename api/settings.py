"""What the application is told when it is made; nothing is read from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, DirectoryPath, Field, FilePath

from data.settings import StoreSettings

__all__ = ["Settings"]


class Settings(BaseModel):
    """Settings of one application."""

    model_config = ConfigDict(frozen=True)

    pages: DirectoryPath | None = Field(
        default=None, description="folder of the generated pages"
    )
    store: StoreSettings | None = Field(
        default=None, description="database of the record; None serves pages only"
    )
    demo: Path | None = Field(
        default=None, description="log-ins of the made-up town, whose names are told"
    )
    trust: FilePath | None = Field(
        default=None, description="certificate of our authority, for /trust"
    )
    hsts_s: int = Field(
        default=0,
        ge=0,
        description="how long browsers are told to come by HTTPS only; 0: not told",
    )
    hosts: tuple[str, ...] = Field(
        default=(),
        description="names this service answers to; empty: to any Host",
    )
    statement_timeout_s: float = Field(
        default=10.0, gt=0, description="longest time a question to the record may take"
    )
    redraw_timeout_s: float = Field(
        default=30.0,
        gt=0,
        description="longest time an edit may draw grids, holding the lock of its plan",
    )
    patience_s: float = Field(
        default=3.0,
        ge=0,
        description="how long a request waits for a database that starts or is busy",
    )
    pool_size: int = Field(
        default=20, ge=1, description="connections to the database at one time"
    )
