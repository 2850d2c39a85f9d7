"""`wangge user` makes, changes and lists accounts, and the log says who did it."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, create_engine, text

from data.accounts.coming import Subtrees, by_token
from data.accounts.people import account_named
from data.accounts.roles import Permission, Role
from data.accounts.sessions import open_session
from data.accounts.signing_in import Caller, sign_in
from data.accounts.tokens import digest
from data.cluster import Store
from scripts.accounts import role_words, who
from scripts.cli import wangge

pytestmark = pytest.mark.postgis

PLACES = """
insert into division (code, parent, level, name) values
    ('370115', null, 'district', '济阳区'),
    ('370115001', '370115', 'street', '济阳街道'),
    ('370115001002', '370115001', 'community', '城东社区')
"""
ME = f"console:{pwd.getpwuid(os.getuid()).pw_name}"
GOOD = "correct battery of grids"
Wangge = Callable[..., Result]


@pytest.fixture(scope="module")
def environment(database: Store) -> dict[str, str]:
    """What leads the command line to the record of these tests."""
    url = database.url().render_as_string(hide_password=False)
    return {"WANGGE_DATABASE_URL": url.replace("+psycopg", "")}


@pytest.fixture(scope="module")
def owner(database: Store) -> Iterator[Engine]:
    """The owner's connection to that record, which has one community."""
    engine = create_engine(database.url())
    with engine.begin() as door:
        door.execute(text(PLACES))
    yield engine
    engine.dispose()


@pytest.fixture
def call(
    owner: Engine, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Wangge:
    """The command line on that record, whose accounts are taken away first."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    with owner.begin() as door:
        door.execute(text("delete from account"))

    def run(*words: str, given: str | None = None) -> Result:
        runner = CliRunner(env=environment)
        return runner.invoke(wangge, ["--lang", "en", "user", *words], input=given)

    return run


def rows(owner: Engine, query: str) -> list[Any]:
    with owner.begin() as door:
        return list(door.execute(text(query)))


def community(owner: Engine) -> str:
    found = rows(owner, "select code from division where level = 'community'")
    return str(found[0].code)


def test_the_password_of_a_new_account_is_told_once_and_fits(
    call: Wangge, owner: Engine
) -> None:
    made = call("add", "Lin", "--display", "林知夏", "--role", "administrator")
    assert made.exit_code == 0, made.output
    password = made.stdout.splitlines()[-1]
    assert "changed at the first log-in" in made.stderr
    entered = sign_in(owner, "lin", password, caller=Caller())
    assert entered.account == int(rows(owner, "select id from account")[0].id)
    kept = rows(owner, "select password, must_change from account_secret")[0]
    assert kept.must_change
    assert password not in kept.password
    listed = call("list").output
    assert "lin  林知夏  password to be changed" in listed
    assert "(administrator) · everywhere" in listed
    assert password not in listed


def test_the_log_tells_who_at_the_console_did_it(
    call: Wangge, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "somebody")
    before = rows(owner, "select coalesce(max(id), 0) as id from audit")[0].id
    call("add", "lin", "--role", "planner", "--division", community(owner))
    call("lock", "lin")
    call("sessions", "lin", "--end")
    lines = rows(owner, f"select * from audit where id > {before} order by id")
    assert {line.actor for line in lines} == {ME}
    told = [(line.relation, line.action) for line in lines]
    assert told == [
        ("account", "insert"),
        ("account_secret", "insert"),
        ("role_grant", "insert"),
        ("account", "update"),
        ("", "others_signed_out"),
    ]
    assert lines[2].community == community(owner)


def test_a_password_comes_from_stdin_for_scripts(call: Wangge, owner: Engine) -> None:
    words = ("add", "lin", "--role", "guest", "--password-stdin", "--keep", "--json")
    made = call(*words, given=f"{GOOD}\n")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert told["name"] == "lin"
    assert told["grants"] == [{"role": "guest", "division": ""}]
    assert "password" not in told
    sign_in(owner, "lin", GOOD, caller=Caller())
    assert json.loads(call("list", "--json").output)["accounts"][0]["state"] == "active"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "lin", "--role", "king"), "the roles are administrator, planner"),
        (("add", "lin", "--role", "guest", "--division", "9"), "no division 9"),
        (("add", "lin", "--division", "9"), "goes with --role"),
        (("add", "Lin Zhi Xia"), "small letters, digits"),
        (("add", "taken"), "there is an account taken already"),
        (("add", "lin", "--password-stdin"), "12 to 200 characters"),
        (("lock", "nobody"), "there is no account nobody"),
        (("role", "taken", "remove", "planner"), "does not hold the role planner"),
        (("role", "taken", "add", "king"), "the roles are administrator"),
        (("token", "taken", "--scope", "fly"), "the permissions are read"),
        (("token", "taken", "--revoke", "7"), "there is no token 7"),
        (("token", "taken", "--days", "9999"), "1<=x<=366"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_nothing_behind(
    call: Wangge, owner: Engine, words: tuple[str, ...], told: str
) -> None:
    call("add", "taken")
    refused = call(*words, given="short\n")
    assert refused.exit_code == 2
    assert told in " ".join(refused.output.split())
    assert "Traceback" not in refused.output
    assert [row.name for row in rows(owner, "select name from account")] == ["taken"]


def test_refusals_speak_chinese_by_default(
    call: Wangge, environment: dict[str, str]
) -> None:
    runner = CliRunner(env=environment)
    refused = runner.invoke(wangge, ["user", "add", "lin", "--role", "king"])
    assert (refused.exit_code, "没有角色 king" in refused.output) == (2, True)


def test_roles_are_given_and_taken_but_not_the_last_administrator(
    call: Wangge, owner: Engine
) -> None:
    place = community(owner)
    call("add", "lin", "--role", "administrator")
    assert call("role", "lin", "add", "planner", "--division", place).exit_code == 0
    assert call("role", "lin", "add", "planner", "--division", place).exit_code == 0
    held = rows(owner, "select role, division, by from role_grant order by id")
    assert [tuple(row) for row in held] == [
        ("administrator", None, ME),
        ("planner", place, ME),
    ]
    for words in (("role", "lin", "remove", "administrator"), ("lock", "lin")):
        kept = call(*words)
        assert (kept.exit_code, "last administrator" in kept.output) == (2, True)
    taken = call("role", "lin", "remove", "planner", "--division", place)
    assert taken.exit_code == 0
    assert len(rows(owner, "select from role_grant")) == 1


def test_locking_and_a_new_password_end_sessions(call: Wangge, owner: Engine) -> None:
    call("add", "lin", "--role", "guest")

    def open_one() -> None:
        with owner.begin() as door:
            open_session(door, account_named(door, "lin"), address="10.0.0.9")

    open_one()
    assert "10.0.0.9" in call("sessions", "lin").output
    assert "ended 1 sessions" in call("sessions", "lin", "--end").output
    for words in (("lock", "lin"), ("password", "lin")):
        open_one()
        assert call(*words).exit_code == 0
        assert rows(owner, "select from web_session") == []
    assert "lin  lin  locked" in call("list").output
    assert call("unlock", "lin").exit_code == 0
    assert not rows(owner, "select locked from account")[0].locked


def test_a_token_is_shown_once_and_kept_as_a_hash(call: Wangge, owner: Engine) -> None:
    call("add", "lin", "--role", "planner")
    words = ("--name", "qgis", "--scope", "read", "--scope", "export", "--days", "30")
    made = call("token", "lin", *words)
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert secret.startswith("wg_")
    kept = rows(owner, "select * from api_token")[0]
    assert bytes(kept.hash) == digest(secret)
    assert kept.name == "qgis"
    assert sorted(kept.scopes) == sorted([Permission.EXPORT, Permission.READ])
    assert (kept.expires - kept.made).days == 30
    listed = call("token", "lin", "--list").output
    assert f"…{secret[-4:]}" in listed
    assert secret not in listed
    assert call("token", "lin", "--revoke", str(kept.id)).exit_code == 0
    assert json.loads(call("token", "lin", "--list", "--json").output) == {"tokens": []}


def test_an_account_for_programs_has_tokens_only(call: Wangge, owner: Engine) -> None:
    made = call("add", "qgis", "--no-password", "--role", "guest")
    assert (made.exit_code, "password" in made.output) == (0, False)
    secret = call("token", "qgis").stdout.strip()
    with owner.begin() as door:
        asked = by_token(door, secret, Subtrees())
    assert asked is not None
    assert not asked.must_change
    assert "tokens only" in call("list").output


def test_a_token_of_who_has_yet_to_change_the_password_comes_with_a_word(
    call: Wangge,
) -> None:
    call("add", "lin", "--role", "guest")
    assert "changed the password" in call("token", "lin").stderr


def test_sudo_tells_who_is_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "lin")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert who() == "console:root(lin)"


def test_every_role_has_a_name_to_print() -> None:
    assert all(all(role_words(role)) for role in Role)
