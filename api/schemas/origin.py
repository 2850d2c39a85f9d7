"""Whose data it is."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Answer

__all__ = ["Origin"]


class Origin(Answer):
    """What whoever shows the data has to say."""

    made_up: bool = Field(description="true if the data is made up, to try with")
    attribution: str = Field(description="whose data it is; empty where nobody said")
