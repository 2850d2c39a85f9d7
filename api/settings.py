"""What the application is told when it is made; nothing is read from outside."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, DirectoryPath, Field

__all__ = ["Settings"]


class Settings(BaseModel):
    """Settings of one application."""

    model_config = ConfigDict(frozen=True)

    pages: DirectoryPath = Field(description="folder of the generated pages")
