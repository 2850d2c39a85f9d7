"""Errors of files and the store; each says it in Chinese and in English."""

from __future__ import annotations

from gis.errors import CommunityGridError

__all__ = [
    "ConflictError",
    "ForbiddenError",
    "ImportFormatError",
    "NotFoundError",
    "NotSignedInError",
    "ParameterError",
    "StoreError",
    "TooManyAttemptsError",
    "no_division",
    "no_plan",
]


class _TwoTonguedError(CommunityGridError):
    """An error with its message in both languages; `str` gives Chinese first."""

    def __init__(self, message_zh: str, message_en: str) -> None:
        super().__init__(message_en, message_zh)
        # What a worker process sends back is made again from these.
        self.args = (message_zh, message_en)

    def __str__(self) -> str:
        return f"{self.message_zh}\n{self.message_en}"


class NotFoundError(_TwoTonguedError):
    """The thing asked for is not there."""


def no_plan(number: object) -> NotFoundError:
    """Return the error for a plan that is not there, or out of reach."""
    return NotFoundError(
        f"没有方案 {number}；请核对编号，或从列表里选",
        f"there is no plan {number}; check the number, or choose from the list",
    )


def no_division(code: str) -> NotFoundError:
    """Return the error for a division that is not there, or out of reach."""
    return NotFoundError(
        f"没有代码为 {code} 的区划；请核对代码，或从列表里选",
        f"there is no division {code}; check the code, or choose from the list",
    )


class ParameterError(_TwoTonguedError):
    """A question has a wrong part: a box inside out, a cursor nobody gave out."""


class ConflictError(_TwoTonguedError):
    """The thing changed meanwhile, is locked, or exists already."""


class ImportFormatError(_TwoTonguedError):
    """A file cannot be read, or must not be; the message names file and cure."""


class StoreError(_TwoTonguedError):
    """The database cannot be started, reached or trusted; the message has the cure."""


class NotSignedInError(_TwoTonguedError):
    """Nobody has come in, or the session or token no longer holds."""


class ForbiddenError(_TwoTonguedError):
    """Somebody has come in but may not do this."""


class TooManyAttemptsError(_TwoTonguedError):
    """Too much was tried of late; `wait_s` is how long to wait, in seconds."""

    def __init__(self, message_zh: str, message_en: str, wait_s: int = 60) -> None:
        super().__init__(message_zh, message_en)
        self.args = (message_zh, message_en, wait_s)
        self.wait_s = wait_s
