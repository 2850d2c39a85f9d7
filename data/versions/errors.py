"""What keeps a plan from going on."""

from __future__ import annotations

from data.errors import ConflictError

__all__ = ["NotReadyError"]


class NotReadyError(ConflictError):
    """A plan cannot be sent for review: its certificate is not valid."""
