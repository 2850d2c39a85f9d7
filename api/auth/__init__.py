"""Who asks, and whether they may."""

from __future__ import annotations

from api.auth.admission import page_actor, principal_of
from api.auth.principal import ALLOWED, Grant, Permission, Principal, Role

__all__ = [
    "ALLOWED",
    "Grant",
    "Permission",
    "Principal",
    "Role",
    "page_actor",
    "principal_of",
]
