"""Hypothesis strategies that several tests share."""

from __future__ import annotations

__all__: list[str] = []
