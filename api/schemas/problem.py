"""The form of every error."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Answer

__all__ = ["Problem"]


class Problem(Answer):
    """An error as RFC 9457 describes it."""

    type: str = Field(description="address that tells about this kind of problem")
    title: str = Field(description="the HTTP status in words")
    status: int = Field(ge=400, le=599, description="the HTTP status")
    code: str = Field(description="stable word for programs, e.g. not_found")
    detail: str = Field(description="what to do, in the language of Accept-Language")
    detail_zh: str = Field(description="what to do, in Chinese")
    detail_en: str = Field(description="what to do, in English")
    instance: str = Field(description="id of the request, also in the log")
