"""First tables: divisions, the register, cell sets, plans, jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "first_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    # Dates of plans of one community must not overlap: text beside a range.
    op.execute("create extension if not exists btree_gist")
    op.create_geospatial_table(
        "division",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column(
            "path",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="codes from the root, e.g. /370115/370115001/370115001002/",
        ),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "code ~ '^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'",
            name=op.f("ck_division_code"),
        ),
        sa.CheckConstraint(
            "geometrytype(geom) in ('POLYGON', 'MULTIPOLYGON')",
            name=op.f("ck_division_geom"),
        ),
        sa.CheckConstraint(
            "level in ('city', 'district', 'street', 'community')",
            name=op.f("ck_division_level"),
        ),
        sa.ForeignKeyConstraint(
            ["parent"],
            ["division.code"],
            name=op.f("fk_division_parent"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
    )
    op.create_geospatial_index(
        "idx_division_geom",
        "division",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_division_parent"), "division", ["parent"], unique=False)
    op.create_index(
        "ix_division_path",
        "division",
        ["path"],
        unique=False,
        postgresql_ops={"path": "text_pattern_ops"},
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True, comment="e.g. draw:370115001002"),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("stop_asked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "made",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error_zh", sa.Text(), nullable=True),
        sa.Column("error_en", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_job_state"),
        ),
        sa.CheckConstraint("progress between 0 and 1", name=op.f("ck_job_progress")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_state_made"), "job", ["state", "made"], unique=False)
    op.create_index(
        "uq_job_key_open",
        "job",
        ["key"],
        unique=True,
        postgresql_where=sa.text("state in ('queued', 'running')"),
    )
    op.create_geospatial_table(
        "activity_space",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_activity_space_area_m2")),
        sa.ForeignKeyConstraint(
            ["community"], ["division.code"], name=op.f("fk_activity_space_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_space")),
    )
    op.create_geospatial_index(
        "idx_activity_space_geom",
        "activity_space",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_activity_space_community"),
        "activity_space",
        ["community"],
        unique=False,
    )
    op.create_geospatial_table(
        "barrier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("division", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind in ('river', 'railway', 'wall', 'elevated_road')",
            name=op.f("ck_barrier_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["division"], ["division.code"], name=op.f("fk_barrier_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrier")),
    )
    op.create_geospatial_index(
        "idx_barrier_geom",
        "barrier",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_barrier_division"), "barrier", ["division"], unique=False)
    op.create_geospatial_table(
        "cell_set",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="of the community, when it was cut",
        ),
        sa.Column(
            "parent", sa.BigInteger(), nullable=True, comment="the set it was cut from"
        ),
        sa.Column("sealed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the inputs"),
        sa.Column("metric_crs", sa.Text(), nullable=False),
        sa.Column(
            "made",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["community"], ["division.code"], name=op.f("fk_cell_set_community")
        ),
        sa.ForeignKeyConstraint(
            ["parent"], ["cell_set.id"], name=op.f("fk_cell_set_parent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_set")),
        sa.UniqueConstraint("id", "community", name=op.f("uq_cell_set_id_community")),
    )
    op.create_geospatial_index(
        "idx_cell_set_geom",
        "cell_set",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_cell_set_community"), "cell_set", ["community"], unique=False
    )
    op.create_index(op.f("ix_cell_set_parent"), "cell_set", ["parent"], unique=False)
    op.create_geospatial_table(
        "compound",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "geometrytype(geom) in ('POLYGON', 'MULTIPOLYGON')",
            name=op.f("ck_compound_geom"),
        ),
        sa.CheckConstraint(
            "kind in ('commodity', 'old', 'resettlement', '')",
            name=op.f("ck_compound_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["community"], ["division.code"], name=op.f("fk_compound_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound")),
    )
    op.create_geospatial_index(
        "idx_compound_geom",
        "compound",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_compound_community"), "compound", ["community"], unique=False
    )
    op.create_geospatial_table(
        "device",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("network", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["community"], ["division.code"], name=op.f("fk_device_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("community", "code", name=op.f("uq_device_community_code")),
    )
    op.create_geospatial_index(
        "idx_device_geom",
        "device",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_geospatial_table(
        "site",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "geometrytype(geom) in ('POLYGON', 'MULTIPOLYGON')",
            name=op.f("ck_site_geom"),
        ),
        sa.ForeignKeyConstraint(
            ["community"], ["division.code"], name=op.f("fk_site_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_geospatial_index(
        "idx_site_geom",
        "site",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_site_community"), "site", ["community"], unique=False)
    op.create_geospatial_table(
        "street",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("division", sa.Text(), nullable=True),
        sa.Column("road_class", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("tunnel", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("bridge", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "geometrytype(geom) in ('LINESTRING', 'MULTILINESTRING')",
            name=op.f("ck_street_geom"),
        ),
        sa.ForeignKeyConstraint(
            ["division"], ["division.code"], name=op.f("fk_street_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_street")),
    )
    op.create_geospatial_index(
        "idx_street_geom",
        "street",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_street_division"), "street", ["division"], unique=False)
    op.create_geospatial_table(
        "building",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="number in the source"),
        sa.Column("compound", sa.BigInteger(), nullable=True),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("estimated", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("floors", sa.Double(), nullable=True),
        sa.Column("height_m", sa.Double(), nullable=True),
        sa.Column("units", sa.BigInteger(), nullable=True),
        sa.Column("use", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "geometrytype(geom) in ('POLYGON', 'MULTIPOLYGON', 'POINT')",
            name=op.f("ck_building_geom"),
        ),
        sa.CheckConstraint("households >= 0", name=op.f("ck_building_households")),
        sa.ForeignKeyConstraint(
            ["community"], ["division.code"], name=op.f("fk_building_community")
        ),
        sa.ForeignKeyConstraint(
            ["compound"], ["compound.id"], name=op.f("fk_building_compound")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint(
            "community", "code", name=op.f("uq_building_community_code")
        ),
    )
    op.create_geospatial_index(
        "idx_building_geom",
        "building",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_building_compound"), "building", ["compound"], unique=False
    )
    op.create_geospatial_table(
        "cell",
        sa.Column("cell_set", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("buildings", sa.BigInteger(), nullable=False),
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.Column("compound", sa.BigInteger(), nullable=False, comment="-1 where none"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind in ('resident', 'exclusive', 'reserved')", name=op.f("ck_cell_kind")
        ),
        sa.CheckConstraint(
            "households >= 0 and buildings >= 0", name=op.f("ck_cell_counts")
        ),
        sa.ForeignKeyConstraint(
            ["cell_set"],
            ["cell_set.id"],
            name=op.f("fk_cell_cell_set"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cell_set", "number", name=op.f("pk_cell")),
    )
    op.create_geospatial_index(
        "idx_cell_geom",
        "cell",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_geospatial_table(
        "gate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("compound", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["compound"],
            ["compound.id"],
            name=op.f("fk_gate_compound"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
    )
    op.create_geospatial_index(
        "idx_gate_geom",
        "gate",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_gate_compound"), "gate", ["compound"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("cell_set", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column(
            "effective_to", sa.Date(), nullable=True, comment="the day after the last"
        ),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column(
            "origin",
            sa.Text(),
            nullable=True,
            comment="hash of the plan file it came from; an import again finds it",
        ),
        sa.Column(
            "document",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="how it was drawn",
        ),
        sa.Column(
            "row_version",
            sa.BigInteger(),
            server_default="1",
            nullable=False,
            comment="counts every change of the plan and its grids",
        ),
        sa.Column(
            "made",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        postgresql.ExcludeConstraint(
            (sa.column("community"), "="),
            (sa.text("daterange(effective_from, effective_to)"), "&&"),
            where=sa.text("status in ('published', 'archived')"),
            using="gist",
            name="ex_plan_one_at_a_time",
        ),
        sa.CheckConstraint(
            "status in ('draft', 'review') or effective_from is not null",
            name=op.f("ck_plan_effective"),
        ),
        sa.CheckConstraint(
            "status in ('draft', 'review', 'published', 'archived')",
            name=op.f("ck_plan_status"),
        ),
        sa.CheckConstraint("0 < low and low <= high", name=op.f("ck_plan_band")),
        sa.CheckConstraint("effective_to > effective_from", name=op.f("ck_plan_dates")),
        sa.ForeignKeyConstraint(
            ["cell_set", "community"],
            ["cell_set.id", "cell_set.community"],
            name=op.f("fk_plan_cell_set_community"),
        ),
        sa.ForeignKeyConstraint(
            ["community"], ["division.code"], name=op.f("fk_plan_community")
        ),
        sa.ForeignKeyConstraint(["parent"], ["plan.id"], name=op.f("fk_plan_parent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint(
            "community", "origin", name=op.f("uq_plan_community_origin")
        ),
        sa.UniqueConstraint(
            "community", "version", name=op.f("uq_plan_community_version")
        ),
        sa.UniqueConstraint("id", "cell_set", name=op.f("uq_plan_id_cell_set")),
    )
    op.create_index(op.f("ix_plan_cell_set"), "plan", ["cell_set"], unique=False)
    op.create_index(op.f("ix_plan_parent"), "plan", ["parent"], unique=False)
    op.create_geospatial_table(
        "cell_building",
        sa.Column("cell_set", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("floors", sa.Double(), nullable=True),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("straddles", sa.Boolean(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("households >= 0", name=op.f("ck_cell_building_households")),
        sa.ForeignKeyConstraint(
            ["cell_set", "cell"],
            ["cell.cell_set", "cell.number"],
            name=op.f("fk_cell_building_cell_set_cell"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cell_set", "code", name=op.f("pk_cell_building")),
    )
    op.create_geospatial_index(
        "idx_cell_building_geom",
        "cell_building",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_cell_building_cell_set_cell"),
        "cell_building",
        ["cell_set", "cell"],
        unique=False,
    )
    op.create_geospatial_table(
        "grid",
        sa.Column("plan", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("buildings", sa.BigInteger(), nullable=False),
        sa.Column(
            "estimated",
            sa.BigInteger(),
            nullable=False,
            comment="households that are estimates",
        ),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("compactness", sa.Double(), nullable=False),
        sa.Column("street_share", sa.Double(), nullable=True),
        sa.Column("in_band", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_en", sa.Text(), server_default="", nullable=False),
        sa.Column("color", sa.BigInteger(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "type in ('resident', 'exclusive', 'reserved')", name=op.f("ck_grid_type")
        ),
        sa.CheckConstraint(
            "households >= 0 and buildings >= 0", name=op.f("ck_grid_counts")
        ),
        sa.ForeignKeyConstraint(
            ["plan"], ["plan.id"], name=op.f("fk_grid_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan", "code", name=op.f("pk_grid")),
    )
    op.create_geospatial_index(
        "idx_grid_geom",
        "grid",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_grid_code"), "grid", ["code"], unique=False)
    op.create_table(
        "plan_edit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plan", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False
        ),
        sa.Column("inverse", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan"], ["plan.id"], name=op.f("fk_plan_edit_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_edit")),
        sa.UniqueConstraint("plan", "number", name=op.f("uq_plan_edit_plan_number")),
    )
    op.create_geospatial_table(
        "stairwell",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("building", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.CheckConstraint("households >= 0", name=op.f("ck_stairwell_households")),
        sa.ForeignKeyConstraint(
            ["building"],
            ["building.id"],
            name=op.f("fk_stairwell_building"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stairwell")),
        sa.UniqueConstraint(
            "building", "number", name=op.f("uq_stairwell_building_number")
        ),
    )
    op.create_geospatial_index(
        "idx_stairwell_geom",
        "stairwell",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "plan_cell",
        sa.Column("plan", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cell_set", sa.BigInteger(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cell_set", "cell"],
            ["cell.cell_set", "cell.number"],
            name=op.f("fk_plan_cell_cell_set_cell"),
        ),
        sa.ForeignKeyConstraint(
            ["plan", "cell_set"],
            ["plan.id", "plan.cell_set"],
            name=op.f("fk_plan_cell_plan_cell_set"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["plan", "grid"],
            ["grid.plan", "grid.code"],
            name=op.f("fk_plan_cell_plan_grid"),
            onupdate="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("plan", "cell", name=op.f("pk_plan_cell")),
    )
    op.create_index(
        op.f("ix_plan_cell_cell_set_cell"),
        "plan_cell",
        ["cell_set", "cell"],
        unique=False,
    )
    op.create_index(
        op.f("ix_plan_cell_plan_grid"), "plan_cell", ["plan", "grid"], unique=False
    )
    op.create_geospatial_table(
        "seam",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plan", sa.BigInteger(), nullable=False),
        sa.Column("left_grid", sa.Text(), nullable=False),
        sa.Column("right_grid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="LINESTRING",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind in ('main_road', 'street', 'alley', 'river', 'railway', 'wall', "
            "'compound_edge', 'none')",
            name=op.f("ck_seam_kind"),
        ),
        sa.CheckConstraint("left_grid <> right_grid", name=op.f("ck_seam_sides")),
        sa.ForeignKeyConstraint(
            ["plan", "left_grid"],
            ["grid.plan", "grid.code"],
            name=op.f("fk_seam_plan_left_grid"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["plan", "right_grid"],
            ["grid.plan", "grid.code"],
            name=op.f("fk_seam_plan_right_grid"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seam")),
    )
    op.create_geospatial_index(
        "idx_seam_geom",
        "seam",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_seam_plan_left_grid"), "seam", ["plan", "left_grid"], unique=False
    )
    op.create_index(
        op.f("ix_seam_plan_right_grid"), "seam", ["plan", "right_grid"], unique=False
    )
