"""The error of a bad code, and the check all codes share."""

from __future__ import annotations

from gis.errors import CommunityGridError

__all__ = ["CodeError", "require_digits"]

_DIGITS = frozenset("0123456789")


class CodeError(CommunityGridError, ValueError):
    """A code is not written as its standard says.

    Attributes
    ----------
    code : str
        The code as given.
    position : int
        Digit where it goes wrong, counted from 1.
    reason_zh, reason_en : str
        What is wrong there.
    """

    def __init__(
        self, code: str, position: int, reason_zh: str, reason_en: str
    ) -> None:
        super().__init__(
            f"{code}: digit {position}: {reason_en}",
            f"{code}：第{position}位：{reason_zh}",
        )
        self.code = code
        self.position = position
        self.reason_zh = f"第{position}位：{reason_zh}"
        self.reason_en = f"digit {position}: {reason_en}"


def require_digits(code: str, length: int) -> None:
    """Refuse a code that is not so many ASCII digits.

    Parameters
    ----------
    code : str
        Code to check. Full-width digits are refused: readers convert them.
    length : int
        Number of digits it must have.

    Raises
    ------
    CodeError
        At the first character that is no digit, else at the first digit too many
        or missing.

    Examples
    --------
    >>> require_digits("37011", 6)
    Traceback (most recent call last):
    gis.codes.CodeError: 37011: digit 6: has 5 digits; write 6
    """
    for position, character in enumerate(code, start=1):
        if character not in _DIGITS:
            raise CodeError(
                code,
                position,
                f"“{character}”不是数字",
                f"{character!r} is no digit; write 0-9",
            )
    if len(code) != length:
        raise CodeError(
            code,
            min(len(code), length) + 1,
            f"共{len(code)}位，应为{length}位",
            f"has {len(code)} digits; write {length}",
        )
