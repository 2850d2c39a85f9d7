"""The second factor: six digits that change every half minute, and codes on paper."""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass

import pyotp
import segno
from sqlalchemy import Connection, text

from data.accounts.errors import WrongCodeError
from data.accounts.tokens import digest
from data.errors import ConflictError

__all__ = [
    "NewFactor",
    "begin_factor",
    "confirm_factor",
    "drop_factor",
    "renew_recovery",
    "use_code",
]

ISSUER = "Wangge"
STEP_S = 30
CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A key for an authenticator: as text, as an address, as the squares of a QR code.

    `qr` is the data of an SVG path, one unit a module of `qr_size` in a row.
    """

    secret: str
    uri: str
    qr: str
    qr_size: int


def begin_factor(door: Connection, account: int, name: str) -> NewFactor:
    """Make a key; it counts once a code made by it has come back."""
    secret = pyotp.random_base32()
    door.execute(_BEGIN, {"account": account, "secret": secret})
    uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    rows = [list(row) for row in segno.make(uri, error="m", micro=False).matrix]
    qr = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return NewFactor(secret, uri, qr, len(rows))


def confirm_factor(door: Connection, account: int, code: str) -> list[str]:
    """Turn the second factor on; returns the recovery codes."""
    waiting = door.scalar(_WAITING, {"account": account})
    if waiting is None:
        raise ConflictError(
            "没有待确认的密钥；请重新开始", "there is no key to confirm; begin again"
        )
    step = _step_of(waiting, code)
    if step is None:
        raise WrongCodeError
    door.execute(_CONFIRM, {"account": account, "step": step})
    return renew_recovery(door, account)


def renew_recovery(door: Connection, account: int) -> list[str]:
    """Make new recovery codes; the old ones end."""
    codes = ["-".join(_letters(5) for _ in range(2)) for _ in range(CODES)]
    door.execute(_CLEAR, {"account": account})
    door.execute(_ADD, [{"account": account, "hash": digest(code)} for code in codes])
    return codes


def drop_factor(door: Connection, account: int) -> None:
    """Turn the second factor off."""
    door.execute(_DROP, {"account": account})
    door.execute(_CLEAR, {"account": account})


def use_code(door: Connection, account: int, secret: str, code: str) -> bool:
    """Tell whether a code fits; none fits twice, a recovery code not even once more."""
    given = code.strip().replace(" ", "").lower()
    step = _step_of(secret, given)
    if step is not None:
        used = door.execute(_USE_STEP, {"account": account, "step": step})
        return used.rowcount == 1
    used = door.execute(_USE_RECOVERY, {"account": account, "hash": digest(given)})
    return used.rowcount == 1


def _step_of(secret: str, code: str) -> int | None:
    """Return the half minute a code belongs to: this one, the last or the next."""
    totp = pyotp.TOTP(secret)
    now = int(time.time()) // STEP_S
    given = code.encode()
    fitting = [
        step
        for step in (now - 1, now, now + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), given)
    ]
    return fitting[0] if fitting else None


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))


_BEGIN = text(
    "update account_secret set totp_waiting = :secret where account = :account"
)
_WAITING = text("select totp_waiting from account_secret where account = :account")
_CONFIRM = text(
    """
    update account_secret set totp = totp_waiting, totp_waiting = null,
        totp_step = :step
    where account = :account
    """
)
_USE_STEP = text(
    """
    update account_secret set totp_step = :step
    where account = :account and totp_step < :step
    """
)
_USE_RECOVERY = text(
    "delete from recovery_code where account = :account and hash = :hash"
)
_CLEAR = text("delete from recovery_code where account = :account")
_ADD = text("insert into recovery_code (account, hash) values (:account, :hash)")
_DROP = text(
    """
    update account_secret set totp = null, totp_waiting = null, totp_step = 0
    where account = :account
    """
)
