"""Passwords: what may be one, how it is kept, how one is tried."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from data.accounts.common_passwords import COMMON
from data.accounts.errors import WeakPasswordError

__all__ = ["LONGEST", "SHORTEST", "fits", "hash_password", "invent", "require_good"]

SHORTEST, LONGEST = 12, 200
_WORDS = 4
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""What is not taken for another when read aloud or copied by hand."""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # Argon2id with the parameters of RFC 9106 for low memory


def require_good(password: str, *, name: str) -> None:
    """Refuse a password that is too short, the name over again, or known to all."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(
            f"密码要 {SHORTEST} 至 {LONGEST} 个字符；可以是一句话",
            f"a password has {SHORTEST} to {LONGEST} characters; a sentence will do",
        )
    folded = password.casefold()
    if name and folded.replace(name.casefold(), "").strip("0123456789._- ") == "":
        raise WeakPasswordError(
            "密码不能只是账号名加数字", "the password must not be the name with digits"
        )
    if len(set(folded)) < 5 or folded in COMMON:
        raise WeakPasswordError(
            "这个密码太常见，容易被猜到；请换一个",
            "this password is among the first to be guessed; take another",
        )


def hash_password(password: str) -> str:
    """Return what is kept of a password: Argon2id, about 0.1 s of one core."""
    return _hasher().hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one that is kept.

    Where none is kept, a made-up one is tried: an unknown name takes as long as a
    known one.
    """
    try:
        matches = _hasher().verify(kept or _stand_in(), password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and kept is not None


@lru_cache(maxsize=1)
def _stand_in() -> str:
    return hash_password(secrets.token_urlsafe(32))


def invent() -> str:
    """Return a new password of twenty letters in groups, about 98 bits."""
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(_WORDS)
    )
    return "-".join(groups)
