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
