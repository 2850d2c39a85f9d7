"""Names and steps of plans, remarks, who is in a plan, and the log of all that.

Errors carry a state of their own: WG006 a plan under review would change, WG007 a plan
would be approved by who edited or submitted it, WG008 a plan would take effect without
approval or on a day that is past. What a person may do is asked of `app.account`; the
owner of the database, who has none, puts plans into force from the command line.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "review_plans"
down_revision = "keep_long_work"
branch_labels = None
depends_on = None

STEPS = "'copied', 'renamed', 'submitted', 'withdrawn', 'approved', 'returned', "
STEPS += "'published'"

REVIEW = """
create function guard_review() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    -- Whose transaction it is; the command line has no account.
    person constant bigint :=
        (nullif(current_setting('app.account', true), ''))::bigint;
    last text;
begin
    if old.status = 'review' and new.status = 'review' then
        raise exception 'plan % is under review; withdraw it to change it', old.id
            using errcode = 'WG006';
    end if;
    if person is null or new.status <> 'published' or old.status = 'published' then
        return new;
    end if;
    select step into last from plan_step
    where plan = new.id
        and step in ('submitted', 'withdrawn', 'approved', 'returned')
    order by id desc limit 1;
    if old.status <> 'review' or last is distinct from 'approved' then
        raise exception 'plan % is not approved', new.id using errcode = 'WG008';
    end if;
    if new.effective_from < (clock_timestamp() at time zone 'Asia/Shanghai')::date then
        raise exception 'plan % would take effect in the past', new.id
            using errcode = 'WG008';
    end if;
    return new;
end $$;

create trigger guard_review before update on plan
    for each row execute function guard_review();

-- An edit changes many tables and is one version of the plan; under review there is
-- no edit, also not in the transaction that sent it there.
create or replace function touch_plan() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    update plan set row_version = row_version
    where id in (select distinct plan from changed)
      and not (status = 'draft' and xmin = pg_current_xact_id()::xid);
    return null;
end $$;

create function guard_step() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    person constant bigint :=
        (nullif(current_setting('app.account', true), ''))::bigint;
    now_is text;
begin
    -- Nobody signs as somebody else.
    new.account := coalesce(person, new.account);
    new.at := clock_timestamp();
    if new.step not in ('approved', 'returned') then
        return new;
    end if;
    select status into now_is from plan where id = new.plan;
    if new.step = 'approved' and now_is is distinct from 'review' then
        raise exception 'plan % is not under review', new.plan using errcode = 'WG006';
    end if;
    if new.step = 'approved' and (
        new.account is null
        or new.account = (
            select account from plan_step
            where plan = new.plan and step = 'submitted' order by id desc limit 1
        )
        or new.account = (
            select account from plan_edit where plan = new.plan
            order by number desc limit 1
        )
    ) then
        raise exception 'plan % was edited or submitted by account %, '
            'so another has to approve it', new.plan, new.account
            using errcode = 'WG007';
    end if;
    return new;
end $$;

create trigger guard_step before insert on plan_step
    for each row execute function guard_step();
create trigger plan_step_never_changes before update on plan_step
    for each statement execute function refuse('WG004', 'steps are only added');
"""

# Nobody edits in the name of another.
SIGNED = """
create function sign_edit() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    new.account := coalesce(
        (nullif(current_setting('app.account', true), ''))::bigint, new.account);
    return new;
end $$;

create trigger sign_edit before insert on plan_edit
    for each row execute function sign_edit();
"""

# A draft that is thrown away takes its log along.
LOG = """
create function guard_plan_log() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select from plan where id in (select distinct plan from changed)) then
        raise exception '% is only ever added to', tg_table_name
            using errcode = 'WG004';
    end if;
    return null;
end $$;
"""

LOG_TABLE = """
create trigger {table}_stays after delete on {table}
    referencing old table as changed
    for each statement execute function guard_plan_log();
create trigger {table}_no_truncate before truncate on {table}
    for each statement execute function refuse('WG004', 'the log is only added to')
"""

COMMENT = """
create function guard_comment() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    person constant bigint :=
        (nullif(current_setting('app.account', true), ''))::bigint;
begin
    if tg_op = 'INSERT' then
        new.account := coalesce(person, new.account);
        new.at := clock_timestamp();
        new.resolved_at := null;
        new.resolved_by := null;
        return new;
    end if;
    if to_jsonb(new) - '{resolved_at,resolved_by}'::text[]
        is distinct from to_jsonb(old) - '{resolved_at,resolved_by}'::text[]
    then
        raise exception 'remark % stays as it was made', old.id
            using errcode = 'WG004';
    end if;
    return new;
end $$;

create trigger guard_comment before insert or update on plan_comment
    for each row execute function guard_comment();
"""

# Written with the owner's rights, so that nobody can put a line into the log. Events
# of a plan take turns, in the order of their numbers: who reads after a number misses
# nothing that commits later. Their names come late in the alphabet, as the row of the
# plan has to be locked before.
EVENTS = """
create function log_plan_event() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    given constant jsonb := to_jsonb(new);
    which constant bigint := (given ->> 'plan')::bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('plan_event ' || which, 0));
    insert into plan_event (plan, kind, ref)
    values (which, tg_argv[0], (given ->> tg_argv[1])::bigint);
    perform pg_notify('wangge_plan', json_build_object('plan', which)::text);
    return null;
end $$;

create trigger zz_event after insert on plan_edit
    for each row execute function log_plan_event('edit', 'number');
create trigger zz_event after insert on plan_step
    for each row execute function log_plan_event('step', 'id');
create trigger zz_event after insert on plan_comment
    for each row execute function log_plan_event('comment', 'id');
create trigger zz_event_resolved after update on plan_comment
    for each row when (old.resolved_at is distinct from new.resolved_at)
    execute function log_plan_event('resolved', 'id');
create trigger plan_event_never_changes before update on plan_event
    for each statement execute function refuse('WG004', 'the log is only added to');
"""

GRANTS = """
do $$
begin
    if exists (select from pg_roles where rolname = 'wangge_web') then
        grant select, insert on plan_step to wangge_web;
        grant select, insert, update on plan_comment to wangge_web;
        grant select on plan_event to wangge_web;
        grant select, insert, update, delete on plan_presence, legacy_layer,
            legacy_grid to wangge_web;
    end if;
end $$
"""


def upgrade() -> None:
    """Make the change."""
    for name in ("name", "author"):
        column = sa.Column(name, sa.Text(), server_default="", nullable=False)
        op.add_column("plan", column)
    op.add_column("plan", sa.Column("author_account", sa.BigInteger(), nullable=True))
    _make_steps()
    _make_comments()
    _make_events()
    _make_presence()
    _make_legacy()
    for statement in (REVIEW, SIGNED, LOG, COMMENT, EVENTS):
        op.execute(statement)
    for table in ("plan_step", "plan_comment", "plan_event"):
        op.execute(LOG_TABLE.format(table=table))
    op.execute(GRANTS)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _plan(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    link = sa.ForeignKeyConstraint(
        ["plan"], ["plan.id"], name=op.f(f"fk_{table}_plan"), ondelete="CASCADE"
    )
    return sa.Column("plan", sa.BigInteger(), nullable=False), link


def _moment(name: str, **options: object) -> sa.Column[object]:
    given = options or {
        "server_default": sa.text("clock_timestamp()"),
        "nullable": False,
    }
    return sa.Column(name, sa.DateTime(timezone=True), **given)  # type: ignore[arg-type]


def _text(name: str, **options: object) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), **{"nullable": False, **options})  # type: ignore[arg-type]


def _account() -> sa.Column[int]:
    return sa.Column(
        "account", sa.BigInteger(), nullable=True, comment="signed by the database"
    )


def _make_steps() -> None:
    column, link = _plan("plan_step")
    op.create_table(
        "plan_step",
        _key(),
        column,
        _text("step"),
        _moment("at"),
        _account(),
        _text("actor", comment="name of the account on that day"),
        _text("comment", server_default=""),
        sa.Column(
            "detail",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="certificate, base, first day",
        ),
        link,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_step")),
        sa.CheckConstraint(f"step in ({STEPS})", name=op.f("ck_plan_step_step")),
        sa.CheckConstraint("length(comment) <= 2000", name=op.f("ck_plan_step_words")),
    )
    op.create_index(op.f("ix_plan_step_plan_id"), "plan_step", ["plan", "id"])


def _make_comments() -> None:
    column, link = _plan("plan_comment")
    op.create_geospatial_table(
        "plan_comment",
        _key(),
        column,
        _moment("at"),
        _account(),
        _text("actor"),
        _text("body"),
        _text("grid", nullable=True, comment="code of the grid it is about"),
        _moment("resolved_at", nullable=True),
        _text("resolved_by", nullable=True),
        sa.Column("geom", Geometry("POINT", 4326, spatial_index=False)),
        link,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_comment")),
        sa.CheckConstraint(
            "length(body) between 1 and 2000", name=op.f("ck_plan_comment_words")
        ),
        sa.CheckConstraint(
            "(resolved_at is null) = (resolved_by is null)",
            name=op.f("ck_plan_comment_resolved"),
        ),
    )
    op.create_geospatial_index(
        "idx_plan_comment_geom", "plan_comment", ["geom"], postgresql_using="gist"
    )
    op.create_index(op.f("ix_plan_comment_plan_id"), "plan_comment", ["plan", "id"])


def _make_events() -> None:
    column, link = _plan("plan_event")
    op.create_table(
        "plan_event",
        _key(),
        column,
        _moment("at"),
        _text("kind"),
        sa.Column(
            "ref",
            sa.BigInteger(),
            nullable=False,
            comment="id of the edit, step or remark",
        ),
        link,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_event")),
        sa.CheckConstraint(
            "kind in ('edit', 'step', 'comment', 'resolved')",
            name=op.f("ck_plan_event_kind"),
        ),
    )
    op.create_index(op.f("ix_plan_event_plan_id"), "plan_event", ["plan", "id"])


def _make_presence() -> None:
    column, link = _plan("plan_presence")
    op.create_table(
        "plan_presence",
        sa.Column("id", sa.Uuid(), nullable=False),
        column,
        sa.Column("account", sa.BigInteger(), nullable=False),
        _text("actor"),
        _moment("since"),
        _moment("seen"),
        link,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_presence")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_plan_presence_plan"), "plan_presence", ["plan"])


def _make_legacy() -> None:
    op.create_table(
        "legacy_layer",
        _key(),
        _text("community"),
        _text("name"),
        _text("source", server_default="", comment="name of the file"),
        _text("actor"),
        _moment("made"),
        sa.ForeignKeyConstraint(
            ["community"],
            ["division.code"],
            name=op.f("fk_legacy_layer_community"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legacy_layer")),
    )
    op.create_index(op.f("ix_legacy_layer_community"), "legacy_layer", ["community"])
    op.create_geospatial_table(
        "legacy_grid",
        sa.Column("layer", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("code"),
        _text("name", server_default=""),
        sa.Column(
            "geom", Geometry("GEOMETRY", 4326, spatial_index=False), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["layer"],
            ["legacy_layer.id"],
            name=op.f("fk_legacy_grid_layer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("layer", "number", name=op.f("pk_legacy_grid")),
    )
    op.create_geospatial_index(
        "idx_legacy_grid_geom", "legacy_grid", ["geom"], postgresql_using="gist"
    )
