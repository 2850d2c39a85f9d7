"""Accounts, their roles by subtree, sessions, tokens, and the audit of what is done.

Errors of the guards: WG009 the audit would be rewritten or thrown away too early.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from data.migrations.policies import audit_rows, behind_the_door, grant

revision = "let_people_in"
down_revision = "review_plans"
branch_labels = None
depends_on = None

ROLES = (
    *("administrator", "planner", "reviewer", "commander", "handler"),
    *("grid_head", "grid_member", "stairwell_head", "auditor", "guest"),
)

# The tree is read with the owner's rights: who comes in has no reach as yet.
FUNCTIONS = """
create function division_subtree(code text, out below text[], out above text[])
language sql stable security definer set search_path = public, pg_temp as $$
    select
        (select array_agg(c.code) from division c
         where c.path ~>=~ u.path and c.path ~<~ (u.path || ':')),
        array_remove(array_remove(string_to_array(u.path, '/'), ''), u.code)
    from (select 1) one left join division u on u.code = $1
$$;

create function reaches_all(setting text) returns boolean
language sql stable parallel safe as $$
    select current_setting(setting, true) = '*'
$$;

create function reached(setting text) returns text[]
language sql stable parallel safe as $$
    select string_to_array(current_setting(setting, true), ',')
$$;
"""

# Nobody writes the audit but this; its owner may, the web role may not.
AUDIT = """
create function note_audit(
    kind text, action text, relation text default '', "row" text default '',
    community text default null, before jsonb default null, after jsonb default null
) returns void language sql security definer set search_path = public, pg_temp as $$
    insert into audit (kind, action, account, actor, request, address, relation, "row",
                       community, before, after)
    values (kind, action, nullif(current_setting('app.account', true), '')::bigint,
            coalesce(nullif(current_setting('app.actor', true), ''), session_user),
            coalesce(current_setting('app.request', true), ''),
            coalesce(current_setting('app.address', true), ''),
            relation, coalesce("row", ''), community, before, after)
$$;

create function guard_audit() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' and old.at < now() - interval '180 days' then
        return old;
    end if;
    raise exception 'the audit is kept for 180 days and is only added to'
        using errcode = 'WG009';
end $$;

create trigger audit_stays before update or delete on audit
    for each row execute function guard_audit();
create trigger audit_no_truncate before truncate on audit
    for each statement execute function refuse('WG009', 'the audit is only added to');

create function purge_audit(older_than interval) returns bigint
language plpgsql set search_path = public, pg_temp as $$
declare
    gone bigint;
begin
    if older_than < interval '180 days' then
        raise exception 'the audit is kept for at least 180 days'
            using errcode = 'WG009';
    end if;
    delete from audit where at < now() - older_than;
    get diagnostics gone = row_count;
    perform note_audit('account', 'audit_purged', 'audit', '', null, null,
                       jsonb_build_object('rows', gone, 'older_than', older_than));
    return gone;
end $$;
revoke execute on function purge_audit(interval) from public;

create policy audit_reach on audit for select using (
    (select reaches_all('app.audit'))
    or community = any ((select reached('app.audit'))::text[])
);
"""


def upgrade() -> None:
    """Make the tables, then lock them up."""
    _make_account()
    _make_secrets()
    _make_grant()
    _make_session()
    _make_token()
    _make_failure()
    _make_audit()
    for statement in (FUNCTIONS, AUDIT):
        op.execute(statement)
    for table in (
        *("account_secret", "recovery_code", "role_grant"),
        *("web_session", "api_token", "login_failure"),
    ):
        behind_the_door(table)
        grant(table, "select, insert, update, delete")
    # Names of colleagues are no secret to who has come in.
    op.execute("create policy account_seen on account for select using (true)")
    behind_the_door("account")
    grant("account", "select, insert, update")
    grant("audit", "select")
    audit_rows("account", "r.name", "null", "id name display locked")
    audit_rows(
        "role_grant", "r.account::text", "r.division", "id account role division"
    )
    audit_rows("account_secret", "r.account::text", "null", "password_at must_change")
    audit_rows(
        "api_token",
        "r.account::text",
        "null",
        "id account name scopes expires revoked",
    )


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _text(name: str, *, comment: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)


def _words(name: str, *, comment: str | None = None) -> sa.Column[str]:
    return sa.Column(
        name, sa.Text(), server_default="", nullable=False, comment=comment
    )


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default="false", nullable=False)


def _now(name: str, default: str = "now()") -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text(default),
        nullable=False,
    )


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _bytes(name: str, comment: str | None = None) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False, comment=comment)


def _account(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    link = sa.ForeignKeyConstraint(
        ["account"],
        ["account.id"],
        name=op.f(f"fk_{table}_account"),
        ondelete="CASCADE",
    )
    return sa.Column("account", sa.BigInteger(), nullable=False), link


def _make_account() -> None:
    op.create_table(
        "account",
        _key(),
        _text("name", comment="to log in with, lower case"),
        _text("display", comment="as others see it: a post, a name"),
        _flag("locked"),
        _now("made"),
        sa.Column(
            "made_by",
            sa.BigInteger(),
            nullable=True,
            comment="null: from the command line",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.id"], name=op.f("fk_account_made_by")
        ),
        sa.CheckConstraint(
            "name ~ '^[a-z0-9][a-z0-9._-]{0,39}$'", name=op.f("ck_account_name")
        ),
        sa.CheckConstraint(
            "length(display) between 1 and 100", name=op.f("ck_account_display")
        ),
    )


def _make_secrets() -> None:
    column, link = _account("account_secret")
    op.create_table(
        "account_secret",
        column,
        sa.Column(
            "password", sa.Text(), nullable=True, comment="Argon2id; null: no log-in"
        ),
        _now("password_at"),
        _flag("must_change"),
        sa.Column(
            "totp", sa.Text(), nullable=True, comment="key in Base32; null: none"
        ),
        sa.Column(
            "totp_waiting", sa.Text(), nullable=True, comment="key not yet confirmed"
        ),
        sa.Column(
            "totp_step",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="last step used; none is taken twice",
        ),
        link,
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account_secret")),
    )
    column, link = _account("recovery_code")
    op.create_table(
        "recovery_code",
        column,
        _bytes("hash"),
        link,
        sa.PrimaryKeyConstraint("account", "hash", name=op.f("pk_recovery_code")),
    )


def _make_grant() -> None:
    column, link = _account("role_grant")
    listed = ", ".join(f"'{role}'" for role in ROLES)
    op.create_table(
        "role_grant",
        _key(),
        column,
        _text("role"),
        sa.Column("division", sa.Text(), nullable=True),
        _now("since"),
        _words("by", comment="name of who gave it"),
        link,
        sa.ForeignKeyConstraint(
            ["division"],
            ["division.code"],
            name=op.f("fk_role_grant_division"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.CheckConstraint(f"role in ({listed})", name=op.f("ck_role_grant_role")),
    )
    op.create_index(
        "uq_role_grant",
        "role_grant",
        ["account", "role", sa.text("coalesce(division, '')")],
        unique=True,
    )
    op.create_index(op.f("ix_role_grant_division"), "role_grant", ["division"])


def _make_session() -> None:
    column, link = _account("web_session")
    op.create_table(
        "web_session",
        _key(),
        column,
        _bytes("hash", "SHA-256 of the cookie"),
        _bytes("csrf", "SHA-256 of its twin"),
        _now("made"),
        _now("seen"),
        _moment("expires", nullable=False),
        _words("address"),
        _words("agent"),
        link,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("hash", name=op.f("uq_web_session_hash")),
    )
    op.create_index(op.f("ix_web_session_account"), "web_session", ["account"])


def _make_token() -> None:
    column, link = _account("api_token")
    op.create_table(
        "api_token",
        _key(),
        column,
        _text("name"),
        _bytes("hash", "SHA-256 of the token"),
        _text("tail", comment="its last characters, to tell it by"),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        _now("made"),
        _moment("expires", nullable=False),
        _moment("seen"),
        _moment("revoked"),
        link,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
        sa.CheckConstraint(
            "length(name) between 1 and 100", name=op.f("ck_api_token_name")
        ),
    )
    op.create_index(op.f("ix_api_token_account"), "api_token", ["account"])


def _make_failure() -> None:
    op.create_table(
        "login_failure",
        _text("key", comment="name:… or address:…"),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        _moment("last", nullable=False),
        _moment("until"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_failure")),
    )


def _make_audit() -> None:
    op.create_table(
        "audit",
        _key(),
        _now("at", "clock_timestamp()"),
        _text("kind"),
        _text("action", comment="insert, update, delete, login_failed …"),
        sa.Column(
            "account",
            sa.BigInteger(),
            nullable=True,
            comment="null: nobody had come in",
        ),
        *(_words(name) for name in ("actor", "request", "address", "relation")),
        _words("row", comment="key of the row"),
        sa.Column(
            "community", sa.Text(), nullable=True, comment="division it concerns"
        ),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.CheckConstraint(
            "kind in ('write', 'login', 'refusal', 'export', 'account')",
            name=op.f("ck_audit_kind"),
        ),
    )
    for columns in (
        *(["at", "id"], ["account", "id"], ["community", "id"]),
        ["relation", "row", "id"],
    ):
        name = op.f(f"ix_audit_{'_'.join(columns)}")
        op.create_index(name, "audit", columns)
    op.execute("alter table audit enable row level security")
