"""What Alembic runs: one connection that is given, the models, GeoAlchemy2's help."""

from __future__ import annotations

from alembic import context
from geoalchemy2 import alembic_helpers

from data.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=alembic_helpers.include_object,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
