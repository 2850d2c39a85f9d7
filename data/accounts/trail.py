"""What the application itself writes into the audit; triggers write the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection, text

__all__ = ["note"]

_NOTE = text(
    """
    select note_audit(:kind, :action, :relation, :row, :community, null,
                      cast(:after as jsonb))
    """
)


def note(
    connection: Connection,
    kind: Literal["login", "refusal", "export", "account"],
    action: str,
    *,
    relation: str = "",
    row: str = "",
    community: str | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a line; who and where from are settings of the transaction."""
    told = None if after is None else json.dumps(after, ensure_ascii=False)
    connection.execute(
        _NOTE,
        {
            "kind": kind,
            "action": action,
            "relation": relation,
            "row": row,
            "community": community,
            "after": told,
        },
    )
