"""People of the made-up town: an account for each part there is to play.

Their passwords are drawn anew for every record. They are kept in one file that only
its owner may read, so that they can be told again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text

from data.accounts.passwords import fits, invent
from data.accounts.people import add_account, give_role, set_password
from data.accounts.roles import Role

__all__ = ["FILE_NAME", "Login", "demo_logins", "read_logins"]

FILE_NAME: Final = "demo-accounts.json"


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody of the made-up town signs in with; `place` is "" for everywhere."""

    name: str
    password: str
    display: str
    role: str
    place: str


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    display: str
    role: Role
    level: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """A division by its code, with its name."""

    code: str
    name: str


_PEOPLE: Final = (
    _Person("admin", "苏明远", Role.administrator),
    _Person("planner", "林知夏", Role.planner, "street"),
    _Person("planner2", "陈若谷", Role.planner, "street"),
    _Person("reviewer", "顾长风", Role.reviewer, "street"),
    _Person("auditor", "沈清秋", Role.auditor),
    _Person("member", "何小满", Role.grid_member, "community"),
    _Person("guest", "许来访", Role.guest),
)
"""Made-up names. The planners and the reviewer share a street: who made a plan may not
approve it."""


def demo_logins(engine: Engine, file: Path) -> list[Login]:
    """Make the accounts that are missing, and return what all sign in with.

    One whose password is not the one in the file gets another. An account of the same
    name that is somebody else's is left alone and left out.
    """
    kept = {login.name: login.password for login in read_logins(file)}
    with engine.begin() as door:
        places = _places(door)
        logins = [
            login
            for person in _PEOPLE
            if (login := _login(door, person, places, kept.get(person.name)))
        ]
    _write(file, logins)
    return logins


def read_logins(file: Path) -> list[Login]:
    """Return what the file keeps; nothing where there is none to read."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        told = json.loads(file.read_text(encoding="utf-8"))
        return [Login(**each) for each in told["accounts"]]
    return []


def _login(
    door: Connection, person: _Person, places: Mapping[str, _Place], kept: str | None
) -> Login | None:
    """Return how a person signs in, with an account that fits it."""
    place = places.get(person.level or "", _Place("", ""))
    row = door.execute(_KNOWN, {"name": person.name}).one_or_none()
    if row is None:
        password = invent()
        account = add_account(
            door,
            person.name,
            display=person.display,
            password=password,
            must_change=False,
        )
        give_role(door, account, person.role, place.code)
    elif row.display != person.display:
        return None
    elif kept is not None and fits(kept, row.password):
        password = kept
    else:
        password = invent()
        set_password(door, row.id, password)
    return Login(person.name, password, person.display, str(person.role), place.name)


def _places(door: Connection) -> dict[str, _Place]:
    """Return the street, and its community, that stand first in the record."""
    rows = door.execute(_PLACES).mappings()
    return {row["level"]: _Place(row["code"], row["name"]) for row in rows}


def _write(file: Path, logins: list[Login]) -> None:
    """Keep the log-ins where nobody but the owner of the file can read them."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    part = file.with_suffix(".part")
    with suppress(FileNotFoundError):
        part.unlink()
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as stream:
        told = {"accounts": [asdict(login) for login in logins]}
        json.dump(told, stream, ensure_ascii=False, indent=1)
    part.replace(file)


_KNOWN = text(
    """
    select a.id, a.display, s.password
    from account a left join account_secret s on s.account = a.id where a.name = :name
    """
)
_PLACES = text(
    """
    with first as (
        select community from plan where status = 'published' order by community limit 1
    )
    select d.level, d.code, d.name from first f
    join division d on d.code = f.community
        or d.code = (select parent from division where code = f.community)
    where d.level in ('street', 'community')
    """
)
