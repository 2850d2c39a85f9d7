"""Lines of the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Answer

__all__ = ["Kind", "LogLine"]

Kind = Literal["login", "account", "write", "export", "refusal"]


class LogLine(Answer):
    """One thing that was done, or refused."""

    id: int = Field(description="number of the line; later ones are larger")
    at: datetime = Field(description="when")
    kind: Kind = Field(description="what sort of thing it was")
    action: str = Field(description="insert, update, delete, login, forbidden …")
    account: int | None = Field(description="who; null: nobody had come in")
    display: str = Field(description="name of who, or of the program")
    address: str = Field(description="network address it came from; empty: from here")
    division: str | None = Field(description="code of the division it concerns, if any")
    sentence_zh: str = Field(description="what was done, in Chinese")
    sentence_en: str = Field(description="what was done, in English")
    outcome: Literal["done", "refused", "failed"] = Field(description="how it ended")
