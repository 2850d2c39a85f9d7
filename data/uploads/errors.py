"""Errors of uploads."""

from __future__ import annotations

from data.errors import ImportFormatError

__all__ = ["TooLargeError"]


class TooLargeError(ImportFormatError):
    """A file is larger than may be sent."""
