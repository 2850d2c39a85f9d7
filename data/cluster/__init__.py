"""A private PostgreSQL with PostGIS, kept, started and stopped by ourselves."""

from __future__ import annotations

from data.cluster.cluster import Cluster, ClusterStatus
from data.cluster.store import ADMIN, DATABASE, OWNER, WEB, WHOLE, Store

__all__ = [
    "ADMIN",
    "DATABASE",
    "OWNER",
    "WEB",
    "WHOLE",
    "Cluster",
    "ClusterStatus",
    "Store",
]
