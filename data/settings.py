"""Where the record is kept; built once at the door and passed down."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from data.cluster import Cluster, Store
from data.cluster.places import default_state

__all__ = ["StoreSettings"]


class StoreSettings(BaseModel):
    """Which database holds the record."""

    model_config = ConfigDict(frozen=True)

    database_url: SecretStr | None = Field(
        default=None, description="any PostGIS ≥ 3.3, in place of the private cluster"
    )
    state: Path = Field(
        default_factory=default_state, description="folder of the private cluster"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> StoreSettings:
        """Read WANGGE_DATABASE_URL and WANGGE_STATE; an empty value is none."""
        url, state = (
            environment.get(name) or None
            for name in ("WANGGE_DATABASE_URL", "WANGGE_STATE")
        )
        given = {"database_url": url, "state": state}
        return cls.model_validate({k: v for k, v in given.items() if v})

    def cluster(self) -> Cluster | None:
        """Return the private cluster, or None where a URL takes its place."""
        return None if self.database_url else Cluster(self.state)

    def store(self) -> Store:
        """Return the database as it runs now; starts nothing."""
        if self.database_url:
            return Store.at(self.database_url.get_secret_value())
        return Cluster(self.state).store()
