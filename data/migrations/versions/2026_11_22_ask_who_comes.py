"""Ask who a session or a token is in one statement, before any reach is known.

Every request asks it. The functions read with the owner's rights and tell only who
shows a secret of 256 bits, or its hash, so that no role and no setting is needed first.
"""

from __future__ import annotations

from alembic import op

revision = "ask_who_comes"
down_revision = "audit_writes"
branch_labels = None
depends_on = None

ABOUT = """
    a.id, a.name, a.display,
    coalesce((select must_change from account_secret where account = a.id), false),
    (select json_agg(json_build_array(g.role, coalesce(g.division, '')) order by g.id)
     from role_grant g where g.account = a.id),
    (select array[d.oid::bigint,
        (select sum(v.folded) from table_version v where v.relation = 'division')
        + (select count(*) from table_change c where c.relation = 'division')]::text
     from pg_database d where d.datname = current_database())
"""
COLUMNS = """
    id bigint, name text, display text, must_change boolean, grants json, tree text
"""
KIND = """
    language plpgsql security definer set search_path = public, pg_temp as $$
    #variable_conflict use_column
"""


def upgrade() -> None:
    """Make the functions; `every` is how exactly it is kept when a secret was seen."""
    op.execute(
        f"""
        create function who_has_session(secret bytea, idle interval, every interval)
        returns table ({COLUMNS}, session bigint, csrf bytea) {KIND}
        begin
            return query select {ABOUT}, s.id, s.csrf
            from web_session s join account a on a.id = s.account
            where s.hash = secret and s.expires > now() and s.seen > now() - idle
              and not a.locked;
            if found then
                update web_session set seen = now()
                where hash = secret and seen < now() - every;
            end if;
        end $$
        """
    )
    op.execute(
        f"""
        create function who_has_token(secret bytea, every interval)
        returns table ({COLUMNS}, token bigint, scopes text[]) {KIND}
        begin
            return query select {ABOUT}, t.id, t.scopes
            from api_token t join account a on a.id = t.account
            where t.hash = secret and t.expires > now() and t.revoked is null
              and not a.locked;
            if found then
                update api_token set seen = now()
                where hash = secret and coalesce(seen < now() - every, true)
                  and every is not null;
            end if;
        end $$
        """
    )
    op.execute(
        f"""
        create function who_is(account bigint) returns table ({COLUMNS}) {KIND}
        begin
            return query select {ABOUT} from account a
            where a.id = who_is.account and not a.locked;
        end $$
        """
    )
