"""Who asks, under the name routes know it by."""

from __future__ import annotations

from data.accounts.principal import Principal
from data.accounts.roles import ALLOWED, Grant, Permission, Role

__all__ = ["ALLOWED", "Grant", "Permission", "Principal", "Role"]
