"""People of the made-up town: an account each, passwords that are nobody's habit."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from data.accounts.passwords import fits
from data.accounts.people import add_account
from data.accounts.roles import Role
from data.cluster import Store
from data.demo_accounts import FILE_NAME, demo_logins, read_logins
from tests.api.town import build_town

pytestmark = pytest.mark.postgis


@pytest.fixture(scope="module")
def owner(database: Store) -> Iterator[Engine]:
    """Connections as the owner, to the small town of the API's tests."""
    made = create_engine(database.url(), poolclass=NullPool)
    with made.begin() as connection:
        build_town(connection)
        add_account(connection, "guest", display="别人")
    yield made
    made.dispose()


def kept_of(owner: Engine, name: str) -> str:
    with owner.connect() as connection:
        found = connection.scalar(
            text(
                "select s.password from account_secret s "
                "join account a on a.id = s.account where a.name = :name"
            ),
            {"name": name},
        )
    return str(found)


def test_everybody_gets_a_part_a_place_and_a_password(
    owner: Engine, tmp_path: Path
) -> None:
    logins = {each.name: each for each in demo_logins(owner, tmp_path / FILE_NAME)}
    parts = {name: login.role for name, login in logins.items()}
    assert parts == {
        "admin": Role.administrator,
        "planner": Role.planner,
        "planner2": Role.planner,
        "reviewer": Role.reviewer,
        "auditor": Role.auditor,
        "member": Role.grid_member,
    }
    assert logins["admin"].place == ""
    assert logins["planner"].place == logins["reviewer"].place != ""
    assert len({login.password for login in logins.values()}) == len(logins)
    for login in logins.values():
        assert len(login.password) >= 20
        assert fits(login.password, kept_of(owner, login.name))


def test_somebody_elses_account_is_left_alone(owner: Engine, tmp_path: Path) -> None:
    names = [login.name for login in demo_logins(owner, tmp_path / FILE_NAME)]
    assert "guest" not in names
    with owner.connect() as connection:
        display = connection.scalar(
            text("select display from account where name = 'guest'")
        )
    assert display == "别人"


def test_nobody_else_may_read_the_file(owner: Engine, tmp_path: Path) -> None:
    file = tmp_path / "state" / FILE_NAME
    logins = demo_logins(owner, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_logins(file) == logins


def test_passwords_stay_while_they_fit_and_are_drawn_anew_when_lost(
    owner: Engine, tmp_path: Path
) -> None:
    file = tmp_path / FILE_NAME
    first = demo_logins(owner, file)
    assert demo_logins(owner, file) == first
    file.unlink()
    second = demo_logins(owner, file)
    assert [each.name for each in second] == [each.name for each in first]
    assert not {each.password for each in first} & {each.password for each in second}
    assert fits(second[0].password, kept_of(owner, second[0].name))


@pytest.mark.parametrize("content", ["", "{}", '{"accounts": [{"name": "x"}]}', "[1]"])
def test_a_file_of_another_making_tells_nothing(tmp_path: Path, content: str) -> None:
    file = tmp_path / FILE_NAME
    file.write_text(content, encoding="utf-8")
    assert read_logins(file) == []
    assert read_logins(tmp_path / "none.json") == []


def test_the_file_names_no_fixed_password(owner: Engine, tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    demo_logins(owner, file)
    told = json.loads(file.read_text("utf-8"))["accounts"]
    assert all(each["password"].count("-") == 3 for each in told)
