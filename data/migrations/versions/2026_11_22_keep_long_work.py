"""Keep long work: pieces that are finished, files it made, uploads it reads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "keep_long_work"
down_revision = "edit_plans"
branch_labels = None
depends_on = None

TABLES = ("job_item", "job_file", "job_file_part", "upload", "upload_part")
GRANTS = f"""
do $$
begin
    if exists (select from pg_roles where rolname = 'wangge_web') then
        grant select, insert, update, delete on
            {", ".join(TABLES)}, upload_row to wangge_web;
    end if;
end $$
"""


def upgrade() -> None:
    """Tell of each job whose and where it is; make the tables beside it."""
    _widen_job()
    _make_job_tables()
    _make_upload()
    # Parts of files are no text that could be made smaller.
    for table in ("job_file_part", "upload_part"):
        op.execute(f"alter table {table} alter column data set storage external")
    op.execute(GRANTS)


def _widen_job() -> None:
    for column in (
        sa.Column(
            "division",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="code of the division it works on; empty: all",
        ),
        sa.Column("account", sa.BigInteger(), comment="who asked for it"),
        sa.Column(
            "message_zh",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="what it does just now",
        ),
        sa.Column("message_en", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("job", column)
    op.alter_column(
        "job",
        "attempts",
        existing_type=sa.BigInteger(),
        comment="begun since the last piece that was finished",
    )
    op.create_index(op.f("ix_job_account"), "job", ["account"])
    op.create_index(
        "ix_job_division",
        "job",
        ["division"],
        postgresql_ops={"division": "text_pattern_ops"},
    )


def _make_job_tables() -> None:
    op.create_table(
        "job_item",
        _owner("job_item", "job.id"),
        sa.Column("key", sa.Text(), nullable=False, comment="e.g. a community"),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("job", "key", name=op.f("pk_job_item")),
    )
    op.create_table(
        "job_file",
        _owner("job_file", "job.id"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_file")),
    )
    op.create_table(
        "job_file_part",
        _owner("job_file_part", "job_file.job", column="job"),
        _number(),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("job", "number", name=op.f("pk_job_file_part")),
    )


def _make_upload() -> None:
    jsonb = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account", sa.BigInteger(), comment="who sent it"),
        sa.Column(
            "division",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="code of the division it is for; empty: all",
        ),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="as the sender calls it, cleaned",
        ),
        sa.Column("state", sa.Text(), server_default="receiving", nullable=False),
        sa.Column(
            "size", sa.BigInteger(), server_default="0", nullable=False, comment="bytes"
        ),
        sa.Column(
            "digest", sa.Text(), server_default="", nullable=False, comment="SHA-256"
        ),
        _moment("made"),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inspection", jsonb, comment="what was found in it"),
        sa.Column("choices", jsonb, comment="how it is to be read, as last checked"),
        sa.Column("report", jsonb, comment="what the check of these choices found"),
        sa.CheckConstraint(
            "state in ('receiving', 'stored', 'imported')",
            name=op.f("ck_upload_state"),
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_upload_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_account"), "upload", ["account"])
    op.create_index(op.f("ix_upload_expires"), "upload", ["expires"])
    op.create_table(
        "upload_part",
        _owner("upload_part", "upload.id", column="upload"),
        _number(),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("upload", "number", name=op.f("pk_upload_part")),
    )
    op.create_table(
        "upload_row",
        _owner("upload_row", "upload.id", column="upload"),
        _number(),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column(
            "row", sa.BigInteger(), nullable=True, comment="null: the layer as a whole"
        ),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("upload", "number", name=op.f("pk_upload_row")),
    )


def _owner(table: str, target: str, *, column: str = "job") -> sa.Column[int]:
    """Return the column that names whose part a row is, and goes with it."""
    return sa.Column(
        column,
        sa.BigInteger(),
        sa.ForeignKey(target, name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"),
        autoincrement=False,
        nullable=False,
    )


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("now()"),
        nullable=False,
    )
