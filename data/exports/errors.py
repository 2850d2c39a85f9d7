"""Why an export cannot be made here and now."""

from __future__ import annotations

from data.errors import ParameterError
from gis.errors import CommunityGridError

__all__ = ["ExportBusyError", "ExportTooLargeError"]


class ExportTooLargeError(ParameterError):
    """Too much to wait for: a job can make it, or less has to be asked for."""


class ExportBusyError(CommunityGridError):
    """Others are being made just now."""

    def __init__(self) -> None:
        super().__init__(
            "other exports are being made just now; try again in a moment",
            "正在导出的人较多；请稍后重试",
        )
