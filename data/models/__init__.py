"""The tables of the record."""

from __future__ import annotations

from data.models.base import Base

__all__ = ["Base"]
