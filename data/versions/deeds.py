"""What a person may do to a version, and why not."""

from __future__ import annotations

from collections.abc import Set

from data.accounts.roles import Permission
from data.versions.overview import Version

__all__ = ["DEEDS", "why_not"]

DEEDS = (
    *("copy", "rename", "delete", "edit", "submit", "withdraw"),
    *("approve", "return", "publish", "comment"),
)
Words = tuple[str, str]

_NEEDS = {
    "approve": Permission.REVIEW_PLAN,
    "return": Permission.REVIEW_PLAN,
    "publish": Permission.PUBLISH_PLAN,
    "comment": Permission.READ_DRAFTS,
}
_LACKING: dict[Permission, Words] = {
    Permission.EDIT_PLAN: (
        "您没有在本社区编辑方案的权限",
        "you may not edit plans of this community",
    ),
    Permission.REVIEW_PLAN: (
        "您没有审核本社区方案的权限",
        "you may not review plans of this community",
    ),
    Permission.PUBLISH_PLAN: (
        "您没有发布本社区方案的权限",
        "you may not publish plans of this community",
    ),
    Permission.READ_DRAFTS: (
        "您没有查看草稿的权限",
        "you may not see drafts of this community",
    ),
}
_IN_REVIEW = ("正在审核，请先撤回送审", "it is under review; withdraw it first")
_PUBLISHED = (
    "方案已经发布，不能改动；请复制为草稿",
    "it was published and cannot change; copy it to a draft",
)
_NOT_IN_REVIEW = ("方案不在审核中", "it is not under review")
_OWN = (
    "这份方案由您送审或最后修改，要由另一人审核",
    "you submitted it or edited it last; another person has to approve it",
)
_APPROVED = ("已经审核通过", "it is approved already")
_NOT_APPROVED = (
    "要先由另一人审核通过",
    "another person has to approve it first",
)
_NOT_SENT = (
    "草稿要先送审并由另一人通过",
    "a draft is sent for review and approved by another person first",
)


def why_not(
    deed: str, version: Version, *, permissions: Set[Permission], account: int
) -> Words | None:
    """Return why a person cannot do something to a version, None if they can."""
    needed = _NEEDS.get(deed, Permission.EDIT_PLAN)
    if needed not in permissions:
        return _LACKING[needed]
    if deed in ("copy", "comment"):
        return None
    if version.status in ("published", "archived"):
        return _PUBLISHED
    if deed in ("rename", "delete", "edit", "submit"):
        return _IN_REVIEW if version.status == "review" else None
    return _under_review(deed, version, account)


def _under_review(deed: str, version: Version, account: int) -> Words | None:
    if deed == "publish":
        if version.stage == "approved":
            return None
        return _NOT_APPROVED if version.status == "review" else _NOT_SENT
    if version.status != "review":
        return _NOT_IN_REVIEW
    if deed != "approve":
        return None
    if version.stage == "approved":
        return _APPROVED
    done = (version.submitted, version.edited)
    return _OWN if any(each and each.account == account for each in done) else None
