"""The family of errors that the pure packages raise."""

from __future__ import annotations

__all__ = [
    "CRSError",
    "CommunityGridError",
    "CoverageError",
    "GeometryError",
    "PlanError",
]


class CommunityGridError(Exception):
    """Root of every error this platform raises on purpose.

    Parameters
    ----------
    message : str
        In English: the thing, its value and the cure.
    zh : str, optional
        The same in Chinese, for what a planner can come across.
    """

    def __init__(self, message: str = "", zh: str = "") -> None:
        super().__init__(message, zh)
        self.message_en = message
        self.message_zh = zh or message

    def __str__(self) -> str:
        return self.message_en


class CRSError(CommunityGridError):
    """A layer has no CRS, or one that does not fit the work."""


class GeometryError(CommunityGridError):
    """A geometry cannot be used as it is."""


class CoverageError(CommunityGridError):
    """Polygons leave a gap, overlap, or do not match at their edges."""


class PlanError(CommunityGridError):
    """A plan breaks one of its promises."""
