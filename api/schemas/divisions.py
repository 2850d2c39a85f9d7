"""Divisions: districts, streets, communities."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Answer, Bbox
from api.schemas.plans import GridCounts

__all__ = ["Day", "Days", "Division", "DivisionProperties", "Level"]

Level = Literal["city", "district", "street", "community"]


class Division(Answer):
    """A node of the administrative tree 行政区划."""

    code: str = Field(description="code, 4, 6, 9 or 12 digits")
    parent: str | None = Field(description="code of the division above; null on top")
    level: Level = Field(description="city, district, street 街道 or community 社区")
    name: str = Field(description="name")
    bbox: Bbox | None = Field(
        description="west, south, east, north in degrees; null if not known"
    )
    communities: int = Field(description="communities in it, itself included")
    planned: int = Field(description="communities that have a plan in force on the day")


class Ancestor(Answer):
    """A division above another."""

    code: str = Field(description="code")
    level: Level = Field(description="level")
    name: str = Field(description="name")


class Figures(Answer):
    """What a division holds, by the plans in force on a day."""

    grids: GridCounts = Field(description="number of grids by type")
    households: int = Field(description="households 户 of all grids")
    out_of_band: int = Field(description="resident grids out of their band")
    devices: int = Field(description="devices 设备 in the register")
    spaces: int = Field(description="activity spaces 活动空间 in the register")


class DivisionProperties(Division):
    """A division with what lies above it and what is in it."""

    ancestors: list[Ancestor] = Field(description="divisions above it, the top first")
    figures: Figures = Field(description="what it holds on the day")


class Day(Answer):
    """A day on which plans took effect."""

    date: datetime.date = Field(description="the day")
    plans: int = Field(description="number of plans that took effect")


class Days(Answer):
    """Days to travel to."""

    items: list[Day] = Field(description="the days, the earliest first")
