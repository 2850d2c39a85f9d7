"""How coming in is refused."""

from __future__ import annotations

from data.errors import (
    ForbiddenError,
    NotSignedInError,
    ParameterError,
    TooManyAttemptsError,
)

__all__ = [
    "AccountLockedError",
    "CodeNeededError",
    "CrossSiteError",
    "ForbiddenError",
    "MustChangePasswordError",
    "NotSignedInError",
    "TooManyAttemptsError",
    "WeakPasswordError",
    "WrongCodeError",
    "WrongLoginError",
    "WrongPasswordError",
]


class WrongLoginError(NotSignedInError):
    """Name or password is wrong; which of the two is not told."""

    def __init__(self) -> None:
        super().__init__("账号或密码不对", "the account or the password is wrong")


class CodeNeededError(NotSignedInError):
    """The password is right; the second factor is still to come."""

    def __init__(self) -> None:
        super().__init__(
            "请再输入验证器上的六位数字，或一个恢复码",
            "now give the six digits of your authenticator, or a recovery code",
        )


class WrongCodeError(NotSignedInError):
    """The second factor does not fit, or was used before."""

    def __init__(self) -> None:
        super().__init__(
            "验证码不对，或已用过；请等下一个",
            "the code is wrong or was used before; wait for the next one",
        )


class AccountLockedError(ForbiddenError):
    """The account is locked; told only to who knows its password."""

    def __init__(self) -> None:
        super().__init__(
            "这个账号已停用；请找管理员",
            "this account is locked; ask an administrator",
        )


class CrossSiteError(ForbiddenError):
    """A write that did not begin on a page of ours."""

    def __init__(self) -> None:
        super().__init__(
            "请求不是从本站页面发出的，或页面太旧；请刷新后重试",
            "the request did not begin on a page of this service, or the page is "
            "old; reload it and try again",
        )


class MustChangePasswordError(ForbiddenError):
    """The password was set by another and has to be changed first."""

    def __init__(self) -> None:
        super().__init__(
            "请先修改密码：现在的密码是管理员设的",
            "change your password first: an administrator set the present one",
        )


class WrongPasswordError(ForbiddenError):
    """Who has come in gave a wrong password where it is asked for again."""

    def __init__(self) -> None:
        super().__init__("现在的密码不对", "the present password is wrong")


class WeakPasswordError(ParameterError):
    """A password that would be guessed."""
