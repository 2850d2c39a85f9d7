"""Roles, and what each may do in the subtree it is given for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

__all__ = ["ALLOWED", "Grant", "Permission", "Role"]


class Role(StrEnum):
    """What somebody is in a division and all below it."""

    administrator = "administrator"
    planner = "planner"
    reviewer = "reviewer"
    commander = "commander"
    handler = "handler"
    grid_head = "grid_head"
    grid_member = "grid_member"
    stairwell_head = "stairwell_head"
    auditor = "auditor"
    guest = "guest"


class Permission(StrEnum):
    """What may be done; the scopes of an API token are of these."""

    READ = "read"
    READ_DRAFTS = "read_drafts"
    EDIT_PLAN = "edit_plan"
    REVIEW_PLAN = "review_plan"
    PUBLISH_PLAN = "publish_plan"
    IMPORT = "import"
    EXPORT = "export"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"


_P = Permission
_READS = frozenset({_P.READ})
ALLOWED: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.administrator: frozenset(Permission),
        Role.planner: frozenset(
            {
                *(_P.READ, _P.READ_DRAFTS, _P.EDIT_PLAN),
                *(_P.PUBLISH_PLAN, _P.IMPORT, _P.EXPORT),
            }
        ),
        Role.reviewer: frozenset(
            {
                *(_P.READ, _P.READ_DRAFTS, _P.REVIEW_PLAN),
                *(_P.PUBLISH_PLAN, _P.EXPORT),
            }
        ),
        Role.commander: _READS | {_P.EXPORT},
        Role.handler: _READS,
        Role.grid_head: _READS,
        Role.grid_member: _READS,
        Role.stairwell_head: _READS,
        Role.auditor: frozenset({_P.READ, _P.READ_DRAFTS, _P.READ_AUDIT, _P.EXPORT}),
        Role.guest: _READS,
    }
)
"""Role → permissions; that nobody approves a plan of their own is up to the plan."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a division and all below it; division "" is the whole record.

    `below` holds the codes of the subtree, the division's own among them: a tree may
    part from what the digits of codes say.
    """

    role: Role
    division: str
    below: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    @property
    def whole(self) -> bool:
        """Whether it reaches the whole record."""
        return self.division == ""

    def covers(self, code: str) -> bool:
        """Tell whether a division lies in the subtree; "" is the whole record."""
        return self.whole or code == self.division or code in self.below
