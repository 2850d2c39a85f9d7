"""The certificate: what was proven of a plan."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Answer

__all__ = ["CertificateDocument"]


class FoundThing(Answer):
    """One thing a check found, with its place."""

    kind: str = Field(description="stable word: gap, overlap, outside, edge, parts, …")
    zh: str = Field(description="the sentence in Chinese")
    en: str = Field(description="the sentence in English")
    grids: list[str] = Field(description="codes of the grids concerned")
    measure: float = Field(
        description="m², metres or households, as the kind has it; 0 if not measured"
    )
    xy: tuple[float, float] | None = Field(
        description="place in the metric CRS, in metres; null if it has none"
    )
    lonlat: tuple[float, float] | None = Field(
        description="longitude and latitude in degrees; null if it has none"
    )


class CheckResult(Answer):
    """One of the six checks."""

    code: str = Field(
        description="seamless, connected, households, bounds, seams or codes"
    )
    rule: str = Field(description="number of the rule it proves")
    title_zh: str = Field(description="title in Chinese")
    title_en: str = Field(description="title in English")
    ok: bool = Field(description="true if there is no fault")
    figures: dict[str, float] = Field(
        description="what was counted and measured; names end in their unit"
    )
    fault_count: int = Field(description="number of faults")
    remark_count: int = Field(description="number of remarks")
    faults: list[FoundThing] = Field(description="faults, largest first, at most 200")
    remarks: list[FoundThing] = Field(description="remarks, largest first, at most 200")
    found_zh: str = Field(description="what was found, a sentence in Chinese")
    found_en: str = Field(description="what was found, a sentence in English")
    short_zh: str = Field(description="what was found, a few words in Chinese")
    short_en: str = Field(description="what was found, a few words in English")


class CertificateDocument(Answer):
    """What was proven of a plan from the geometry in the record."""

    plan: int = Field(description="number of the plan")
    row_version: int = Field(description="version of the plan that was proven")
    checked: datetime = Field(description="when it was proven")
    code: str = Field(description="code of the community")
    name: str = Field(description="name of the community")
    ok: bool = Field(description="true if all checks passed")
    verdict: Literal["valid", "valid_with_exceptions", "invalid"] = Field(
        description="the result in one word"
    )
    exceptions: int = Field(
        description="resident grids out of band that carry a reason"
    )
    low: int = Field(description="least households of a resident grid")
    high: int = Field(description="most households of a resident grid")
    crs: str = Field(description="name of the CRS of all measures")
    plan_hash: str = Field(description="SHA-256 of the grids, hexadecimal")
    inputs_digest: str = Field(description="SHA-256 of the sources, hexadecimal")
    checks: list[CheckResult] = Field(description="the six checks")
    communities: list[dict[str, object]] = Field(
        description="always empty: a plan is of one community"
    )
