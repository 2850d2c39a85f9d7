"""Who asks: an account, its grants, and how far they reach in the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from data.accounts.roles import ALLOWED, Grant, Permission, Role

__all__ = ["ALL", "EVERYTHING", "NOTHING", "Principal", "Reach"]

ALL = "*"


@dataclass(frozen=True, slots=True)
class Reach:
    """What row security lets through: codes of divisions, or `ALL` alone.

    `scope` is what may be read of plans in force and of the register, `drafts` where
    plans that are not published show, `above` the divisions that only lead there, and
    `audit` where one reads what was done.
    """

    scope: frozenset[str] = frozenset()
    drafts: frozenset[str] = frozenset()
    above: frozenset[str] = frozenset()
    audit: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether nothing of the record is hidden."""
        return ALL in self.scope and ALL in self.drafts

    def settings(self) -> dict[str, str]:
        """Return the transaction-local settings that the policies read."""
        return {
            "app.scope": _listed(self.scope),
            "app.drafts": _listed(self.drafts),
            "app.above": _listed(self.above),
            "app.audit": _listed(self.audit),
        }


NOTHING = Reach()
EVERYTHING = Reach(*[frozenset({ALL})] * 4)


def _listed(codes: frozenset[str]) -> str:
    return ALL if ALL in codes else ",".join(sorted(codes))


@dataclass(frozen=True, slots=True)
class Principal:
    """An account that has come in.

    `limits` are the scopes of the API token it came with, None for a session. `session`
    names the session, `token` the API token; both are numbers, never secrets.
    """

    account: int
    name: str
    display: str
    grants: tuple[Grant, ...] = ()
    limits: frozenset[Permission] | None = None
    session: int | None = None
    token: int | None = None
    must_change: bool = False
    above: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    def may(
        self, permission: Permission, community: str, path: str | None = None
    ) -> bool:
        """Tell whether something may be done in a division; "" is the whole record.

        `path`, the division's place in the tree, helps where it is newer than the
        principal.
        """
        above = (path or "").strip("/").split("/")
        return any(
            grant.covers(community) or grant.division in above
            for grant in self._granting(permission)
        )

    def may_anywhere(self, permission: Permission) -> bool:
        """Tell whether something may be done in any division at all."""
        return any(True for _ in self._granting(permission))

    def where(self, permission: Permission) -> frozenset[str]:
        """Return the divisions in which something may be done, `ALL` for everywhere."""
        grants = list(self._granting(permission))
        if any(grant.whole for grant in grants):
            return frozenset({ALL})
        return frozenset().union(*({g.division} | g.below for g in grants))

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles it holds, each once."""
        return tuple(dict.fromkeys(grant.role for grant in self.grants))

    @property
    def reach(self) -> Reach:
        """How far row security lets it see."""
        return Reach(
            scope=self.where(Permission.READ),
            drafts=self.where(Permission.READ_DRAFTS),
            above=self.above,
            audit=self.where(Permission.READ_AUDIT),
        )

    def _granting(self, permission: Permission) -> Iterable[Grant]:
        if self.limits is not None and permission not in self.limits:
            return ()
        return (grant for grant in self.grants if permission in ALLOWED[grant.role])
